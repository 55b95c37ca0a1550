/** What Auth0 demands between several settings of an application. */

import { inner, texts } from '../../core/mapping/lenses.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'

const refreshToken = (native: Native) => inner(native, 'refresh_token')

export const rules: readonly Rule[] = [
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
    says: 'client.refreshTokenIdleLifetime must not exceed client.refreshTokenLifetime.',
    field: 'client.refreshTokenIdleLifetime',
    holds: (next) => {
      const held = refreshToken(next)
      const idle = held.infinite_idle_token_lifetime === true ? 0 : held.idle_token_lifetime
      const whole = held.infinite_token_lifetime === true ? undefined : held.token_lifetime
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
