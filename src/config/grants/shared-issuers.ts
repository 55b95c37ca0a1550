/**
 * Issuers that give tokens to all customers of a service: anyone can have one, for any audience. A row of permissions for
 * them must say whose tokens it means, by a claim that the service writes and that no other customer can have.
 */

import type { TextRule } from '../../core/rights/text-rule.ts'
import type { ClaimRule } from '../../http/auth/claim-rule.ts'

/** Claim → what the value of its owner begins with, up to the sign that ends the owner's name; absent: only whole values. */
type OwnerClaims = Readonly<Record<string, RegExp | undefined>>

const NAME_AND_MORE = /^[^*/]+\//

const SHARED: Readonly<Record<string, OwnerClaims>> = {
  // https://docs.github.com/en/actions/reference/security/oidc
  'https://token.actions.githubusercontent.com': {
    repository: NAME_AND_MORE,
    repository_owner: undefined,
    repository_id: undefined,
    repository_owner_id: undefined,
    sub: /^repo:[^*/:]+\//,
  },
  // https://docs.gitlab.com/ci/secrets/id_token_authentication/
  'https://gitlab.com': {
    project_path: NAME_AND_MORE,
    namespace_path: NAME_AND_MORE,
    project_id: undefined,
    namespace_id: undefined,
    sub: /^project_path:[^*/:]+\//,
  },
  // https://buildkite.com/docs/pipelines/security/oidc
  'https://agent.buildkite.com': {
    organization_id: undefined,
    organization_slug: undefined,
    sub: /^organization:[^*:]+:/,
  },
  // https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
  'https://app.terraform.io': {
    terraform_organization_id: undefined,
    terraform_organization_name: undefined,
    sub: /^organization:[^*:]+:/,
  },
  // https://developers.google.com/identity/openid-connect/openid-connect
  'https://accounts.google.com': { sub: undefined, email: undefined },
}

/** The claims that say whose a token of an issuer is; `undefined` for an issuer that is not known to be shared. */
export function ownerClaimsOf(issuer: string): readonly string[] | undefined {
  const claims = sharedAt(issuer)
  return claims && Object.keys(claims)
}

/** Whether a row of permissions says whose tokens of a shared issuer it means. */
export function namesOwner(issuer: string, rule: ClaimRule = {}): boolean {
  const claims = sharedAt(issuer) ?? {}
  return Object.entries(rule).some(
    ([name, values]) =>
      Object.hasOwn(claims, name) && values.every((one) => isOwned(claims[name], one)),
  )
}

const sharedAt = (issuer: string): OwnerClaims | undefined => {
  const name = issuer.replace(/\/$/, '')
  return Object.hasOwn(SHARED, name) ? SHARED[name] : undefined
}

/** A whole value has one owner; a pattern has where the owner's name stands before its first wildcard. */
const isOwned = (beginning: RegExp | undefined, value: TextRule): boolean =>
  typeof value === 'string' || beginning?.test(value.pattern) === true
