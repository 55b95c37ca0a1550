/**
 * Rules between members of a client, checked on the client as it would be after the call. The texts
 * are Auth0's own where a source is named; the others are ours, behind Auth0's status and code.
 */

import { isRecord } from '../../copy.ts'
import { refuse, refusePayload } from '../refusal.ts'
import type { Auth0Client } from '../state.ts'

interface Rule {
  readonly broken: (next: Auth0Client, input: Auth0Client) => boolean
  readonly message: string
}

const RULES: readonly Rule[] = [
  {
    // alexkappa/terraform-provider-auth0#256
    broken: (next) =>
      next.token_endpoint_auth_method === 'none' && includes(next, 'client_credentials'),
    message: 'Invalid grant types: client_credentials',
  },
  {
    // Auth0 docs, "Configure refresh token rotation"
    broken: ({ refresh_token: token }) =>
      isRecord(token) && token.rotation_type === 'rotating' && token.expiration_type !== 'expiring',
    message: 'Rotating refresh tokens must be expiring',
  },
  {
    // Auth0 docs, "Configure refresh token expiration"
    broken: ({ refresh_token: token }) =>
      isRecord(token) &&
      token.expiration_type === 'expiring' &&
      token.infinite_token_lifetime !== true &&
      token.infinite_idle_token_lifetime !== true &&
      Number(token.idle_token_lifetime) > Number(token.token_lifetime),
    message: 'The idle lifetime of refresh tokens must not exceed their absolute lifetime',
  },
  {
    // Management API reference, notes of "Update a client"; PS256 as in recorded traffic
    broken: (next, input) =>
      isRecord(input.client_authentication_methods) &&
      !(isRecord(next.jwt_configuration) && /^[RP]S/.test(String(next.jwt_configuration.alg))),
    message: 'client_authentication_methods requires jwt_configuration.alg to be RS256',
  },
  {
    // Management API reference: the two are mutually exclusive
    broken: (next, input) =>
      typeof input.token_endpoint_auth_method === 'string' &&
      isRecord(next.client_authentication_methods),
    message: 'token_endpoint_auth_method and client_authentication_methods are mutually exclusive',
  },
  {
    // Management API reference, notes of "Update a client"
    broken: (next, input) =>
      input.is_first_party === false &&
      (next.organization_usage ?? next.organization_require_behavior) !== undefined,
    message: 'organization_usage and organization_require_behavior must be unset for third parties',
  },
  {
    // Auth0 docs, "Define organization behavior"
    broken: (next, input) =>
      input.organization_require_behavior === 'post_login_prompt' && next.oidc_conformant !== true,
    message: 'post_login_prompt requires an OIDC conformant client',
  },
  {
    // Auth0 docs, "Third-party application security controls"
    broken: (next) =>
      next.third_party_security_mode === 'strict' &&
      !(Array.isArray(next.grant_types) ? next.grant_types : []).every((grant) =>
        ['authorization_code', 'refresh_token', 'client_credentials'].includes(grant),
      ),
    message: 'Invalid grant types for a third-party client in strict mode',
  },
]

/** Refuses a client that breaks a rule between its members. */
export function checkRules(next: Auth0Client, input: Auth0Client): void {
  const metadata = next.client_metadata
  if (isRecord(metadata) && Object.keys(metadata).length > 10) {
    const count = Object.keys(metadata).length
    refusePayload(
      `'Too many properties defined (${count}), maximum 10' on property client_metadata`,
    )
  }
  const broken = RULES.find((rule) => rule.broken(next, input))
  if (broken !== undefined) refuse(400, broken.message, 'invalid_body')
}

/** Refuses to turn what is fixed at creation. */
export function checkTransition(before: Auth0Client, next: Auth0Client): void {
  // Auth0 docs, "Third-party application security controls"; auth0-deploy-cli strips it on update.
  for (const fixed of ['is_first_party', 'third_party_security_mode']) {
    if (before[fixed] !== undefined && before[fixed] !== next[fixed]) {
      refuse(400, `The ${fixed} of a client cannot be changed`, 'operation_not_supported')
    }
  }
}

/** What an update may set on a client that was registered by its metadata document (deploy-cli). */
const EDITABLE_OF_CIMD = new Set(
  (
    'description app_type allowed_origins web_origins grant_types oidc_conformant ' +
    'organization_discovery_methods client_metadata default_organization ' +
    'require_proof_of_possession token_quota jwt_configuration refresh_token ' +
    'skip_non_verifiable_callback_uri_confirmation_prompt'
  ).split(' '),
)

/** Refuses members of a client that belong to its metadata document. */
export function checkEditable(before: Auth0Client, input: Auth0Client): void {
  if (before.external_client_id === undefined) return
  const fixed = Object.keys(input).filter((name) => !EDITABLE_OF_CIMD.has(name))
  if (fixed.length === 0) return
  const message = `Properties not editable for this client: ${fixed.join(',')}`
  refuse(400, message, 'operation_not_supported')
}

function includes(next: Auth0Client, grant: string): boolean {
  return Array.isArray(next.grant_types) && next.grant_types.includes(grant)
}
