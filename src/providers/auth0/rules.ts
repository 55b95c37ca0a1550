/** What Auth0 demands between several settings of an application. */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { inner, texts } from '../../core/mapping/lenses.ts'
import { fieldOfPath, type Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'

const refreshToken = (native: Native) => inner(native, 'refresh_token')

const KEY_METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
/** Grants of third parties in strict mode ("Third-party application security controls"). */
const STRICT_GRANTS = ['authorization_code', 'refresh_token', 'client_credentials']

/** Whether a client that exists is to be given a key along with a setting, which only a creation takes. */
function holdsNewKey(next: Native): boolean {
  if (next.client_id === undefined) return false
  const holders = [
    ...Object.values(inner(next, 'client_authentication_methods')),
    next.signed_request_object,
    next.token_vault_privileged_access,
  ]
  return holders.some(
    (holder) =>
      isRecord(holder) &&
      Array.isArray(holder.credentials) &&
      holder.credentials.some((one) => isRecord(one) && Object.hasOwn(one, 'pem')),
  )
}

/**
 * What an update may set on a client that is registered by its metadata document (auth0-deploy-cli, `clients.ts`).
 * @throws ClientError `read_only_field`
 */
export function checkEditable(
  mapping: Mapping,
  { external_client_id: document }: Native,
  body: JsonObject,
): void {
  if (document === undefined) return
  const fixed = Object.keys(body).find((name) => !EDITABLE_OF_CIMD.includes(name))
  if (fixed === undefined) return
  const field = `client.${fieldOfPath(mapping, fixed) ?? `providerSettings.${fixed}`}`
  throw new ClientError(
    'read_only_field',
    `${field} cannot be changed here, because it comes from the metadata document of the client (client.providerSettings.external_client_id). Auth0 accepts only changes of ${EDITABLE_OF_CIMD.join(', ')}.`,
    { field },
  )
}

const EDITABLE_OF_CIMD: readonly string[] = (
  'description app_type allowed_origins web_origins grant_types oidc_conformant organization_discovery_methods ' +
  'client_metadata default_organization require_proof_of_possession token_quota jwt_configuration refresh_token ' +
  'skip_non_verifiable_callback_uri_confirmation_prompt'
).split(' ')

export const rules: readonly Rule[] = [
  {
    // Management API v2 (OpenAPI), client_authentication_methods
    says: `client.providerSettings.client_authentication_methods must have exactly one of ${KEY_METHODS.join(', ')}.`,
    field: 'client.providerSettings.client_authentication_methods',
    holds: ({ client_authentication_methods: methods }) => {
      const names = isRecord(methods) ? Object.keys(methods) : []
      return !isRecord(methods) || (names.length === 1 && KEY_METHODS.includes(names[0] ?? ''))
    },
  },
  {
    // Management API v2 (OpenAPI): an update takes the ids of credentials only.
    says: 'client.providerSettings must name credentials by their ids, because Auth0 accepts a pem only when a client is created. Add the key to the client first.',
    field: 'client.providerSettings',
    holds: (next) => !holdsNewKey(next),
  },
  {
    // Management API v2, notes of "Update a client"
    says: 'client.firstParty false needs client.providerSettings.organization_usage and organization_require_behavior to be unset.',
    field: 'client.firstParty',
    holds: (next) =>
      next.is_first_party !== false ||
      (next.organization_usage === undefined && next.organization_require_behavior === undefined),
  },
  {
    says: `client.grantTypes must contain only ${STRICT_GRANTS.join(', ')} while client.providerSettings.third_party_security_mode is strict.`,
    field: 'client.grantTypes',
    holds: (next) =>
      next.third_party_security_mode !== 'strict' ||
      texts(next.grant_types).every((grant) => STRICT_GRANTS.includes(grant)),
  },
  {
    // Management API, notes of "Update a client": RS256; PS256 as recorded by terraform-provider-auth0.
    says: 'client.providerSettings.client_authentication_methods needs client.idTokenSignedResponseAlg RS256: set it in the same request.',
    field: 'client.idTokenSignedResponseAlg',
    holds: (next) =>
      next.client_authentication_methods === undefined ||
      /^[RP]S/.test(String(inner(next, 'jwt_configuration').alg)),
  },
  {
    // Auth0 docs, "Define organization behavior"
    says: 'client.providerSettings.organization_require_behavior must not be post_login_prompt while client.oidcConformant is off: set client.oidcConformant to true in the same request.',
    field: 'client.providerSettings.organization_require_behavior',
    holds: (next) =>
      next.organization_require_behavior !== 'post_login_prompt' || next.oidc_conformant === true,
  },
  {
    // alexkappa/terraform-provider-auth0#256: "Invalid grant types: client_credentials"
    says: 'client.grantTypes must not contain client_credentials while client.tokenEndpointAuthMethod is none.',
    field: 'client.grantTypes',
    holds: (next) =>
      next.token_endpoint_auth_method !== 'none' ||
      !texts(next.grant_types).includes('client_credentials'),
  },
  {
    says: 'client.tokenEndpointAuthMethod and client.providerSettings.client_authentication_methods exclude each other: clear one of them.',
    field: 'client.tokenEndpointAuthMethod',
    holds: (next) =>
      next.token_endpoint_auth_method === undefined ||
      next.client_authentication_methods === undefined,
  },
  {
    // Auth0 docs, "Configure refresh token expiration": only of tokens that expire
    says: 'client.refreshTokenIdleLifetime must not exceed client.refreshTokenLifetime.',
    field: 'client.refreshTokenIdleLifetime',
    holds: (next) => {
      const settings = refreshToken(next)
      if (settings.expiration_type !== 'expiring') return true
      const idle = settings.infinite_idle_token_lifetime === true ? 0 : settings.idle_token_lifetime
      const whole = settings.infinite_token_lifetime === true ? undefined : settings.token_lifetime
      return typeof idle !== 'number' || typeof whole !== 'number' || idle <= whole
    },
  },
  {
    says: 'client.refreshTokenRotation needs refresh tokens that expire.',
    field: 'client.refreshTokenRotation',
    holds: (next) =>
      refreshToken(next).rotation_type !== 'rotating' ||
      refreshToken(next).expiration_type === 'expiring',
  },
]
