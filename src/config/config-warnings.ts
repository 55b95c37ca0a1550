/** What can be used as it is configured, and lets more callers do more than may be meant. */

import { ANY_ISSUER } from '../http/auth/permissions.ts'
import { overlapsOf } from './config-overlap.ts'
import type { Config } from './config-parse.ts'

/** Sentences for the operator: the place in the configuration, what follows from it, what to write. */
export function configWarnings(config: Config): readonly string[] {
  return [
    ...permissionWarnings(config),
    ...claimWarnings(config),
    ...prefixWarnings(config),
    ...overlapWarnings(config),
  ]
}

/** What users of many issuers choose themselves; only `sub` is theirs for good (OpenID Connect Core 1.0 section 5.7). */
const CHOSEN_BY_USERS = ['email', 'name', 'nickname', 'preferred_username', 'upn']

function claimWarnings({ permissions = [] }: Config): readonly string[] {
  return permissions.flatMap(({ claims = {} }, index) =>
    CHOSEN_BY_USERS.filter((name) => Object.hasOwn(claims, name)).map(
      (name) =>
        `auth.permissions[${index}].claims.${name} is a claim that users of many issuers can change themselves: use sub, or make sure that this issuer lets no user choose it.`,
    ),
  )
}

/** Who administers an issuer can put any scope into its tokens. */
function permissionWarnings({ permissions, issuers }: Config): readonly string[] {
  const several = issuers.length > 1
  if (permissions === undefined) {
    const whose = several ? `any of its ${issuers.length} issuers` : 'its issuer'
    return [
      `auth.permissions is absent, so every accepted token of ${whose} may do everything, including secrets. Define which scope grants what.`,
    ]
  }
  if (!several) return []
  return permissions.flatMap(({ issuer, scope, grants }, index) =>
    issuer === ANY_ISSUER && scope !== undefined
      ? [
          `auth.permissions[${index}] applies to tokens of any issuer: the administrators of each issuer can grant the scope ${scope}, and with it ${grants.join(', ')}. Name the intended issuer.`,
        ]
      : [],
  )
}

/** Clients of an issuer of ours are clients that can be changed here. */
function overlapWarnings(config: Config): readonly string[] {
  return overlapsOf(config).map(({ issuer, provider, userPoolId }) => {
    const where = userPoolId === undefined ? provider : `${userPoolId} of ${provider}`
    const index = config.issuers.indexOf(issuer)
    return `auth.issuers[${index}] (${issuer.issuer}) belongs to the provider ${where}, whose clients are managed here: which of them have access to this API is changed only with access:grant, and callers with secrets:read there can act as any of them; use an issuer of its own for this API, or give access:grant and secrets:read at ${provider} to no one else than its administrators.`
  })
}

/** Cognito's scopes carry the id of a resource server, and every one of the pool counts. */
function prefixWarnings({ issuers }: Config): readonly string[] {
  return issuers.flatMap(({ audience, scopePrefix }, index) =>
    audience === undefined && scopePrefix === undefined
      ? [
          `auth.issuers[${index}] has neither an audience nor a scopePrefix: scopes of every resource server there count; set scopePrefix to the id of the one made for this API.`,
        ]
      : [],
  )
}
