/** The differences of a patch from a client as they are seen here, where the server was not asked or refused. */

import { FIELDS, type FieldName } from '../../core/client.ts'
import type { FieldChange } from '../../core/diff.ts'
import { isRecord, type Json, type JsonObject, memberOf, without } from '../../core/json/json.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import type { ManagedLists } from '../../sdk/index.ts'
import type { LiveClient } from '../compare.ts'

/** One for each attribute, and for each member of `clientMetadata` and `providerSettings`. */
export function localChanges({ attributes }: LiveClient, patch: FieldPatches): FieldChange[] {
  return Object.entries(patch).flatMap(([field, after]): FieldChange[] => {
    const before = memberOf(attributes, field) ?? null
    const { kind } = FIELDS[field as FieldName]
    if (kind === 'list') return [listChange(field, before, after)]
    if ((kind !== 'map' && kind !== 'raw') || !isRecord(after)) return [{ field, before, after }]
    return Object.entries(after).map(([name, value]) => ({
      field: `${field}.${name}`,
      before: (isRecord(before) ? memberOf(before, name) : undefined) ?? null,
      after: value,
    }))
  })
}

/** Of the changes that the server shows, those that the patch asks for; what follows from them is no difference. */
export function namedChanges(
  changes: readonly FieldChange[],
  patch: FieldPatches,
  managers: ManagedLists = {},
): readonly FieldChange[] {
  const managed = new Set(Object.values(managers).flatMap((lists) => Object.keys(lists)))
  return changes.filter(({ field }) => {
    if (managed.has(field)) return true
    const [name = '', ...rest] = field.split('.')
    const target = memberOf(patch as JsonObject, name)
    if (target === undefined) return false
    return rest.length === 0 || !isRecord(target) || names(target, rest)
  })
}

/** Whether a patch has a member at a path; names of members may have dots themselves. */
function names(patch: JsonObject, path: readonly string[]): boolean {
  return path.some((_, index) => {
    const inner = memberOf(patch, path.slice(0, index + 1).join('.'))
    const below = path.slice(index + 1)
    return inner !== undefined && (below.length === 0 || (isRecord(inner) && names(inner, below)))
  })
}

function listChange(field: string, now: Json, change: Json): FieldChange {
  const before = listOf(now)
  const { add, remove } = isRecord(change) ? change : { add: change, remove: [] }
  const [added, removed] = [listOf(add), listOf(remove)]
  return { field, before, after: [...without(before, removed), ...added], added, removed }
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
