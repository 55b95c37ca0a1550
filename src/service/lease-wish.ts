/** What taking a lease and ending leases want of a client. */

import { ClientError, isClientError } from '../core/errors.ts'
import { isNearly } from '../core/limits.ts'
import { isLens, type Mapping, type Native, type Row, type Warning } from '../core/mapping.ts'
import type { Patch } from '../core/patch.ts'
import { planChange } from '../core/plan.ts'
import type { Lease, Standing } from '../store/standing.ts'
import { listOf, takingAway, withLease, withoutLeases } from './leases.ts'
import type { ChangeRequest, LeaseEnding, LeaseField, LeaseTaking } from './request.ts'
import type { Service } from './service.ts'
import type { Wish } from './wish.ts'

/** Leases of one client at most: each record of its history tells them all. */
export const MAX_LEASES = 100

/** The patch of a lease: one value is added. */
export function leasePatch({ field, value }: Pick<LeaseTaking, 'field' | 'value'>): Patch {
  return { kind: 'merge', fields: { [field]: { add: [value] } } }
}

/**
 * The value is added where it is not there, and the lease recorded with it.
 * @throws ClientError (`over`) `list_full`, and as planning does
 */
export function leaseWish(
  service: Service,
  { provider: { mapping }, actor, patch }: ChangeRequest & { readonly patch: LeaseTaking },
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
      const { leases = [] } = becomes
      if (leases.length > MAX_LEASES) throw tooMany(standing?.leases ?? [], now)
      if (!inList) checkRoom(mapping, base, field, standing?.leases ?? [], now)
      const asked = leasePatch(patch)
      const { next } = planChange(mapping, base, asked)
      const warnings = leases.at(-1)?.kept
        ? [stays(field)]
        : [...nearLimit(mapping, next, field), ...lasting(mapping, next, { field, value })]
      return { patch: asked, warnings, aim: { action: 'lease', becomes } }
    },
  }
}

/** The leases end, and values go that nothing else holds. */
export function endingWish(
  service: Service,
  { patch }: ChangeRequest & { readonly patch: LeaseEnding },
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

/** Refuses a value for which the provider has no place, and tells when there is to be one. */
function checkRoom(
  mapping: Mapping,
  base: Native,
  field: LeaseField,
  leases: readonly Lease[],
  now: number,
): void {
  const most = mostOf(mapping, field)
  const list = listOf(mapping, base, field)
  if (most === undefined || list.length < most) return
  const holding = leases.filter(
    (one) => one.field === field && !one.kept && list.includes(one.value) && isLast(one, leases),
  )
  const says = `client.${field} has all ${most} values that the provider takes, ${holding.length} of them leased`
  throw full(says, holding, now, field)
}

/** Whether the value is held by no other lease for longer. */
const isLast = ({ field, value, expiresAt }: Lease, leases: readonly Lease[]) =>
  !leases.some((one) => one.field === field && one.value === value && one.expiresAt > expiresAt)

const tooMany = (leases: readonly Lease[], now: number) =>
  full(`The client has ${leases.length} leases, as many as there can be`, leases, now)

/** How many leases a refusal names. */
const NAMED = 5

function full(
  says: string,
  leases: readonly Lease[],
  now: number,
  field?: LeaseField,
): ClientError {
  const sorted = [...leases].sort((one, other) => one.expiresAt - other.expiresAt)
  const named = sorted
    .slice(0, NAMED)
    .map(({ owner, expiresAt }) => `${JSON.stringify(owner)} until ${timeOf(expiresAt)}`)
  const [first] = sorted
  const next = first === undefined ? '' : ` The next leases to end: ${named.join(', ')}.`
  return new ClientError('list_full', `${says}; nothing was sent.${next}`, {
    ...(field === undefined ? {} : { field: `client.${field}` }),
    ...(first === undefined
      ? {}
      : { retryAfter: Math.max(Math.ceil((first.expiresAt - now) / 1_000), 1) }),
  })
}

const timeOf = (at: number) => new Date(at).toISOString()

function mostOf(mapping: Mapping, field: LeaseField): number | undefined {
  const row = mapping.fields[field] as Row<unknown>
  return isLens(row) ? row.limits?.maxItems : undefined
}

function nearLimit(mapping: Mapping, next: Native, field: LeaseField): readonly Warning[] {
  const most = mostOf(mapping, field)
  const { length } = listOf(mapping, next, field)
  if (most === undefined || !isNearly(length, most)) return []
  const message = `client.${field} has ${length} of the ${most} values that the provider takes; ${most - length} can still be added.`
  return [{ code: 'near_limit', field: `client.${field}`, message }]
}

const stays = (field: LeaseField): Warning => ({
  code: 'value_stays',
  field: `client.${field}`,
  message: `The value was in client.${field} before it was leased, and stays when the lease ends.`,
})

/** Tells of a value that cannot be taken away as things are: the only one of its list, say. */
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
    const message = `As the client is, the value stays in ${field} when the lease ends: ${error.message}`
    return [{ code: 'cannot_end', field, message }]
  }
}
