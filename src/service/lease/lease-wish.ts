/** The changes that take and end leases. */

import type { LeaseField } from '../../core/client.ts'
import { isClientError } from '../../core/errors.ts'
import { isNearly } from '../../core/mapping/limits.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { planChange } from '../../core/plan/plan.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { LeaseEnding, LeaseTaking } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { RequestFor, Wish } from '../change/change-target.ts'
import { checkRoom, checkShares, leasable } from './lease-share.ts'
import { listOf, takingAway, withLease, withoutLeases } from './leases.ts'

/** The patch of a lease, which adds one value. */
export function leasePatch({ field, value }: Pick<LeaseTaking, 'field' | 'value'>): Patch {
  return { kind: 'merge', fields: { [field]: { add: [value] } } }
}

/**
 * Adds the value if it is not there, and records the lease with it.
 * @throws ClientError (`over`) `list_full`, and as planning does
 */
export function leaseWish(
  service: Service,
  { provider: { mapping }, actor, patch }: RequestFor<LeaseTaking>,
  standing: Standing | undefined,
): Wish {
  const { field, value, owner, seconds } = patch
  return {
    fields: [field],
    over: (base) => {
      const now = service.now()
      const inList = listOf(mapping, base, field).includes(value)
      const lease = { field, value, owner, expiresAt: now + seconds * 1_000, actor }
      const becomes = withLease(standing, lease, inList)
      const leaseRequest = { lease, current: standing?.leases ?? [], now }
      checkShares(service.leaseShares, mapping, leaseRequest)
      if (!inList) checkRoom(service.leaseShares, mapping, base, leaseRequest)
      const addition = leasePatch(patch)
      const { next } = planChange(mapping, base, addition)
      const warnings = becomes.leases?.at(-1)?.kept
        ? [stays(field)]
        : [
            ...nearLimit(leasable(service.leaseShares, mapping, field), mapping, next, field),
            ...lasting(mapping, next, { field, value }),
          ]
      return { patch: addition, warnings, aim: { action: 'lease', becomes } }
    },
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
function lasting(
  mapping: Mapping,
  next: Native,
  value: Pick<LeaseTaking, 'field' | 'value'>,
): readonly Warning[] {
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
