/**
 * Members of a local client: what the OpenID Provider takes, in the spelling of RFC 7591 section 2 and
 * OpenID Connect Dynamic Client Registration 1.0 section 2, our own beside them, and their defaults.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { joined, type MemberTable, membersOf, POWERFUL_GRANTS } from '../../core/mapping/members.ts'
import { PERMISSIONS } from '../../core/rights/permissions.ts'
import { CREDENTIALS, REGISTRATION_DEFAULTS } from '../registration/registration.ts'

/** oidc-provider, lib/consts/client_attributes.js */
const RESPONSE_MODES = ['query', 'fragment', 'form_post']

/**
 * What oidc-provider takes (client metadata), and members of our own, which it hands to our own functions. A
 * record is changed by what of it moves, and `null` removes.
 */
export const MEMBERS: MemberTable = joined(
  {
    access_token_lifetime: ['field', 'own', 'nullable'],
    allowed_origins: ['field', 'own', 'nullable'],
    application_type: ['field', 'nullable'],
    backchannel_logout_session_required: ['setting', 'nullable'],
    backchannel_logout_uri: ['setting', 'nullable'],
    client_id: ['field', 'read-only'],
    client_id_issued_at: ['field', 'read-only'],
    client_name: ['field'],
    client_secret: ['field', 'secret', 'nullable'],
    client_secret_expires_at: [
      'setting',
      'nullable',
      { bound: 'it is about the secret, and a new client has its own' },
    ],
    client_uri: ['setting', 'nullable'],
    contacts: ['setting', 'nullable'],
    default_max_age: ['setting', 'nullable'],
    description: ['field', 'own', 'nullable'],
    disabled: ['field', 'own', 'nullable'],
    dpop_bound_access_tokens: ['setting', 'nullable'],
    first_party: ['field', 'own', 'nullable', 'privileged'],
    grant_types: ['field', 'nullable', POWERFUL_GRANTS],
    id_token_lifetime: ['field', 'own', 'nullable'],
    id_token_signed_response_alg: ['field', 'nullable'],
    initiate_login_uri: ['field', 'nullable'],
    jwks: ['setting', 'nullable'],
    jwks_uri: ['setting', 'nullable'],
    live_secrets: ['field', 'own', 'secret', 'nullable'],
    logo_uri: ['field', 'nullable'],
    metadata: ['field', 'own', 'nullable'],
    policy_uri: ['setting', 'nullable'],
    post_logout_redirect_uris: ['field', 'nullable'],
    redirect_uris: ['field', 'nullable'],
    refresh_token_lifetime: ['field', 'own', 'nullable'],
    require_auth_time: ['setting', 'nullable'],
    require_pushed_authorization_requests: ['setting', 'nullable'],
    response_modes: ['setting', 'nullable', { values: RESPONSE_MODES }],
    response_types: ['field', 'nullable'],
    rotate_refresh_tokens: ['field', 'own', 'nullable'],
    scope: ['field', 'nullable'],
    token_endpoint_auth_method: ['field', 'nullable'],
    token_endpoint_auth_signing_alg: ['setting', 'nullable'],
    tos_uri: ['setting', 'nullable'],
    updated_at: ['field', 'read-only', 'own', 'volatile', 'nullable'],
    web_origins: ['field', 'own', 'nullable'],
  },
  CREDENTIALS,
)

/** Members for which registration has no word. */
export const OWN_MEMBERS = membersOf(MEMBERS, 'own')

export const DEFAULT_TOKEN_LIFETIME = 3_600
/** 14 days, as oidc-provider's own. */
export const DEFAULT_REFRESH_LIFETIME = 1_209_600

/** What an absent member means (OpenID Connect Dynamic Client Registration 1.0 section 2; ours). */
export const DEFAULTS = {
  ...REGISTRATION_DEFAULTS,
  web_origins: [],
  allowed_origins: [],
  metadata: {},
  disabled: false,
  first_party: true,
  access_token_lifetime: DEFAULT_TOKEN_LIFETIME,
  id_token_lifetime: DEFAULT_TOKEN_LIFETIME,
  refresh_token_lifetime: DEFAULT_REFRESH_LIFETIME,
  rotate_refresh_tokens: true,
} as const satisfies JsonObject

export const SIGNING_ALGORITHMS = ['RS256', 'PS256', 'ES256'] as const
export const RESPONSE_TYPES = ['code', 'none'] as const
export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export const AUTH_METHODS = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const

/** Scopes that come with claims (OpenID Connect Core 1.0 section 5.4). */
export const CLAIMS = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: ['name', 'preferred_username'],
}

/** Scopes of this program's own API, one for each permission that an access token can carry. */
export const API_SCOPES: readonly string[] = PERMISSIONS

/** Every scope that a client may have; the OpenID Provider refuses others. */
export const SCOPES: readonly string[] = [...Object.keys(CLAIMS), 'offline_access', ...API_SCOPES]
