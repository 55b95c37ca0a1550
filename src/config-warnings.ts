/** What can be used as it is configured, and lets more callers do more than may be meant. */

import type { Config } from './config-parse.ts'
import { ANY_ISSUER } from './http/auth/permissions.ts'

/** Sentences for the operator: the place in the configuration, what follows from it, what to write. */
export function configWarnings(config: Config): readonly string[] {
  return [...permissionWarnings(config), ...prefixWarnings(config)]
}

/** Who administers an issuer can put any scope into its tokens. */
function permissionWarnings({ permissions, issuers }: Config): readonly string[] {
  const several = issuers.length > 1
  if (permissions === undefined) {
    const whose = several ? `any of its ${issuers.length} issuers` : 'its issuer'
    return [
      `auth.permissions is absent, so that every accepted token of ${whose} may do everything, secrets included; write which scope grants what.`,
    ]
  }
  if (!several) return []
  return permissions.flatMap(({ issuer, scope, grants }, index) =>
    issuer === ANY_ISSUER
      ? [
          `auth.permissions[${index}] holds for tokens of any issuer: whoever administers one of them can give the scope ${scope}, and with it ${grants.join(', ')}; name the one issuer that is meant.`,
        ]
      : [],
  )
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
