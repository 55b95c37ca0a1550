/**
 * What client metadata means wherever it is spelled as in dynamic registration (RFC 7591 section 2,
 * OpenID Connect Dynamic Client Registration 1.0 section 2): the local provider's own records, and those
 * of servers that speak RFC 7592.
 */

import { texts } from '../../core/mapping/lenses.ts'
import type { MemberTable } from '../../core/mapping/members.ts'
import type { Limits, Native, Rule } from '../../core/mapping/row.ts'

/** What an absent member means. */
export const REGISTRATION_DEFAULTS = {
  redirect_uris: [],
  post_logout_redirect_uris: [],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  application_type: 'web',
  id_token_signed_response_alg: 'RS256',
} as const

/** RFC 6749 section 3.3: scope-token. */
export const SCOPE_TOKEN: Limits = {
  pattern: { expression: /^[\x21\x23-\x5b\x5d-\x7e]+$/, says: 'must be a scope token' },
}

/** Methods by which a client proves that it knows its secret. */
export const SECRET_METHODS: readonly string[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
]

/**
 * Members by which a client proves who it is: RFC 7591 section 2 (a software statement outranks the
 * members beside it, section 2.3), RFC 8705 section 2.1.2 for the subjects of certificates, RFC 8414
 * section 2 for the other endpoints. How long a secret holds decides whether it proves anything.
 */
export const CREDENTIALS: MemberTable = {
  token_endpoint_auth_method: ['credential'],
  token_endpoint_auth_signing_alg: ['credential'],
  introspection_endpoint_auth_method: ['credential'],
  introspection_endpoint_auth_signing_alg: ['credential'],
  revocation_endpoint_auth_method: ['credential'],
  revocation_endpoint_auth_signing_alg: ['credential'],
  jwks: ['credential'],
  jwks_uri: ['credential'],
  tls_client_auth_subject_dn: ['credential'],
  tls_client_auth_san_dns: ['credential'],
  tls_client_auth_san_email: ['credential'],
  tls_client_auth_san_ip: ['credential'],
  tls_client_auth_san_uri: ['credential'],
  software_statement: ['credential'],
  client_secret_expires_at: ['credential'],
}

/** How a client authenticates at the token endpoint. */
export const methodOf = (native: Native) =>
  native.token_endpoint_auth_method ?? REGISTRATION_DEFAULTS.token_endpoint_auth_method

const grants = (native: Native) => texts(native.grant_types ?? REGISTRATION_DEFAULTS.grant_types)
const responses = (native: Native) =>
  texts(native.response_types ?? REGISTRATION_DEFAULTS.response_types)

/** Rules of the specifications, which servers enforce or silently correct. */
const RESPONSE_RULES: readonly Rule[] = [
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
]

/** Those that hold whatever the response types are. */
export const CLIENT_RULES: readonly Rule[] = [
  {
    // RFC 6749 section 4.4: "MUST only be used by confidential clients".
    says: 'client.grantTypes must not contain client_credentials while client.tokenEndpointAuthMethod is none.',
    field: 'client.grantTypes',
    holds: (next) => methodOf(next) !== 'none' || !grants(next).includes('client_credentials'),
  },
  {
    says: 'client.tokenEndpointAuthMethod private_key_jwt needs keys: set client.jwksUri or client.providerSettings.jwks in the same request.',
    field: 'client.tokenEndpointAuthMethod',
    holds: (next) =>
      methodOf(next) !== 'private_key_jwt' ||
      next.jwks !== undefined ||
      next.jwks_uri !== undefined,
  },
  {
    // RFC 7591 section 2: "MUST NOT both be present".
    says: 'client.jwksUri and client.providerSettings.jwks exclude each other: set one of them to null.',
    field: 'client.providerSettings.jwks',
    holds: (next) => next.jwks === undefined || next.jwks_uri === undefined,
  },
]

/** All of them. */
export const REGISTRATION_RULES: readonly Rule[] = [...RESPONSE_RULES, ...CLIENT_RULES]
