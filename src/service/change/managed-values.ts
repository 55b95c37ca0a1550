/**
 * Values of lists by who manages them. A manager says which values are theirs; one that is no longer among these goes,
 * unless another manager has it, or a lease. What no one manages, and what others do, stays.
 */

import { FIELDS, type FieldName } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { heldPaths } from '../../core/mapping/suspension.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import {
  countOf,
  type ManagerClaims,
  managersOf,
  printOf,
  printsIn,
  withPrints,
} from '../../store/log/managed.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'
import type { Managing } from '../base/request.ts'
import { listOf } from '../lease/leases.ts'
import type { Wish } from './change-target.ts'

/** Of one client: each record of its history holds what stands for them. */
export const MAX_MANAGED = 500
/** What they may add to such a record, in characters. */
const MAX_LENGTH = 8_000

/** The patch that sets what managers have now, whatever is in the client's lists. */
export const additionsOf = ({ managers, fields }: Managing): FieldPatches => {
  const lists = new Map<string, string[]>()
  for (const [field, value] of Object.values(managers).flatMap((one) => Object.entries(one))) {
    lists.set(field, [...(lists.get(field) ?? []), ...value])
  }
  const added = [...lists].map(([field, values]) => [
    field,
    withAdditions(fields[field as FieldName], values),
  ])
  return { ...fields, ...Object.fromEntries(added) }
}

function withAdditions(change: Json | undefined, values: readonly string[]): Json {
  const { add = [], ...others } = isRecord(change) ? change : {}
  return { ...others, add: [...new Set([...(add as readonly string[]), ...values])] }
}

/** The change, once it is known what the managers have so far. */
export function managingWish(
  managing: Managing,
  mapping: Mapping,
  standing: Standing | undefined,
): Wish {
  checkLists(managing)
  const additions = additionsOf(managing)
  return {
    fields: Object.keys(additions) as FieldName[],
    over: (base) => {
      const before = standing?.managed ?? []
      const after = claimsAfter(before, managing)
      checkExtent(before, after)
      const released = releasedIn(mapping, base, { before, after, standing })
      const patch = { ...additions }
      for (const { field, values } of released.gone) {
        const change = isRecord(patch[field]) ? patch[field] : {}
        const { remove = [] } = change
        const added = Array.isArray(change.add) ? change.add : []
        const more = values.filter((one) => !added.includes(one))
        Object.assign(patch, { [field]: { ...change, remove: [...(remove as Json[]), ...more] } })
      }
      return {
        patch: { kind: 'merge', fields: patch },
        warnings: [],
        becomes: withStanding(released.standing, {
          managed: after.length === 0 ? undefined : after,
        }),
      }
    },
  }
}

/** Who manages a value of a client. */
export const managersIn = (
  { managed = [] }: Standing,
  field: FieldName,
  value: string,
): readonly string[] => managersOf(managed, field, value)

/** @throws ClientError `invalid_field` where a list is set as a whole beside values that are managed in it */
function checkLists({ managers, fields }: Managing): void {
  for (const field of Object.values(managers).flatMap((one) => Object.keys(one))) {
    const beside = fields[field as FieldName]
    if (FIELDS[field as FieldName].kind !== 'list') {
      throw refusal(`managers name ${field}, which is no list; only values of lists are managed`)
    }
    if (beside !== undefined && !isRecord(beside)) {
      const says = `client.${field} must be { add, remove } beside values that are managed in it`
      throw refusal(says, `client.${field}`)
    }
  }
}

function claimsAfter(
  before: readonly ManagerClaims[],
  { managers }: Managing,
): readonly ManagerClaims[] {
  let claims = before
  for (const [manager, lists] of Object.entries(managers)) {
    for (const [field, values] of Object.entries(lists)) {
      claims = withPrints(claims, { manager, field, prints: values.map(printOf) })
    }
  }
  return claims
}

/** @throws ClientError `list_full` */
function checkExtent(before: readonly ManagerClaims[], after: readonly ManagerClaims[]): void {
  const count = countOf(after)
  const isMore = count > countOf(before)
  if (!isMore || (count <= MAX_MANAGED && JSON.stringify(after).length <= MAX_LENGTH)) return
  throw new ClientError(
    'list_full',
    `The client would have ${count} managed values, and ${MAX_MANAGED} are the most. Nothing was sent. Let managers give up values, or let a file manage the list as a whole.`,
    { field: 'managers' },
  )
}

interface Claims {
  readonly before: readonly ManagerClaims[]
  readonly after: readonly ManagerClaims[]
  readonly standing: Standing | undefined
}

/** The values that no manager has any more; one under a lease goes with that. */
function releasedIn(mapping: Mapping, base: Native, { before, after, standing }: Claims) {
  const fields = [...new Set(before.flatMap(({ lists }) => Object.keys(lists)))] as FieldName[]
  const leases = standing?.leases ?? []
  const each = fields.map((field) => ({
    field,
    values: listOf(mapping, base, field).filter(
      (value) =>
        managersOf(before, field, value).length > 0 && managersOf(after, field, value).length === 0,
    ),
  }))
  const isReleased = (field: FieldName, value: string) =>
    each.some((one) => one.field === field && one.values.includes(value))
  const isLeased = (field: FieldName, value: string) =>
    leases.some((lease) => lease.field === field && lease.value === value)
  const changed = leases.map(({ kept, ...lease }) =>
    kept === undefined || isReleased(lease.field, lease.value) ? lease : { ...lease, kept },
  )
  return {
    gone: each
      .map(({ field, values }) => ({
        field,
        values: values.filter((one) => !isLeased(field, one)),
      }))
      .filter(({ values }) => values.length > 0),
    standing: leases.length === 0 ? standing : withStanding(standing, { leases: changed }),
  }
}

/**
 * The standing after any change: a value is managed as long as it is in its list, no matter who takes it
 * out.
 */
export function managedAfter(
  mapping: Mapping,
  next: Native,
  standing: Standing | undefined,
): Standing | undefined {
  if (standing?.managed === undefined) return standing
  const paths: readonly string[] = standing.suspended === undefined ? [] : heldPaths(mapping)
  let managed = standing.managed
  for (const { manager, lists } of standing.managed) {
    for (const field of Object.keys(lists).filter((one) => !paths.includes(one))) {
      const present = new Set(listOf(mapping, next, field as FieldName).map(printOf))
      const claims = managed.find((one) => one.manager === manager)
      const prints = printsIn(claims, field).filter((print) => present.has(print))
      managed = withPrints(managed, { manager, field, prints })
    }
  }
  if (countOf(managed) === countOf(standing.managed)) return standing
  return withStanding(standing, { managed: managed.length === 0 ? undefined : managed })
}

const refusal = (says: string, field = 'managers') =>
  new ClientError('invalid_field', `${says}.`, { field })
