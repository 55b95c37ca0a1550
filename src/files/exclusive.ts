/**
 * Members that a file does not name, of attributes of which it says that there are to be no others. What is empty counts as
 * none, and so does what the provider takes for the same as none; a false of which it does not is a decision of someone.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf, same } from '../core/json/json.ts'
import { firstOf, withoutPaths } from '../core/json/paths.ts'
import { opened } from '../core/mapping/opened.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import type { ClientFile } from './client-file.ts'
import type { LiveClient } from './compare.ts'
import type { Capabilities } from './render.ts'

/** The members that are there all the same, with their values. */
export function strangersOf(
  { exclusive = [], client }: Pick<ClientFile, 'exclusive' | 'client'>,
  { attributes, suspension }: LiveClient,
  capabilities: Capabilities,
): FieldPatches {
  const isHeld = (path: string) => suspension?.fields?.includes(path) === true
  const fields = exclusive.flatMap((field): [FieldName, Json][] => {
    const now = memberOf(attributes, field)
    if (!isRecord(now) || isHeld(field)) return []
    const named = memberOf(client as JsonObject, field)
    const strange =
      FIELDS[field].kind === 'raw'
        ? strangeSettings(now, named, capabilities)
        : withoutNamed(now, named)
    const free = Object.entries(strange).filter(([name]) => !isHeld(`${field}.${name}`))
    return free.length === 0 ? [] : [[field, Object.fromEntries(free)]]
  })
  return Object.fromEntries(fields)
}

function strangeSettings(
  shown: JsonObject,
  fileValue: Json | undefined,
  capabilities: Capabilities,
): JsonObject {
  const { settings = [], readOnlySettings = [], settingMaps = [] } = capabilities
  const { openedSettings = [], defaultSettings = {} } = capabilities
  const settable = withoutPaths(opened(shown, openedSettings), readOnlySettings)
  const named = isRecord(fileValue) ? opened(fileValue, openedSettings) : fileValue
  const members = Object.entries(settable).flatMap(([name, value]): [string, Json][] => {
    if (!settings.includes(name)) return []
    const own = isRecord(named) ? memberOf(named, name) : undefined
    if (own === undefined) {
      return isEmpty(value) || same(value, memberOf(defaultSettings, name) ?? null)
        ? []
        : [[name, value]]
    }
    if (!settingMaps.includes(name) || !isRecord(value) || !isRecord(own)) return []
    // One that is empty is to have none, which the comparison sees.
    if (Object.keys(own).length === 0) return []
    const inner = Object.entries(withoutNamed(value, own)).filter(([, one]) => !isEmpty(one))
    return inner.length === 0 ? [] : [[name, Object.fromEntries(inner)]]
  })
  return Object.fromEntries(members)
}

const withoutNamed = (now: JsonObject, named: Json | undefined): JsonObject =>
  Object.fromEntries(
    Object.entries(now).filter(([name]) => !(isRecord(named) && Object.hasOwn(named, name))),
  )

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isRecord(value) && Object.values(value).every(isEmpty)
}

/** The patch that clears them. Of a setting that fields are made of, only what is no field. */
export function clearing(
  strangers: FieldPatches,
  { fields, settingMaps = [] }: Capabilities,
): FieldPatches {
  const made = new Set(Object.values(fields).flatMap(({ native = [] }) => native.map(firstOf)))
  const cleared = Object.entries(strangers).map(([field, members]): [string, Json] => {
    const isRaw = FIELDS[field as FieldName].kind === 'raw'
    const each = Object.entries(isRecord(members) ? members : {}).map(
      ([name, value]): [string, Json] => {
        const inParts = isRaw && isRecord(value) && (made.has(name) || settingMaps.includes(name))
        return [name, inParts ? nothingIn(value) : null]
      },
    )
    return [field, Object.fromEntries(each)]
  })
  return Object.fromEntries(cleared)
}

const nothingIn = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(value).map((name) => [name, null]))
