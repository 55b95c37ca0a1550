/**
 * What a caller may do. The configuration says which scope grants which permissions, everywhere or
 * at some providers only; where it says nothing at all, every accepted token may do everything, as
 * the documented endpoint has it.
 */

import { ClientError } from '../../core/errors.ts'
import { PERMISSIONS, type Permission } from '../../core/permissions.ts'
import { PLAIN_CHALLENGE } from './challenge.ts'
import type { Principal } from './principal.ts'

/** One row of the mapping. */
export interface PermissionGrant {
  /** As it stands in the token. */
  readonly scope: string
  readonly grants: readonly Permission[]
  /** Ids of the providers for which the row holds; absent: all. */
  readonly providers?: readonly string[]
}

export interface PermissionSettings {
  /** Absent: every accepted token may do everything. An empty list: nobody may do anything. */
  readonly permissions?: readonly PermissionGrant[]
}

export interface Permissions {
  /** What the caller may do at one provider. */
  of(principal: Principal, providerId: string): ReadonlySet<Permission>
  /** The scopes that grant a permission at one provider, in the order of the mapping. */
  scopesFor(permission: Permission, providerId: string): readonly string[]
}

const EVERYTHING: ReadonlySet<Permission> = new Set(PERMISSIONS)

/** Reads the mapping once; its shape has been checked with the configuration. */
export function createPermissions(settings: PermissionSettings): Permissions {
  const { permissions } = settings
  if (permissions === undefined) return { of: () => EVERYTHING, scopesFor: () => [] }
  const at = (providerId: string) =>
    permissions.filter(({ providers }) => providers?.includes(providerId) ?? true)
  return {
    of: ({ scopes }, providerId) =>
      new Set(at(providerId).flatMap(({ scope, grants }) => (scopes.has(scope) ? grants : []))),
    scopesFor: (permission, providerId) => {
      const rows = at(providerId).filter(({ grants }) => grants.includes(permission))
      return [...new Set(rows.map(({ scope }) => scope))]
    },
  }
}

/** What is asked of a caller. */
export interface Demand {
  readonly principal: Principal
  readonly providerId: string
  readonly permission: Permission
}

/**
 * Lets the caller pass or says which scopes would.
 * @throws ClientError `insufficient_scope`
 */
export function requirePermission(permissions: Permissions, demand: Demand): void {
  const { principal, providerId, permission } = demand
  if (permissions.of(principal, providerId).has(permission)) return
  throw insufficientScope(permissions, demand)
}

/** What a caller without a permission reads; `says` and `field`: of what in the request it is about. */
export function insufficientScope(
  permissions: Permissions,
  { permission, providerId }: Demand,
  { says, field }: { readonly says?: string; readonly field?: string } = {},
): ClientError {
  const scopes = permissions.scopesFor(permission, providerId)
  const sentence =
    scopes.length === 0
      ? `This needs the permission ${permission}, which no scope grants here.`
      : `This needs the permission ${permission}, granted by the scope ${scopes.join(' or ')}.`
  // RFC 6750 section 3: the attribute lists what is needed; alternatives are not expressible
  const attribute = scopes[0] === undefined ? '' : `, scope="${scopes[0].replace(/["\\]/g, '')}"`
  return new ClientError('insufficient_scope', says ?? sentence, {
    ...(field === undefined ? {} : { field }),
    headers: { 'www-authenticate': `${PLAIN_CHALLENGE}, error="insufficient_scope"${attribute}` },
  })
}
