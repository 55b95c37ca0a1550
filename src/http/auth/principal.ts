/** Who calls: what the claims of a verified access token say about the caller. */

import type { JsonObject } from '../../core/json/json.ts'
import { type CallerClaims, callerClaims } from './claim-rule.ts'

/** The caller of a request. */
export interface Principal {
  /** `sub`. */
  readonly subject: string
  /** `client_id`, else `azp`: the application through which the caller acts. */
  readonly clientId?: string
  readonly issuer: string
  readonly scopes: ReadonlySet<string>
  /** Those that rows of the permissions name; absent: none does, or the token has none of them. */
  readonly claims?: CallerClaims
  /** `jti`. */
  readonly tokenId?: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Of one who comes with a session of the console: when they proved who they are, epoch milliseconds. */
  readonly session?: { readonly authenticatedAt: number | undefined }
}

/** How scopes are spelled by an issuer. */
export interface ScopeSpelling {
  /** Scopes carry the id of a resource server before a slash, as Cognito has them. */
  readonly prefixed: boolean
  /** Only scopes of this resource server count without their prefix; absent: any. */
  readonly prefix?: string | undefined
}

/** What counts in the tokens of an issuer. */
export interface TokenReading extends ScopeSpelling {
  /** Names of the claims that permissions go by. */
  readonly claimNames: readonly string[]
}

/** Reads checked claims. */
export function principalOf(claims: JsonObject, reading: TokenReading): Principal {
  const clientId = clientIdOf(claims)
  const counting = callerClaims(claims, reading.claimNames)
  return {
    subject: String(claims.sub),
    ...(clientId === undefined ? {} : { clientId }),
    issuer: String(claims.iss),
    scopes: scopesOf(claims, reading),
    ...(Object.keys(counting).length === 0 ? {} : { claims: counting }),
    ...(typeof claims.jti === 'string' ? { tokenId: claims.jti } : {}),
    expiresAt: Number(claims.exp) * 1_000,
  }
}

/** RFC 9068 section 2.2 has `client_id`; Auth0 has `azp` unless set to that profile. */
export function clientIdOf(claims: JsonObject): string | undefined {
  const { client_id: clientId, azp } = claims
  if (typeof clientId === 'string') return clientId
  return typeof azp === 'string' ? azp : undefined
}

/** RFC 9068 section 2.2.3; Auth0 puts the rights of its role based access control in `permissions`. */
function scopesOf(claims: JsonObject, spelling: ScopeSpelling): ReadonlySet<string> {
  const scope = typeof claims.scope === 'string' ? claims.scope.split(' ') : []
  const permissions = Array.isArray(claims.permissions) ? claims.permissions : []
  const scopes = [...scope, ...permissions].filter(
    (one): one is string => typeof one === 'string' && one !== '',
  )
  return new Set(scopes.flatMap((one) => scopeNames(one, spelling)))
}

/** What a scope is called in the configuration: as it stands, and without its resource server. */
export const scopeNames = (scope: string, spelling: ScopeSpelling): readonly string[] => [
  scope,
  ...withoutPrefix(scope, spelling),
]

/** Cognito: `resource-server/read`, where the id of the resource server may hold slashes itself. */
function withoutPrefix(scope: string, { prefixed, prefix }: ScopeSpelling): readonly string[] {
  const slash = scope.lastIndexOf('/')
  if (!prefixed || slash < 0 || slash === scope.length - 1) return []
  return prefix === undefined || prefix === scope.slice(0, slash) ? [scope.slice(slash + 1)] : []
}

/** What of the token the rights of the caller follow from, as a job keeps it. */
export const rightsOf = ({ scopes, claims }: Principal) => ({
  scopes: [...scopes].sort(),
  ...(claims === undefined ? {} : { claims }),
})

/** Who asks, as the history keeps it. */
export function actorOf({ subject, issuer, clientId }: Principal) {
  return { subject, issuer, ...(clientId === undefined ? {} : { clientId }) }
}

/** The caller of an earlier request, by what was kept of its token. */
export const principalAgain = ({
  scopes,
  ...actor
}: Omit<Principal, 'scopes' | 'expiresAt'> & {
  readonly scopes: readonly string[]
}): Principal => ({
  ...actor,
  scopes: new Set(scopes),
  expiresAt: Number.POSITIVE_INFINITY,
})
