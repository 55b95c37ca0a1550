/**
 * What a caller may do. The configuration says which scopes and claims of which issuer grant which permissions,
 * everywhere or at some providers only; where it says nothing at all, every accepted token may do everything, as
 * the documented endpoint has it.
 */

import type { Operation } from '../../contract/operations.ts'
import { ClientError } from '../../core/errors.ts'
import {
  type Access,
  type AccessTo,
  type Address,
  accessTo,
  grantsFor,
  isAtOnce,
  wholeAccessTo,
} from '../../core/rights/access.ts'
import { type Grant, isLimited } from '../../core/rights/limit.ts'
import { GRANTED_BY_NAME, PERMISSIONS, type Permission } from '../../core/rights/permissions.ts'
import { PLAIN_CHALLENGE, stepUpRequired } from './challenge.ts'
import { type ClaimRule, fulfils } from './claim-rule.ts'
import type { Principal } from './principal.ts'

/** One row of the mapping: a grant for tokens with this scope and these claims, of which it has one at least. */
export interface PermissionGrant extends Grant {
  /** As it stands in the token. */
  readonly scope?: string
  readonly claims?: ClaimRule
  /**
   * Whose tokens it is about: an issuer compared whole, or `any`. Who administers an issuer can put any
   * scope into its tokens, so that a scope means nothing without it.
   */
  readonly issuer: string
}

/** The word for tokens of whichever issuer. */
export const ANY_ISSUER = 'any'

export interface PermissionSettings {
  /** Absent: every accepted token may do everything but what is granted by name only. An empty list: no one may do anything. */
  readonly permissions?: readonly PermissionGrant[]
}

export interface Permissions {
  /** What the caller may do at one provider, to any client there: grants that are limited do not count. */
  of(principal: Principal, providerId: string): ReadonlySet<Permission>
  /** All that the caller is given at one provider, limited or not. */
  grantsAt(principal: Principal, providerId: string): readonly Grant[]
  /** Of a caller with a session: what would count at one provider after a fresh sign-in; absent: nothing. */
  afterSignIn?(principal: Principal, providerId: string): ReadonlySet<Permission>
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
  if (permissions === undefined) return same(EVERYTHING)
  const grantsAt: Permissions['grantsAt'] = (principal, providerId) =>
    permissions.filter((row) => isAbout(row, principal) && holdsAt(row, providerId))
  return {
    grantsAt,
    of: (principal, providerId) =>
      new Set(
        grantsAt(principal, providerId)
          .filter((grant) => !isLimited(grant) && grant.only?.operations === undefined)
          .flatMap(({ grants }) => grants),
      ),
    scopesFor: ({ principal, providerId, permission }) => {
      const scopes = permissions
        .filter((row) => isOfIssuer(row, principal) && hasClaims(row, principal))
        .filter((row) => holdsAt(row, providerId) && row.grants.includes(permission))
        .flatMap(({ scope }) => scope ?? [])
      return [...new Set(scopes)]
    },
  }
}

const isOfIssuer = ({ issuer }: PermissionGrant, principal: Principal): boolean =>
  issuer === principal.issuer || issuer === ANY_ISSUER

const hasClaims = ({ claims }: PermissionGrant, principal: Principal): boolean =>
  claims === undefined || fulfils(claims, principal.claims ?? {})

/** Whether a row is about a caller; one that asked for nothing would be about no one. */
const isAbout = (row: PermissionGrant, principal: Principal): boolean =>
  (row.scope !== undefined || row.claims !== undefined) &&
  isOfIssuer(row, principal) &&
  (row.scope === undefined || principal.scopes.has(row.scope)) &&
  hasClaims(row, principal)

const holdsAt = ({ providers }: Grant, providerId: string): boolean =>
  providers?.includes(providerId) ?? true

/** For the one caller of a program that no network leads to. */
export const allPermissions = (): Permissions => same(new Set(PERMISSIONS))

/** The same for every caller. */
function same(permissions: ReadonlySet<Permission>): Permissions {
  const grants = [{ grants: [...permissions] }]
  return { of: () => permissions, grantsAt: () => grants, scopesFor: () => [] }
}

/** The permissions of callers by grants that take no one else's approval. */
export const permissionsAtOnce = (permissions: Permissions): Permissions => ({
  ...permissions,
  grantsAt: (principal, providerId) => permissions.grantsAt(principal, providerId).filter(isAtOnce),
})

/** The accesses of a caller by one route, where grants of it are limited. */
export function accessOf(
  permissions: Permissions,
  principal: Principal,
  { operationId: operation, permission }: AccessRoute,
): AccessTo | undefined {
  if (permission === 'public' || permission === 'token') return undefined
  const grantsAt = (providerId: string) => permissions.grantsAt(principal, providerId)
  return accessTo(grantsAt, { operation, permission: WRITTEN_BY[permission] ?? permission })
}

/** The same of every grant, whether it is limited or not; `counts`: which of them count. */
export function wholeAccessOf(
  permissions: Permissions,
  principal: Principal,
  { operationId: operation, permission }: AccessRoute,
  counts: (grant: Grant) => boolean = () => true,
): (address: Address) => Access {
  if (permission === 'public' || permission === 'token') {
    throw new TypeError('the operation asks for no permission')
  }
  const grantsAt = (id: string) => permissions.grantsAt(principal, id).filter(counts)
  const main = WRITTEN_BY[permission] ?? permission
  return wholeAccessTo(grantsAt, { operation, permission: main })
}

/** What of a route its callers' grants are held against. */
type AccessRoute = Pick<Operation, 'permission'> & { readonly operationId: string }

/** A job changes clients by the right to change clients. */
const WRITTEN_BY: { readonly [P in Permission]?: Permission } = { 'jobs:write': 'clients:write' }

/** What of the caller's grants at a provider may count for an operation: for some client, in a way, or for any. */
export function heldFor(
  permissions: Permissions,
  principal: Principal,
  { providerId, ...purpose }: HeldFor,
): ReadonlySet<Permission> {
  const grantsAt = (one: string) => permissions.grantsAt(principal, one)
  return new Set(grantsFor(grantsAt, purpose, providerId).flatMap(({ grants }) => grants))
}

interface HeldFor {
  readonly providerId: string
  readonly operation: string
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
  const { principal, providerId, permission } = demand
  if (permissions.afterSignIn?.(principal, providerId).has(permission)) return stepUpRequired()
  const scopes = permissions.scopesFor(demand)
  const sentence =
    scopes.length === 0
      ? `This needs the permission ${permission}, which no scope and no claim of this token grants here. A row of auth.permissions in the configuration of the server can grant it.`
      : `This needs the permission ${permission}, granted by the scope ${scopes.join(' or ')}.`
  // RFC 6750 section 3: the attribute lists what is needed; alternatives are not expressible
  const attribute = scopes[0] === undefined ? '' : `, scope="${scopes[0].replace(/["\\]/g, '')}"`
  return new ClientError('insufficient_scope', says ?? sentence, {
    ...(field === undefined ? {} : { field }),
    headers: { 'www-authenticate': `${PLAIN_CHALLENGE}, error="insufficient_scope"${attribute}` },
  })
}
