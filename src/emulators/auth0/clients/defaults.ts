/**
 * What Auth0 puts into a client at its creation (recorded creates of auth0-deploy-cli,
 * terraform-provider-auth0 and go-auth0). What is not here stays absent until it is set: the URL
 * lists, `app_type`, `token_endpoint_auth_method`, `client_metadata`.
 */

import { copyOf, isRecord } from '../../copy.ts'
import type { Auth0Client } from '../state.ts'

const BROWSER_GRANTS = ['authorization_code', 'implicit', 'refresh_token']
const ALL_GRANTS = [...BROWSER_GRANTS, 'client_credentials']

/** Filled in when session transfer is set for the first time (Management API OpenAPI, recorded). */
export const SESSION_TRANSFER_DEFAULTS = {
  can_create_session_transfer_token: false,
  allowed_authentication_methods: [],
  enforce_device_binding: 'ip',
  allow_refresh_token: false,
  enforce_online_refresh_tokens: true,
  enforce_cascade_revocation: true,
}

const OF_ALL: Auth0Client = {
  is_first_party: true,
  is_token_endpoint_ip_header_trusted: false,
  oidc_conformant: false,
  sso_disabled: false,
  cross_origin_authentication: false,
  custom_login_page_on: true,
}

const OF_APP_TYPE: Readonly<Record<string, Auth0Client>> = {
  native: { grant_types: BROWSER_GRANTS },
  spa: { grant_types: BROWSER_GRANTS },
  resource_server: { grant_types: [], oidc_conformant: true },
  express_configuration: {
    grant_types: ['authorization_code', 'client_credentials'],
    oidc_conformant: true,
    callbacks: ['https://system-admin.okta.com/admin/app/generic/oauth20redirect'],
    organization_usage: 'require',
    organization_require_behavior: 'pre_login_prompt',
    client_authentication_methods: { private_key_jwt: { credentials: [] } },
  },
}

/** The settings of a new client: those sent, and the defaults for the others. */
export function withDefaults(input: Auth0Client): Auth0Client {
  const typed = OF_APP_TYPE[String(input.app_type)] ?? { grant_types: ALL_GRANTS }
  const record: Auth0Client = { ...OF_ALL, ...typed, ...thirdParty(input), ...input }
  record.jwt_configuration = tokenSettings(input)
  record.refresh_token = refreshSettings(input)
  if (isRecord(input.session_transfer)) {
    record.session_transfer = { ...SESSION_TRANSFER_DEFAULTS, ...input.session_transfer }
  }
  return copyOf(record)
}

function thirdParty(input: Auth0Client): Auth0Client {
  if (input.is_first_party !== false) return {}
  return {
    oidc_conformant: true,
    third_party_security_mode: 'permissive',
    ...(isStrict(input) ? { grant_types: ['authorization_code'] } : {}),
  }
}

function tokenSettings(input: Auth0Client): Auth0Client {
  if (isRecord(input.jwt_configuration))
    return { secret_encoded: false, ...input.jwt_configuration }
  const type = input.app_type
  if (type === 'resource_server' || type === 'express_configuration') {
    return { secret_encoded: false, alg: 'RS256' }
  }
  if (isStrict(input)) return { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: 3600 }
  return { secret_encoded: false, lifetime_in_seconds: 36_000 }
}

function refreshSettings(input: Auth0Client): Auth0Client {
  // Longer lifetimes wherever `client_secret_post` is named at creation, whatever the app type.
  const long = input.token_endpoint_auth_method === 'client_secret_post'
  const settings = isRecord(input.refresh_token) ? input.refresh_token : {}
  const third = input.is_first_party === false
  const expiring = settings.expiration_type === 'expiring' || third
  return {
    rotation_type: third && !isStrict(input) ? 'rotating' : 'non-rotating',
    expiration_type: expiring ? 'expiring' : 'non-expiring',
    leeway: 0,
    infinite_token_lifetime: !expiring || isStrict(input),
    infinite_idle_token_lifetime: !expiring,
    token_lifetime: long ? 31_557_600 : 2_592_000,
    idle_token_lifetime: long ? 2_592_000 : 1_296_000,
    ...settings,
  }
}

function isStrict(input: Auth0Client): boolean {
  return input.is_first_party === false && input.third_party_security_mode === 'strict'
}
