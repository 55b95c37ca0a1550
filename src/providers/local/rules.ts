/**
 * What the OpenID Provider demands between several settings of a client, as sentences for the caller.
 * oidc-provider would mend some of these in silence, which would change settings that no one named.
 */

import { texts } from '../../core/lenses.ts'
import type { Native, Rule } from '../../core/mapping.ts'
import { DEFAULTS, SECRET_METHODS } from './settings.ts'

const grants = (native: Native) => texts(native.grant_types ?? DEFAULTS.grant_types)
const responses = (native: Native) => texts(native.response_types ?? DEFAULTS.response_types)
const method = (native: Native) =>
  native.token_endpoint_auth_method ?? DEFAULTS.token_endpoint_auth_method

export const rules: readonly Rule[] = [
  {
    // RFC 7591 section 2.1; oidc-provider adds and drops grant types so that it holds.
    says: 'client.responseTypes must contain code exactly when client.grantTypes contains authorization_code: change both together.',
    field: 'client.responseTypes',
    holds: (next) =>
      responses(next).includes('code') === grants(next).includes('authorization_code'),
  },
  {
    says: 'client.callbacks must not be empty while client.responseTypes is not.',
    field: 'client.callbacks',
    holds: (next) => responses(next).length === 0 || texts(next.redirect_uris).length > 0,
  },
  {
    // RFC 6749 section 4.4: "MUST only be used by confidential clients".
    says: 'client.grantTypes must not contain client_credentials while client.tokenEndpointAuthMethod is none.',
    field: 'client.grantTypes',
    holds: (next) => method(next) !== 'none' || !grants(next).includes('client_credentials'),
  },
  {
    says: 'client.tokenEndpointAuthMethod needs a secret: set client.secret in the same request.',
    field: 'client.tokenEndpointAuthMethod',
    // A client that is only being made has no id yet, and gets a secret along with it.
    holds: (next) =>
      !SECRET_METHODS.includes(String(method(next))) ||
      typeof next.client_secret === 'string' ||
      next.client_id === undefined,
  },
  {
    says: 'client.tokenEndpointAuthMethod private_key_jwt needs keys: set client.providerSettings.jwks or jwks_uri in the same request.',
    field: 'client.tokenEndpointAuthMethod',
    holds: (next) =>
      method(next) !== 'private_key_jwt' || next.jwks !== undefined || next.jwks_uri !== undefined,
  },
  {
    says: 'client.providerSettings.jwks and jwks_uri exclude each other: set one of them to null.',
    field: 'client.providerSettings.jwks',
    holds: (next) => next.jwks === undefined || next.jwks_uri === undefined,
  },
]
