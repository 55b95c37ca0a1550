/**
 * The same client files in two environments: how their clients differ beyond what the files say. Where both clients are as
 * their files say, a difference is meant: it comes from a variable or an override.
 */

import { FIELDS, type FieldName, isFieldName } from '../../core/client.ts'
import { isRecord, type Json, memberOf, same, without } from '../../core/json/json.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import type { Client, FieldChange } from '../../sdk/types.ts'
import type { Comparison, Matched } from '../plan.ts'
import { differences, type Own } from '../review/differences.ts'

/** One file, and what became of its clients. */
export type EnvironmentDifference =
  | { readonly file: string; readonly missing: string }
  | { readonly file: string; readonly changes: readonly FieldChange[] }

/** One side of the comparison. */
export interface Side {
  /** The name of the environment. */
  readonly name: string
  readonly comparison: Pick<Comparison, 'matched' | 'gone'>
}

type Present = Matched & { readonly kind: 'present' }

/** The differences, in the order of the files. */
export function compareEnvironments(
  one: Side,
  other: Side,
  own: Own,
): readonly EnvironmentDifference[] {
  const others = byPath(other)
  return [...byPath(one)].flatMap(([file, match]): readonly EnvironmentDifference[] => {
    const counterpart = others.get(file)
    if (match === undefined && counterpart === undefined) return []
    if (match === undefined) return [{ file, missing: one.name }]
    if (counterpart === undefined) return [{ file, missing: other.name }]
    const [before, after] = [match, counterpart].map(
      ({ live }) => live.attributes as unknown as Client,
    )
    if (before === undefined || after === undefined) return []
    const changes = differences(before, after, own).flatMap((change) =>
      unexplained(change, [match, counterpart]),
    )
    return changes.length === 0 ? [] : [{ file, changes }]
  })
}

/** The client of each file; `undefined` where it has none there. */
function byPath({ comparison }: Side): ReadonlyMap<string, Present | undefined> {
  const matched = comparison.matched.map((one): [string, Present | undefined] => [
    one.file.path,
    one.kind === 'present' ? one : undefined,
  ])
  return new Map([
    ...matched,
    ...comparison.gone.map(({ file }): [string, undefined] => [file.path, undefined]),
  ])
}

type Pair = readonly [Present, Present]

/** What of a change the files do not explain. */
function unexplained(change: FieldChange, pair: Pair): readonly FieldChange[] {
  const [field = '', ...path] = change.field.split('.')
  // What stands beside a client, such as a lease, is no attribute.
  if (!isFieldName(field)) return []
  const { kind } = FIELDS[field]
  if (kind === 'raw') return isMeant(pair, field, path.join('.')) ? [] : [change]
  if (kind === 'list') return outsideOfParts(change, pair)
  if (kind !== 'map') return isMeant(pair, field) ? [] : [change]
  const [before, after] = [change.before, change.after].map((side) =>
    Object.fromEntries(
      Object.entries(isRecord(side) ? side : {}).filter(([name]) => !isMeant(pair, field, name)),
    ),
  )
  return before === undefined || after === undefined || same(before, after)
    ? []
    : [{ ...change, before, after }]
}

/** Whether a file names it, perhaps by an override of one environment, and the clients are as their files say. */
function isMeant(pair: Pair, field: string, member?: string): boolean {
  const has = (fields: FieldPatches) => {
    const value = memberOf(fields as Record<string, Json>, field)
    if (member === undefined || !isRecord(value)) return value !== undefined
    return Object.hasOwn(value, member)
  }
  return pair.some(({ file }) => has(file.client)) && !pair.some(({ patch }) => has(patch))
}

/** A whole list is meant as any value is; of one in parts, the values that the files name are. */
function outsideOfParts(change: FieldChange, pair: Pair): readonly FieldChange[] {
  const parts = pair.map(({ file }) => file.client[change.field as FieldName])
  if (!parts.every(isRecord)) return isMeant(pair, change.field) ? [] : [change]
  if (!isMeant(pair, change.field)) return [change]
  const values = parts.flatMap(({ add = [], remove = [] }) => [add, remove]).flatMap(listOf)
  const added = without(listOf(change.added ?? []), values)
  const removed = without(listOf(change.removed ?? []), values)
  return added.length + removed.length === 0 ? [] : [{ ...change, added, removed }]
}

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : [])
