/**
 * Members that a file excludes and that no update can clear. One that is there: a plan says so, and changes the rest. One
 * that comes with a change of the file itself: the file lacks a line.
 */

import { FIELDS, type FieldName } from '../../core/client.ts'
import { isRecord, type Json, memberOf, withoutMembers } from '../../core/json/json.ts'
import { stringifyJson } from '../../core/json/json-text.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import type { ClientFile } from '../client-file.ts'
import type { Fault, Judged } from '../review/fault.ts'

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

/** A patch without the members of another one; of a setting that is a mapping in both, without those in it. */
export function withoutMembersOf(patch: FieldPatches, other: FieldPatches): FieldPatches {
  const fields = Object.entries(patch).flatMap(([field, members]): [string, Json][] => {
    const gone = (other as Readonly<Record<string, Json>>)[field] ?? {}
    const rest = Object.entries(isRecord(members) ? members : {}).flatMap(([name, value]) => {
      const inner = isRecord(gone) ? memberOf(gone, name) : undefined
      if (inner === undefined) return [[name, value] as const]
      if (!isRecord(inner) || !isRecord(value)) return []
      const own = withoutMembers(value, Object.keys(inner))
      return Object.keys(own).length === 0 ? [] : [[name, own] as const]
    })
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

/** A refusal for each of those that would come, with the line that the file lacks. */
export function comeFaults(
  { files: [main], client }: Judged,
  parts: readonly ClientFile[],
  come: FieldPatches,
): readonly Fault[] {
  const fileOf = (field: string) =>
    parts.find(({ exclusive = [] }) => exclusive.includes(field as FieldName)) ?? main
  return Object.entries(come).flatMap(([field, members]) =>
    membersOf(field, members).map(([path, value]): Fault => {
      const place = `client.${field}.${path}`
      return {
        about: fileOf(field).path,
        ...(client === undefined ? {} : { client }),
        field: place,
        code: 'rule_violated',
        says: `${place} comes with this change and is not in the file, which excludes others; name it there: ${stringifyJson(value)}`,
      }
    }),
  )
}

/** Each member; of a setting that is a mapping, what is in it. */
function membersOf(field: string, members: Json): readonly (readonly [string, Json])[] {
  return Object.entries(isRecord(members) ? members : {}).flatMap(([name, value]) =>
    FIELDS[field as FieldName].kind === 'raw' && isRecord(value)
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one] as const)
      : [[name, value] as const],
  )
}
