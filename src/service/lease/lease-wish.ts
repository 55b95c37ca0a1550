/** The changes that take and end leases. */

import type { LeaseField } from '../../core/client.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import { isNearly } from '../../core/mapping/limits.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { planChange } from '../../core/plan/plan.ts'
import type { Actor } from '../../store/log/actor.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { LeasedValue, LeaseEnding, LeaseTaking } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { RequestFor, Wish } from '../change/change-target.ts'
import { leasePatch, valuesOf } from './lease-patch.ts'
import { checkRoom, checkShares, leasable } from './lease-share.ts'
import { listOf, takingAway, withLease, withoutLeases } from './leases.ts'

/**
 * Adds the values that are not there, and records the leases with them.
 * @throws ClientError (`over`) `list_full`, and as planning does
 */
export function leaseWish(
  service: Service,
  { provider: { mapping }, actor, patch }: RequestFor<LeaseTaking>,
  standing: Standing | undefined,
): Wish {
  const values = valuesOf(patch)
  return {
    fields: [...new Set(values.map(({ field }) => field))],
    over: (base) => {
      const addition = leasePatch(patch)
      // Each value is judged with those before it in place, as if they were leased one after the other.
      const now = service.now()
      const result = values.reduce<Taken>(
        (before, one, index) =>
          atPlace(values, index, () =>
            taking(service, { mapping, actor, patch, one, now }, before),
          ),
        { base, standing, warnings: [] },
      )
      const { warnings, standing: becomes = {} } = result
      return { patch: addition, warnings, aim: { action: 'lease', becomes } }
    },
  }
}

interface Taken {
  readonly base: Native
  readonly standing: Standing | undefined
  readonly warnings: readonly Warning[]
}

/** One value more. */
function taking(
  service: Service,
  { mapping, actor, patch, one, now }: Taking,
  { base, standing, warnings }: Taken,
): Taken {
  const { field, value } = one
  const { owner, seconds } = patch
  const inList = listOf(mapping, base, field).includes(value)
  const lease = { field, value, owner, expiresAt: now + seconds * 1_000, actor }
  const becomes = withLease(standing, lease, inList)
  const leaseRequest = { lease, current: standing?.leases ?? [], now }
  checkShares(service.leaseShares, mapping, leaseRequest)
  if (!inList) checkRoom(service.leaseShares, mapping, base, leaseRequest)
  const { next } = planChange(mapping, base, leasePatch(one))
  const own = becomes.leases?.at(-1)?.kept
    ? [stays(field)]
    : [
        ...nearLimit(leasable(service.leaseShares, mapping, field), mapping, next, field),
        ...lasting(mapping, next, one),
      ]
  return { base: next, standing: becomes, warnings: [...warnings, ...own] }
}

interface Taking {
  readonly mapping: Mapping
  readonly actor: Actor
  readonly patch: LeaseTaking
  readonly one: LeasedValue
  /** Epoch milliseconds. */
  readonly now: number
}

/** A fault of a value that is judged alone, under its place among those of its list. */
function atPlace<T>(values: readonly LeasedValue[], index: number, judge: () => T): T {
  const field = values[index]?.field
  const place = values.slice(0, index).filter((one) => one.field === field).length
  try {
    return judge()
  } catch (error) {
    const path = `client.${field}.add[0]`
    if (place === 0 || !isClientError(error) || error.field !== path) throw error
    const inRequest = `client.${field}.add[${place}]`
    const { code, message, details } = error
    throw new ClientError(code, message.replaceAll(path, inRequest), {
      ...details,
      field: inRequest,
    })
  }
}

/** Ends the leases, and removes the values that no other lease holds. */
export function endingWish(
  service: Service,
  { patch }: Pick<RequestFor<LeaseEnding>, 'patch'>,
  standing: Standing | undefined,
): Wish {
  const now = service.now()
  const { standing: becomes, freed } = withoutLeases(standing, (one) => patch.ends(one, now))
  return {
    fields: [...new Set(freed.map(({ field }) => field))],
    over: () => ({
      patch: { kind: 'merge', fields: takingAway(freed) },
      warnings: [],
      aim: { action: 'end_lease', becomes },
    }),
  }
}

function nearLimit(
  most: number,
  mapping: Mapping,
  next: Native,
  field: LeaseField,
): readonly Warning[] {
  const { length } = listOf(mapping, next, field)
  if (!isNearly(length, most)) return []
  const message = `client.${field} has ${length} of the ${most} values up to which leases may fill it. ${most - length} more can be leased.`
  return [{ code: 'near_limit', field: `client.${field}`, message }]
}

const stays = (field: LeaseField): Warning => ({
  code: 'value_stays',
  field: `client.${field}`,
  message: `The value was in client.${field} before it was leased, so it stays when the lease ends.`,
})

/** Warns of a value that could not be removed in the present state, for example the only one of its list. */
function lasting(mapping: Mapping, next: Native, value: LeasedValue): readonly Warning[] {
  try {
    planChange(mapping, next, { kind: 'merge', fields: takingAway([value]) })
    return []
  } catch (error) {
    if (!isClientError(error)) throw error
    const field = `client.${value.field}`
    const message = `In the client's present state, the value stays in ${field} when the lease ends: ${error.message}`
    return [{ code: 'cannot_end', field, message }]
  }
}
