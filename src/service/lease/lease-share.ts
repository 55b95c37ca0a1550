/**
 * Limits on leases: for a client, for one caller, for one owner, and for a list, where places stay
 * free for people who change the client by hand. Renewing a lease takes no place, and is never refused here.
 */

import type { LeaseField } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { MAX_LIST_ITEMS } from '../../core/field.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { isLens, type Native, type Row } from '../../core/mapping/row.ts'
import type { Lease } from '../../store/log/standing.ts'
import { callerOf, type LeaseShares } from '../base/service.ts'
import { listOf } from './leases.ts'

/** The most leases of one client, since each record of its history lists them all. */
export const MAX_LEASES = 100

/**
 * Leases never take the last fifth of a list; no caller has more than half of the leases, no owner
 * more than a fifth.
 */
export const DEFAULT_SHARES: LeaseShares = { ofList: 0.8, ofCaller: 0.5, ofOwner: 0.2 }

/** A lease to be taken, and the present leases. */
export interface LeaseRequest {
  readonly lease: Lease & { readonly field: LeaseField }
  readonly current: readonly Lease[]
  readonly now: number
}

/**
 * Refuses a lease beyond the limit of the client, its caller or its owner.
 * @throws ClientError `list_full`
 */
export function checkShares(shares: LeaseShares, mapping: Mapping, request: LeaseRequest): void {
  const { lease, current, now } = request
  const others = current.filter((one) => !isSame(one, lease))
  if (others.length >= MAX_LEASES) {
    throw full(`The client has ${others.length} leases, which is the limit`, current, now)
  }
  const byCaller = others.filter(({ actor }) => callerOf(actor) === callerOf(lease.actor))
  // A caller who renews a lease of their own already has its place.
  if (current.some((one) => isSame(one, lease) && callerOf(one.actor) === callerOf(lease.actor)))
    return
  const byOwner = byCaller.filter(({ owner }) => owner === lease.owner)
  const inList = placesIn(mapping, lease.field)
  for (const [whose, theirs, share] of [
    ['This caller', byCaller, shares.ofCaller],
    [`The owner ${JSON.stringify(lease.owner)}`, byOwner, shares.ofOwner],
  ] as const) {
    const onList = theirs.filter(({ field }) => field === lease.field)
    const [ofClient, ofList] = [partOf(MAX_LEASES, share), partOf(inList, share)]
    if (theirs.length >= ofClient) {
      throw full(
        `${whose} has ${theirs.length} leases on the client, which is its limit`,
        theirs,
        now,
      )
    }
    if (onList.length >= ofList) {
      const says = `${whose} has ${onList.length} leases on client.${lease.field}, which is its limit`
      throw full(says, onList, now, lease.field)
    }
  }
}

/**
 * Refuses a value if the list is full, or if leases may take no more of its places.
 * @throws ClientError `list_full`
 */
export function checkRoom(
  shares: LeaseShares,
  mapping: Mapping,
  base: Native,
  { lease: { field }, current, now }: LeaseRequest,
): void {
  const most = placesIn(mapping, field)
  const forLeases = leasable(shares, mapping, field)
  const list = listOf(mapping, base, field)
  if (list.length < forLeases) return
  const holding = current.filter(
    (one) => one.field === field && !one.kept && list.includes(one.value) && isLast(one, current),
  )
  const says =
    list.length < most
      ? `client.${field} has ${list.length} values, ${holding.length} of them leased, and leases may fill at most ${forLeases} of its ${most} places`
      : `client.${field} has the maximum of ${most} values, ${holding.length} of them leased`
  throw full(says, holding, now, field)
}

/** The number of values up to which leases may fill a list. */
export const leasable = (shares: LeaseShares, mapping: Mapping, field: LeaseField) =>
  partOf(placesIn(mapping, field), shares.ofList)

const partOf = (places: number, share: number) => Math.max(Math.floor(places * share), 1)

const isSame = (one: Lease, other: Lease) =>
  one.field === other.field && one.value === other.value && one.owner === other.owner

/** Whether no other lease on the value lasts longer. */
const isLast = ({ field, value, expiresAt }: Lease, leases: readonly Lease[]) =>
  !leases.some((one) => one.field === field && one.value === value && one.expiresAt > expiresAt)

/** How many values a list can have at its provider. */
function placesIn(mapping: Mapping, field: LeaseField): number {
  const row = mapping.fields[field] as Row<unknown>
  return (isLens(row) ? row.limits?.maxItems : undefined) ?? MAX_LIST_ITEMS
}

/** How many leases a refusal names. */
const NAMED = 5

function full(
  says: string,
  leases: readonly Lease[],
  now: number,
  field?: LeaseField,
): ClientError {
  const sorted = [...leases].sort((one, other) => one.expiresAt - other.expiresAt)
  const ends = sorted
    .slice(0, NAMED)
    .map(({ owner, expiresAt }) => `${JSON.stringify(owner)} until ${timeOf(expiresAt)}`)
  const [first] = sorted
  const next = first === undefined ? '' : ` The next leases to end: ${ends.join(', ')}.`
  return new ClientError('list_full', `${says}. Nothing was sent.${next}`, {
    ...(field === undefined ? {} : { field: `client.${field}` }),
    ...(first === undefined
      ? {}
      : { retryAfter: Math.max(Math.ceil((first.expiresAt - now) / 1_000), 1) }),
  })
}

const timeOf = (at: number) => new Date(at).toISOString()
