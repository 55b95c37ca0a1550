/**
 * What one caller may do to one client by grants that are limited. This is the one place where the limit of a grant is
 * judged: every read of a client for a caller shows what was read to `look`, and every write shows to `judge` the client
 * before and after it. Callers whose grants have no limit have no `Access`.
 */

import { ClientError } from '../errors.ts'
import {
  allows,
  allowsWhole,
  covers,
  coversPool,
  type Grant,
  goesByName,
  goesByRecord,
  isFor,
  isLimited,
  type Subject,
  type Touch,
} from './limit.ts'
import type { Permission } from './permissions.ts'
import type { Need } from './rights.ts'

/** A client, or a place for one. */
export interface Address {
  readonly provider: string
  readonly userPoolId?: string | undefined
  readonly id?: string | undefined
}

/** A planned write. */
export interface Write {
  /** `undefined`: it is to be made, or was removed. */
  readonly before: Subject | undefined
  /** `undefined`: it is to be removed. */
  readonly after: Subject | undefined
  readonly touches: readonly Touch[]
  /** It is about the client as a whole, and not about settings that can be named. */
  readonly isWhole: boolean
}

export interface Access {
  /** Whether a record must be read to know whether the client is within the grants. */
  readonly goesByRecord: boolean
  /** Whether that is its name. */
  readonly goesByName: boolean
  /** Whether a client was looked at. */
  isKnown(): boolean
  /** Whether the caller has a permission on the client as it was last looked at; before that, it has none. */
  may(permission: Permission): boolean
  /** The one team that its grants of the purpose's permission are limited to; `undefined`: there is none, or more than one. */
  team(): string | undefined
  /** Whether a permission holds for any client of its user pool. */
  reaches(permission: Permission): boolean
  /** Whether the caller may know of a client. */
  knows(client: Subject): boolean
  /** Whether the caller may know of a client, and has a permission on it. */
  sees(client: Subject, permission: Permission): boolean
  /**
   * Takes in what the client is like now.
   * @throws ClientError `not_found` for a client outside of the grants, or no longer within what was seen before
   */
  look(client: Subject): void
  /** Keeps which further permissions the planned write takes, until it is judged. */
  take(needs: readonly Need[]): void
  /**
   * Judges the planned write; afterwards the caller sees what it may see of the client before and after.
   * @throws ClientError `insufficient_scope`
   */
  judge(write: Write): Verdict
}

/** Whether a planned write may be done, or may once someone else has approved it. */
export type Verdict = 'granted' | 'with approval'

/** The access of a caller to a client or place; `undefined`: no grant of the caller there is limited. */
export type AccessTo = (address: Address) => Access | undefined

/** What a caller asks for: an operation, which takes a permission. */
export interface Purpose {
  readonly operation: string
  readonly permission: Permission
}

/** The one answer for a client that is not there, or not for this caller. */
export function noSuchClient(): ClientError {
  return new ClientError(
    'not_found',
    'There is no such client. Check its id, the provider and the user pool.',
  )
}

/** The accesses of one caller within one request: always the same one for the same client. */
export function accessTo(
  grantsAt: (provider: string) => readonly Grant[],
  purpose: Purpose,
): AccessTo {
  return remembered((address) => {
    const grants = grantsFor(grantsAt, purpose, address.provider)
    return mayMiss(grants) ? accessBy(grants, address, purpose) : undefined
  })
}

/** The same where grants without a limit are judged as well. */
export function wholeAccessTo(
  grantsAt: (provider: string) => readonly Grant[],
  purpose: Purpose,
): (address: Address) => Access {
  return remembered((address) =>
    accessBy(grantsFor(grantsAt, purpose, address.provider), address, purpose),
  )
}

function remembered<A extends Access | undefined>(make: (address: Address) => A) {
  const accesses = new Map<string, A>()
  return (address: Address): A => {
    const { provider, userPoolId = null, id = null } = address
    const name = JSON.stringify([provider, userPoolId, id])
    const access = accesses.has(name) ? (accesses.get(name) as A) : make(address)
    accesses.set(name, access)
    return access
  }
}

/** The grants of a caller that count for a purpose at a provider. */
export const grantsFor = (
  grantsAt: (provider: string) => readonly Grant[],
  { operation }: Pick<Purpose, 'operation'>,
  provider: string,
): readonly Grant[] => grantsAt(provider).filter((grant) => isFor(grant, operation))

/** Grants that give something which none without a limit gives. */
function limitedOf(grants: readonly Grant[]): readonly Grant[] {
  const free = new Set(grants.filter((one) => !isLimited(one)).flatMap((one) => one.grants))
  return grants.filter(
    (one) => one.grants.some((permission) => !free.has(permission)) && isLimited(one),
  )
}

const mayMiss = (grants: readonly Grant[]): boolean => limitedOf(grants).length > 0

function accessBy(
  grants: readonly Grant[],
  { userPoolId }: Address,
  { permission: main }: Purpose,
): Access {
  const limited = limitedOf(grants)
  const on = (client: Subject): ReadonlySet<Permission> =>
    new Set(grants.filter(({ only }) => covers(only, client)).flatMap((one) => one.grants))
  let current: ReadonlySet<Permission> = new Set()
  let seen = false
  let needs: readonly Need[] = []

  const refusalBy = (counting: readonly Grant[], write: Write): ClientError | undefined => {
    const { before, after, touches, isWhole } = write
    const covering = counting.filter(
      ({ only }) =>
        (before === undefined || covers(only, before)) &&
        (after === undefined || covers(only, after)),
    )
    const isGranted = (permission: Permission, touch: Touch | 'whole') =>
      covering.some(
        ({ grants: own, only }) =>
          own.includes(permission) && (touch === 'whole' ? allowsWhole(only) : allows(only, touch)),
      )
    const each: readonly (Touch | 'whole')[] = isWhole ? ['whole', ...touches] : touches
    const refused = each.find((touch) => !isGranted(permissionFor(touch, main), touch))
    const isOut = !covering.some(({ grants: own }) => own.includes(main))
    if (refused !== undefined || isOut) return outside(main, refused)
    const lacking = needs.find(({ permission }) => !isGranted(permission, 'whole'))
    return lacking && lacks(lacking)
  }

  return {
    goesByRecord: limited.some(({ only }) => goesByRecord(only)),
    goesByName: limited.some(({ only }) => goesByName(only)),
    isKnown: () => seen,
    may: (permission) => current.has(permission),
    team: () => {
      const own = grants.filter((one) => one.grants.includes(main))
      if (own.some(({ only }) => only?.teams === undefined)) return undefined
      const teams = new Set(own.flatMap(({ only }) => only?.teams ?? []))
      return teams.size === 1 ? [...teams][0] : undefined
    },
    reaches: (permission) =>
      grants.some(
        ({ grants: own, only = {} }) => own.includes(permission) && coversPool(only, userPoolId),
      ),
    knows: (client) => on(client).size > 0,
    sees: (client, permission) => on(client).has(permission),
    look: (client) => {
      const now = on(client)
      const isLess = seen && [...current].some((permission) => !now.has(permission))
      if (now.size === 0 || isLess) throw noSuchClient()
      seen = true
      current = now
    },
    take: (taken) => {
      needs = taken
    },
    judge: (write) => {
      const { before, after } = write
      const isFree = refusalBy(grants.filter(isAtOnce), write) === undefined
      const refusal = isFree ? undefined : refusalBy(grants, write)
      if (refusal !== undefined) throw refusal
      const [was, is] = [before && on(before), after && on(after)]
      current = was && is ? new Set([...was].filter((one) => is.has(one))) : (was ?? is ?? current)
      seen = true
      return isFree ? 'granted' : 'with approval'
    },
  }
}

/** What it gives takes no one else's approval. */
export const isAtOnce = ({ approval }: Grant): boolean => approval === undefined

/** The team of a client says whose it is, which takes a permission of its own. */
const permissionFor = (touch: Touch | 'whole', main: Permission): Permission =>
  touch !== 'whole' && touch.field === 'team' ? 'clients:assign' : main

function lacks({ permission, field }: Need): ClientError {
  return new ClientError(
    'insufficient_scope',
    `${field} needs the permission ${permission}, which no grant of this token covers for the client before and after. Leave it out to change the rest.`,
    { field },
  )
}

function outside(permission: Permission, touch: Touch | 'whole' | undefined): ClientError {
  if (touch === undefined || touch === 'whole') {
    return new ClientError(
      'insufficient_scope',
      `The grant of ${permission} that this token has is limited, and does not cover the client as it would be, or the whole of it. A row of auth.permissions without that limit can grant it.`,
    )
  }
  const field = `client.${touch.field}`
  return new ClientError(
    'insufficient_scope',
    `${field} would be changed in a way that the limit of the grant of ${permission} does not allow. Leave it out to change the rest.`,
    { field },
  )
}
