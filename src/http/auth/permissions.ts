/**
 * What a caller may do. The configuration says which scope of which issuer grants which permissions,
 * everywhere or at some providers only; where it says nothing at all, every accepted token may do everything, as
 * the documented endpoint has it.
 */

import { ClientError } from '../../core/errors.ts'
import { GRANTED_BY_NAME, PERMISSIONS, type Permission } from '../../core/rights/permissions.ts'
import { PLAIN_CHALLENGE } from './challenge.ts'
import type { Principal } from './principal.ts'

/** One row of the mapping. */
export interface PermissionGrant {
  /** As it stands in the token. */
  readonly scope: string
  /**
   * Whose tokens it is about: an issuer compared whole, or `any`. Who administers an issuer can put any
   * scope into its tokens, so that a scope means nothing without it.
   */
  readonly issuer: string
  readonly grants: readonly Permission[]
  /** Ids of the providers for which the row holds; absent: all. */
  readonly providers?: readonly string[]
}

/** The word for tokens of whichever issuer. */
export const ANY_ISSUER = 'any'

export interface PermissionSettings {
  /** Absent: every accepted token may do everything but what is granted by name only. An empty list: no one may do anything. */
  readonly permissions?: readonly PermissionGrant[]
}

export interface Permissions {
  /** What the caller may do at one provider. */
  of(principal: Principal, providerId: string): ReadonlySet<Permission>
  /** The scopes by which tokens of the caller's issuer grant it, in the order of the mapping. */
  scopesFor(demand: Demand): readonly string[]
}

/** What is asked of a caller. */
export interface Demand {
  readonly principal: Principal
  readonly providerId: string
  readonly permission: Permission
}

/** Reads the mapping once; its shape has been checked with the configuration. */
export function createPermissions(settings: PermissionSettings): Permissions {
  const { permissions } = settings
  if (permissions === undefined) return { of: () => EVERYTHING, scopesFor: () => [] }
  const rowsFor = ({ issuer: own }: Principal, providerId: string) =>
    permissions
      .filter(({ issuer }) => issuer === own || issuer === ANY_ISSUER)
      .filter(({ providers }) => providers?.includes(providerId) ?? true)
  return {
    of: (principal, providerId) =>
      new Set(
        rowsFor(principal, providerId).flatMap(({ scope, grants }) =>
          principal.scopes.has(scope) ? grants : [],
        ),
      ),
    scopesFor: ({ principal, providerId, permission }) => {
      const rows = rowsFor(principal, providerId)
      const granting = rows.filter(({ grants }) => grants.includes(permission))
      return [...new Set(granting.map(({ scope }) => scope))]
    },
  }
}

/** For the one caller of a program that no network leads to. */
export const allPermissions = (): Permissions => {
  const all = new Set(PERMISSIONS)
  return { of: () => all, scopesFor: () => [] }
}

const EVERYTHING: ReadonlySet<Permission> = new Set(
  PERMISSIONS.filter((one) => !GRANTED_BY_NAME.includes(one)),
)

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
  demand: Demand,
  { says, field }: { readonly says?: string; readonly field?: string } = {},
): ClientError {
  const { permission } = demand
  const scopes = permissions.scopesFor(demand)
  const sentence =
    scopes.length === 0
      ? `This needs the permission ${permission}, which no scope grants here. A row of auth.permissions in the configuration of the server can grant it.`
      : `This needs the permission ${permission}, granted by the scope ${scopes.join(' or ')}.`
  // RFC 6750 section 3: the attribute lists what is needed; alternatives are not expressible
  const attribute = scopes[0] === undefined ? '' : `, scope="${scopes[0].replace(/["\\]/g, '')}"`
  return new ClientError('insufficient_scope', says ?? sentence, {
    ...(field === undefined ? {} : { field }),
    headers: { 'www-authenticate': `${PLAIN_CHALLENGE}, error="insufficient_scope"${attribute}` },
  })
}
