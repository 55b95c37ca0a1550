/**
 * Patching `providerSettings`: a JSON Merge Patch over the provider's own record, in which what has
 * an attribute of its own is refused with the name of that attribute.
 */

import { ClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, memberOf, same, withoutMembers } from '../json/json.ts'
import { withHeldNumbers } from '../json/kept-numbers.ts'
import { covers } from '../json/paths.ts'
import { checkLimits } from '../mapping/limits.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { fieldOfPath } from '../mapping/mapping.ts'
import { opened } from '../mapping/opened.ts'
import type { Native } from '../mapping/row.ts'
import { isFor, pathsBarred } from '../mapping/uses.ts'
import { mergePatch } from '../patch/patch.ts'
import { quoted } from '../patch/quoted.ts'

/**
 * The record with the raw rest patched; `undefined` when it already is as asked.
 * @throws ClientError `invalid_field`, `read_only_field`, `unknown_field`
 */
export function patchRest(mapping: Mapping, native: Native, patch: Json): Native | undefined {
  const request = isRecord(patch) ? openedPatch(mapping, patch) : patch
  if (!isRecord(request)) {
    throw new ClientError(
      'invalid_field',
      'client.providerSettings must be an object whose members are the settings to change.',
      { field: 'client.providerSettings' },
    )
  }
  const members = Object.entries(
    withoutSame(withHeldNumbers(request, native) as JsonObject, native),
  ).filter(([name, value]) => !same(mergePatch(native[name], value), native[name] ?? null))
  for (const [name, value] of members) checkSetting(mapping, native, name, value)
  checkSettingValues(mapping, native, Object.fromEntries(members))
  if (members.length === 0) return undefined
  return mergePatch(native, Object.fromEntries(members)) as JsonObject
}

/** The members of a patch by the paths of settings; an object of them is never cleared as a whole. */
function openedPatch({ opened: objects = [] }: Mapping, patch: JsonObject): JsonObject {
  const request = opened(patch, objects)
  const closed = objects.filter((path) => Object.hasOwn(request, path))
  for (const path of closed) {
    if (isRecord(request[path])) continue
    const field = `client.providerSettings.${path}`
    throw new ClientError(
      'invalid_field',
      `${field} must be an object whose members are the settings to change.`,
      { field },
    )
  }
  // Those that are left name no setting.
  return withoutMembers(request, closed)
}

/** What is sent back as it is leaves things alone, a null inside it too, which would else remove. */
function withoutSame(request: JsonObject, current: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(request).flatMap(([name, value]): [string, Json][] => {
      const now = memberOf(current, name)
      if (now !== undefined && same(value, now)) return []
      return [[name, isRecord(value) && isRecord(now) ? withoutSame(value, now) : value]]
    }),
  )
}

function checkSetting(mapping: Mapping, native: Native, name: string, value: Json): void {
  const field = `client.providerSettings.${placeOf(mapping, name)}`
  const { settings, extraSettings = [], hiddenKeys } = mapping
  const isSetting =
    settings.includes(name) || extraSettings.includes(name) || Object.hasOwn(native, name)
  if (hiddenKeys.includes(name) || !(isSetting || isOnlyMade(mapping, name))) {
    throw new ClientError('unknown_field', `${field} is not a setting of this provider.`, { field })
  }
  if (!isFor(mapping, name, 'sent') || (value === null && !isFor(mapping, name, 'cleared'))) {
    const why = isOnlyMade(mapping, name)
      ? 'can be set only when a client is created: the provider does not change it later. Create a new client with it, or a copy of this one'
      : 'is shown by the provider and cannot be set'
    throw new ClientError('read_only_field', `${field} ${why}.`, { field })
  }
  for (const path of leaves(name, value)) {
    if (isShownInside(mapping, path)) {
      const inner = `client.providerSettings.${path}`
      throw new ClientError(
        'read_only_field',
        `${inner} is shown by the provider and cannot be set.`,
        { field: inner },
      )
    }
    const owner = fieldOfPath(mapping, path)
    if (owner === undefined) continue
    throw new ClientError(
      'invalid_field',
      `${field} is covered by client.${owner}. Change client.${owner} instead.`,
      { field },
    )
  }
}

/** A setting as an error names it; one of an opened object by its path. */
const placeOf = ({ opened: objects = [] }: Mapping, name: string) =>
  objects.some((path) => covers(path, name)) ? name.split('.').map(quoted).join('.') : quoted(name)

/**
 * Refuses a text that is none of those which the provider takes, except for one that is there already.
 * @throws ClientError `invalid_field`
 */
export function checkSettingValues(mapping: Mapping, native: Native, request: JsonObject): void {
  for (const [path, values] of Object.entries(mapping.settingValues ?? {})) {
    const value = at(request, path)
    // An empty text is none at some providers.
    if (value === undefined || value === '') continue
    checkLimits(`client.providerSettings.${path}`, value, { values }, at(native, path) ?? null)
  }
}

/** The value at a dotted path. */
const at = (record: JsonObject, path: string): Json | undefined =>
  memberOf(record, path) ??
  path
    .split('.')
    .reduce<Json | undefined>(
      (inner, name) => (isRecord(inner) ? memberOf(inner, name) : undefined),
      record,
    )

/** Whether a path below a setting is one that the provider only shows. */
const isShownInside = (mapping: Mapping, path: string) =>
  pathsBarred(mapping, 'sent').some((one) => one.includes('.') && covers(one, path))

/** Whether a creation takes a member and an update does not. */
const isOnlyMade = ({ createOnlyKeys, commandKeys }: Mapping, name: string) =>
  createOnlyKeys.includes(name) || commandKeys.includes(name)

/** Dotted paths of what a merge patch writes. */
function leaves(path: string, value: Json): readonly string[] {
  if (!isRecord(value) || Object.keys(value).length === 0) return [path]
  return Object.entries(value).flatMap(([name, inner]) => leaves(`${path}.${name}`, inner))
}
