/**
 * Members of a local client: what the OpenID Provider takes, in the spelling of RFC 7591 section 2 and
 * OpenID Connect Dynamic Client Registration 1.0 section 2, our own beside them, and their defaults.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { PERMISSIONS } from '../../core/rights/permissions.ts'
import { REGISTRATION_DEFAULTS } from '../registration/registration.ts'

/** Members without an attribute of their own: `providerSettings` (oidc-provider, client metadata). */
export const SETTINGS = [
  'backchannel_logout_session_required',
  'backchannel_logout_uri',
  'client_secret_expires_at',
  'client_uri',
  'contacts',
  'default_max_age',
  'dpop_bound_access_tokens',
  'jwks',
  'jwks_uri',
  'policy_uri',
  'require_auth_time',
  'require_pushed_authorization_requests',
  'response_modes',
  'token_endpoint_auth_signing_alg',
  'tos_uri',
] as const

/** Members for which registration has no word; oidc-provider hands them to our own functions. */
export const OWN_MEMBERS = [
  'access_token_lifetime',
  'allowed_origins',
  'description',
  'disabled',
  'first_party',
  'id_token_lifetime',
  'live_secrets',
  'metadata',
  'refresh_token_lifetime',
  'rotate_refresh_tokens',
  'updated_at',
  'web_origins',
] as const

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

/** Scopes of this program's own API, one for each permission that an access token can carry. */
export const API_SCOPES: readonly string[] = PERMISSIONS
