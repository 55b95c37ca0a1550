/** Members that a file excludes and that no update can clear: a plan says so, and changes the rest. */

import { isRecord, type Json } from '../core/json/json.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import type { Fault } from './review/fault.ts'

/** Those that refusals are about; `strangers`: what would clear all of them. */
export function strangersAt(faults: readonly Fault[], strangers: FieldPatches): FieldPatches {
  const fields = Object.entries(strangers).flatMap(([field, members]): [string, Json][] => {
    const path = `client.${field}.`
    const refused = Object.entries(isRecord(members) ? members : {}).filter(([name]) =>
      faults.some(
        (fault) =>
          fault.field === `${path}${name}` || fault.field?.startsWith(`${path}${name}.`) === true,
      ),
    )
    return refused.length === 0 ? [] : [[field, Object.fromEntries(refused)]]
  })
  return Object.fromEntries(fields)
}

/** A patch without the members of another one. */
export function withoutMembersOf(patch: FieldPatches, other: FieldPatches): FieldPatches {
  const fields = Object.entries(patch).flatMap(([field, members]): [string, Json][] => {
    const gone = (other as Readonly<Record<string, Json>>)[field] ?? {}
    const rest = Object.entries(isRecord(members) ? members : {}).filter(
      ([name]) => !(isRecord(gone) && Object.hasOwn(gone, name)),
    )
    return rest.length === 0 ? [] : [[field, Object.fromEntries(rest)]]
  })
  return Object.fromEntries(fields)
}

/** What to know of them before the rest is applied. */
export const keptNotes = (about: string, kept: FieldPatches) =>
  Object.entries(kept).flatMap(([field, members]) =>
    Object.keys(isRecord(members) ? members : {}).map((name) => ({
      about,
      says: `client.${field}.${name} is set and not in the file, which excludes others; it cannot be cleared, so name it there.`,
    })),
  )
