/**
 * What a new application starts from. `KINDS` is what we decide; `defaultsOf` is what Auth0 sets where
 * a creation names nothing (162 recorded creations of auth0-deploy-cli, terraform-provider-auth0 and
 * go-auth0), so that only what differs is sent.
 *
 * Sources of the kinds: RFC 9700 section 2.1.1 (code flow, no implicit) and section 4.14.2 (refresh
 * tokens of public clients rotate); RFC 9700 section 2.4 (no password grant); RFC 6749 section 2.3.1
 * (Basic is what a server must take), section 4.4 (client credentials for confidential clients only);
 * Auth0 docs, "OIDC-Conformant Authentication" and "Signing Algorithms" (RS256: a public client cannot
 * verify HS256). PKCE is no setting of an application: Auth0 checks a challenge whenever one is sent.
 */

import type { JsonObject } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientKind } from '../creation.ts'

const ID_TOKEN_SECONDS = 36_000
const REFRESH_SECONDS = 2_592_000
const REFRESH_IDLE_SECONDS = 1_296_000
/** For clients that are made with `client_secret_post`, whatever their type. */
const LONG_REFRESH_SECONDS = 31_557_600
const LONG_REFRESH_IDLE_SECONDS = 2_592_000

/** Sent whole: beside a part of it Auth0 sets no lifetime (47 recorded creations). */
const RS256 = {
  jwt_configuration: { alg: 'RS256', lifetime_in_seconds: ID_TOKEN_SECONDS, secret_encoded: false },
}
const CODE_FLOW = { grant_types: ['authorization_code', 'refresh_token'], ...RS256 }
const PUBLIC = {
  ...CODE_FLOW,
  token_endpoint_auth_method: 'none',
  refresh_token: {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway: 0,
    infinite_token_lifetime: false,
    infinite_idle_token_lifetime: false,
    token_lifetime: REFRESH_SECONDS,
    idle_token_lifetime: REFRESH_IDLE_SECONDS,
  },
}
const CONFIDENTIAL = { token_endpoint_auth_method: 'client_secret_basic' }

const KINDS: Readonly<Record<ClientKind, JsonObject>> = {
  spa: { app_type: 'spa', ...PUBLIC },
  native: { app_type: 'native', ...PUBLIC },
  web: { app_type: 'regular_web', ...CODE_FLOW, ...CONFIDENTIAL },
  machine: { app_type: 'non_interactive', grant_types: ['client_credentials'], ...CONFIDENTIAL },
}

/** The record that a new application of a kind starts from. */
export function blank(kind: ClientKind): Native {
  const own = { oidc_conformant: true, ...KINDS[kind] }
  return { ...defaultsOf(own), ...own }
}

/** What Auth0 sets by itself beside these members. */
export function defaultsOf(native: Native): Native {
  const browser = native.app_type === 'spa' || native.app_type === 'native'
  const long = native.token_endpoint_auth_method === 'client_secret_post'
  return {
    is_first_party: true,
    is_token_endpoint_ip_header_trusted: false,
    oidc_conformant: false,
    sso_disabled: false,
    cross_origin_authentication: false,
    custom_login_page_on: true,
    grant_types: [
      'authorization_code',
      'implicit',
      'refresh_token',
      ...(browser ? [] : ['client_credentials']),
    ],
    jwt_configuration: { lifetime_in_seconds: ID_TOKEN_SECONDS, secret_encoded: false },
    refresh_token: {
      rotation_type: 'non-rotating',
      expiration_type: 'non-expiring',
      leeway: 0,
      infinite_token_lifetime: true,
      infinite_idle_token_lifetime: true,
      token_lifetime: long ? LONG_REFRESH_SECONDS : REFRESH_SECONDS,
      idle_token_lifetime: long ? LONG_REFRESH_IDLE_SECONDS : REFRESH_IDLE_SECONDS,
    },
  }
}
