/**
 * Leases on list values: which of them remain after a change. A value has one lease for each owner and
 * is removed with the last of them, unless it is `kept`, which is the same for all leases on one value.
 */

import { isDeepStrictEqual } from 'node:util'
import { isRecord, type Json } from '../../core/json/json.ts'
import { type Mapping, showField } from '../../core/mapping/mapping.ts'
import { isLens, type Native, type Row, type Warning } from '../../core/mapping/row.ts'
import { heldPaths } from '../../core/mapping/suspension.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { withChange } from '../../core/plan/plan.ts'
import type { Undone } from '../../core/plan/undo.ts'
import { type Lease, type Standing, withStanding } from '../../store/log/standing.ts'
import type { ChangeRequest } from '../base/request.ts'

type ListValue = Pick<Lease, 'field' | 'value'>

const isOn =
  ({ field, value }: ListValue) =>
  (lease: ListValue) =>
    lease.field === field && lease.value === value

/**
 * The standing with a lease taken or renewed; `inList`: the value is in the list now. A value that
 * is in the list without a lease was there before. A value that was removed and is put back was
 * not.
 */
export function withLease(standing: Standing | undefined, lease: Lease, inList: boolean): Standing {
  const leases = standing?.leases ?? []
  const onValue = leases.filter(isOn(lease))
  const isPermanent = inList && onValue.every((one) => one.kept)
  const others = leases.filter((one) => !onValue.includes(one))
  const onThisValue = [...onValue.filter(({ owner }) => owner !== lease.owner), lease]
  return withStanding(standing, {
    leases: [...others, ...onThisValue.map((one) => keep(one, isPermanent))],
  })
}

function keep({ kept: _, ...lease }: Lease, isPermanent: boolean): Lease {
  return isPermanent ? { ...lease, kept: true } : lease
}

/** The standing without some leases, and the values that no lease holds any more. */
export function withoutLeases(
  standing: Standing | undefined,
  ends: (lease: Lease) => boolean,
): { readonly standing: Standing; readonly freed: readonly ListValue[] } {
  const leases = standing?.leases ?? []
  const remaining = leases.filter((lease) => !ends(lease))
  const freed = leases.filter((lease) => ends(lease) && !lease.kept && !remaining.some(isOn(lease)))
  return { standing: withLeases(standing, remaining), freed }
}

const withLeases = (standing: Standing | undefined, leases: readonly Lease[]) =>
  withStanding(standing, { leases: leases.length === 0 ? undefined : leases })

/** The difference between two standings: leases taken, renewed or made permanent, and leases ended. */
export function leaseChanges(
  { leases: before = [] }: Standing = {},
  { leases: after = [] }: Standing = {},
): { readonly taken: readonly Lease[]; readonly ended: readonly Lease[] } {
  const isSame = (one: Lease) => (other: Lease) => isOn(one)(other) && one.owner === other.owner
  return {
    taken: after.filter((one) => !before.some((other) => isDeepStrictEqual(one, other))),
    ended: before.filter((one) => !after.some(isSame(one))),
  }
}

/** Warns of expired leases whose values could not be removed. */
export function overLeases(standing: Standing | undefined, now: number): readonly Warning[] {
  const over = (standing?.leases ?? []).filter(({ expiresAt }) => expiresAt <= now)
  return over.map(({ field, value, owner }) => ({
    code: 'lease_over',
    field: `client.${field}`,
    message: `The lease of ${JSON.stringify(owner)} on ${JSON.stringify(value)} is over and could not be ended yet.`,
  }))
}

/** The patch that removes values. */
export function takingAway(values: readonly ListValue[]): FieldPatches {
  const fields = [...new Set(values.map(({ field }) => field))]
  return Object.fromEntries(
    fields.map((field) => {
      const remove = values.filter((one) => one.field === field).map(({ value }) => value)
      return [field, { remove: [...new Set(remove)] }]
    }),
  )
}

/**
 * The standing after any change from `base` to `next`: a lease ends with its value, no matter who removes
 * that. A value becomes permanent if a patch adds it by name, or if a change puts it in after it had gone.
 * A whole list that contains the leased values, as it was read, does not make them permanent. While the
 * client is suspended, a value that the suspension holds is not gone.
 */
export function leasesAfter(
  mapping: Mapping,
  [base, next]: readonly [Native, Native],
  patch: ChangeRequest['patch'],
  standing: Standing | undefined,
): Standing | undefined {
  if (standing?.leases === undefined) return standing
  const isIn = (native: Native, { field, value }: ListValue) =>
    listOf(mapping, native, field).includes(value)
  const givesBack = patch.kind === 'lease' || patch.kind === 'suspension'
  const isPutIn = (lease: Lease) => !givesBack && isIn(next, lease) && !isIn(base, lease)
  const paths = standing.suspended === undefined ? [] : heldPaths(mapping)
  const remaining = standing.leases
    .filter((lease) => isIn(next, lease) || paths.includes(lease.field))
    .map((lease) => keep(lease, lease.kept === true || isAdded(lease, patch) || isPutIn(lease)))
  return withLeases(standing, remaining)
}

function isAdded({ field, value }: Lease, patch: ChangeRequest['patch']): boolean {
  if (patch.kind === 'operations') {
    // `replace` does not count, since tools that compare two lists use it for values that only moved.
    return patch.operations.some(
      ({ op, path: [name, ...place], value: item }) =>
        op === 'add' && name === field && place.length === 1 && item === value,
    )
  }
  const target = patch.kind === 'merge' ? patch.fields[field] : undefined
  return isRecord(target) && Array.isArray(target.add) && target.add.includes(value)
}

/**
 * A change as a rollback undoes it: a leased value that it removed was there only for a time, and
 * does not come back without its lease. `standing` is the one before the change.
 */
export function withoutLeased(
  mapping: Mapping,
  base: Native,
  next: Native,
  standing: Standing | undefined,
): Undone {
  const temporary = (standing?.leases ?? []).filter(
    ({ field, value, kept: isPermanent }) =>
      !isPermanent && !listOf(mapping, next, field).includes(value),
  )
  return { base: withoutValues(mapping, base, temporary), next }
}

/**
 * What a suspension has taken away, as it is given back: without the values whose leases ended meanwhile.
 * `then` is the standing before the suspension, `now` that of today.
 */
export function withoutEnded(
  mapping: Mapping,
  { base, next }: Undone,
  then: Standing | undefined,
  now: Standing | undefined,
): Undone {
  const ended = (then?.leases ?? []).filter(
    (lease) => !lease.kept && !now?.leases?.some(isOn(lease)),
  )
  return { base: withoutValues(mapping, base, ended), next }
}

function withoutValues(mapping: Mapping, native: Native, values: readonly ListValue[]): Native {
  return values.reduce<Native>((record, { field, value }) => {
    const row = field === 'providerSettings' ? undefined : (mapping.fields[field] as Row<Json>)
    if (row === undefined || !isLens(row)) return record
    const list = listOf(mapping, record, field).filter((one) => one !== value)
    return withChange(record, row.put(list, record))
  }, native)
}

/** The values of a list in a record. */
export function listOf(mapping: Mapping, native: Native, field: Lease['field']): readonly string[] {
  const content: unknown = showField(mapping, field, native)
  return Array.isArray(content) ? content : []
}
