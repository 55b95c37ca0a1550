/** The body of the update call that turns one record into another, by the provider's own ways. */

import { ClientError, isClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, memberOf, same, withoutMembers } from '../json/json.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { fieldOfPath } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'
import { isFor, pathsBarred } from '../mapping/uses.ts'

/**
 * Where omission resets, everything writable goes along, members that this program has never heard of
 * too. Where omission keeps, only what changed goes along, `null` for what is to be removed.
 * @throws ClientError `unsupported_field` when the provider has no way to remove a member
 */
export function updateBody(mapping: Mapping, native: Native, next: Native): JsonObject {
  if (mapping.omitted === 'reset') {
    return withoutMembers(next, pathsBarred(mapping, 'sent'))
  }
  const was = (name: string) => memberOf(native, name)
  const is = (name: string) => memberOf(next, name)
  const names = [...new Set([...Object.keys(native), ...Object.keys(next)])]
  return Object.fromEntries(
    names
      .filter((name) => isFor(mapping, name, 'sent') && !same(was(name) ?? null, is(name) ?? null))
      .map((name) => [name, changed(mapping, name, was(name), is(name))]),
  )
}

function changed(
  mapping: Mapping,
  name: string,
  before: Json | undefined,
  after: Json | undefined,
): Json {
  if (after === undefined) return removed(mapping, name, before)
  const merges = mapping.mergedKeys.includes(name) && isRecord(before) && isRecord(after)
  return merges ? changedMembers(mapping, name, before, after) : after
}

function changedMembers(
  mapping: Mapping,
  name: string,
  before: JsonObject,
  after: JsonObject,
): JsonObject {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(
    members
      .filter((inner) => !same(memberOf(before, inner) ?? null, memberOf(after, inner) ?? null))
      .map((inner) => [inner, memberOf(after, inner) ?? removal(mapping, `${name}.${inner}`)]),
  )
}

/** Without a way to remove a member, an empty value that means the same. */
function removed(mapping: Mapping, name: string, before: Json | undefined): Json {
  if (mapping.mergedKeys.includes(name) && isRecord(before) && isEmptyAbsent(mapping, name, {})) {
    return changedMembers(mapping, name, before, {})
  }
  const empty = Array.isArray(before) ? [] : isRecord(before) ? {} : ''
  const nullable = mapping.nullablePaths.includes(name)
  return !nullable && isEmptyAbsent(mapping, name, empty) ? empty : removal(mapping, name)
}

const isEmptyAbsent = (mapping: Mapping, name: string, empty: Json) =>
  !Object.hasOwn(mapping.normal({ [name]: empty }), name)

function isNullable({ nullablePaths }: Mapping, path: string): boolean {
  const [parent] = path.split('.')
  return (
    nullablePaths.includes(path) || (path.includes('.') && nullablePaths.includes(`${parent}.*`))
  )
}

/** Whether the provider has a way to remove what an update from one record to the other would remove. */
export function isSendable(mapping: Mapping, native: Native, next: Native): boolean {
  try {
    updateBody(mapping, native, next)
    return true
  } catch (error) {
    if (isClientError(error, 'unsupported_field')) return false
    throw error
  }
}

function removal(mapping: Mapping, path: string): null {
  if (isNullable(mapping, path)) return null
  const field = `client.${fieldOfPath(mapping, path) ?? `providerSettings.${path}`}`
  throw new ClientError(
    'unsupported_field',
    `${field} cannot be cleared: the provider has no way back to its default; set a value instead.`,
    { field },
  )
}
