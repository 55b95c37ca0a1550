/**
 * Several files for one client. A file with a `manager` manages its values of lists and no others: what it no longer
 * names goes, and what others have stays. Attributes that are no lists are managed by one file each.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf, without } from '../core/json/json.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import type { ManagedLists } from '../sdk/index.ts'
import type { ClientFile } from './client-file.ts'
import type { LiveClient } from './compare.ts'

/** The files of one client, and what they say together: lists of managers aside. */
export interface Together {
  readonly file: ClientFile
  readonly parts: readonly ClientFile[]
}

const isList = (name: string) => FIELDS[name as FieldName].kind === 'list'
const isMerged = (name: string) => ['map', 'raw'].includes(FIELDS[name as FieldName].kind)

/** Why a file cannot be for the same client as others, as a clause; `undefined`: it can. */
export function whyNotTogether(
  file: ClientFile,
  others: readonly ClientFile[],
  id: string,
): string | undefined {
  for (const other of others) {
    if (file.manager === other.manager) {
      const hint = 'give each a manager of its own, if they are to share it'
      return `is for the same client as ${other.path} (${id}); ${hint}`
    }
    const twice = attributesOf(file).find((one) => attributesOf(other).includes(one))
    if (twice !== undefined)
      return `names client.${twice}, as ${other.path} does for the same client`
  }
  return undefined
}

/** What only one file may manage: an attribute that is no list, a member of a map, a whole list without a manager. */
const attributesOf = ({ client, manager }: ClientFile): readonly string[] =>
  Object.entries(client).flatMap(([name, value]) => {
    if (isList(name)) return manager === undefined ? [name] : []
    if (!isMerged(name) || !isRecord(value)) return [name]
    return Object.keys(value).map((member) => `${name}.${member}`)
  })

/** One file of several; the one without a manager gives it its name. */
export function together(parts: readonly [ClientFile, ...ClientFile[]]): Together {
  const main = parts.find(({ manager }) => manager === undefined) ?? parts[0]
  const client = parts.reduce<JsonObject>((whole, part) => joinedFields(whole, ownFields(part)), {})
  const exclusive = [...new Set(parts.flatMap((part) => part.exclusive ?? []))]
  const { manager: _, ...rest } = main
  return { file: { ...rest, client, ...(exclusive.length === 0 ? {} : { exclusive }) }, parts }
}

/** Without the lists of a manager. */
export function ownFields({ client, manager }: ClientFile): FieldPatches {
  if (manager === undefined) return client
  return Object.fromEntries(Object.entries(client).filter(([name]) => !isList(name)))
}

function joinedFields(one: JsonObject, other: JsonObject): JsonObject {
  const members = Object.entries(other).map(([name, value]): [string, Json] => {
    const now = memberOf(one, name)
    return [name, isRecord(now) && isRecord(value) ? { ...now, ...value } : value]
  })
  return { ...one, ...Object.fromEntries(members) }
}

/** The values of a manager's file, by list; a list that it has values in and no longer names is empty. */
function listsOf(
  { client, manager = '' }: ClientFile,
  { managed = [] }: Pick<LiveClient, 'managed'>,
): Readonly<Record<string, readonly string[]>> {
  const before = managed.filter(({ managers }) => managers.includes(manager))
  const lists = Object.entries(client).filter(([name]) => isList(name))
  return {
    ...Object.fromEntries(before.map(({ field }) => [field, []])),
    ...Object.fromEntries(
      lists.map(([name, value]) => [name, Array.isArray(value) ? (value as string[]) : []]),
    ),
  }
}

/** What is to be stated of managers so that a client matches their files; nothing where it does. */
export function managersDiffering(parts: readonly ClientFile[], live: LiveClient): ManagedLists {
  const { managed = [] } = live
  const entries = parts.flatMap((part) => {
    const { manager } = part
    if (manager === undefined) return []
    const lists = Object.entries(listsOf(part, live)).filter(([field, values]) => {
      const theirs = managed
        .filter((one) => one.field === field && one.managers.includes(manager))
        .map(({ value }) => value)
      return without(theirs, values).length + without(values, theirs).length > 0
    })
    return lists.length === 0 ? [] : [[manager, Object.fromEntries(lists)] as const]
  })
  return Object.fromEntries(entries)
}

/** Whether managers have what is stated of them. */
export const isStated = (managers: ManagedLists, managed: LiveClient['managed'] = []): boolean =>
  Object.entries(managers).every(([manager, lists]) =>
    Object.entries(lists).every(([field, values]) => {
      const theirs = managed
        .filter((one) => one.field === field && one.managers.includes(manager))
        .map(({ value }) => value)
      return without(theirs, values).length + without(values, theirs).length === 0
    }),
  )

/** What managers state of a client that is only being made. */
export function managersOfNew(file: ClientFile): ManagedLists {
  const lists = Object.entries(listsOf(file, {})).filter(([, values]) => values.length > 0)
  return file.manager === undefined || lists.length === 0
    ? {}
    : { [file.manager]: Object.fromEntries(lists) }
}
