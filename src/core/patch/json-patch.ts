/**
 * JSON Patch (RFC 6902) over the neutral client. Operations are applied to the client as it was read
 * for this change, so `add` to a list is safe against other writers; what came out is then handled
 * as a merge patch.
 */

import { FIELD_NAMES, FIELDS, type FieldName, isFieldName } from '../client.ts'
import { ClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, memberOf, same } from '../json/json.ts'
import { edit, valueAt } from '../json/json-pointer.ts'
import { checkExtent, createMeter } from './bounds.ts'
import { quoted } from './quoted.ts'

export interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  /** Decoded JSON Pointer (RFC 6901); the first token is a field of the client. */
  readonly path: readonly string[]
  readonly from?: readonly string[]
  readonly value?: Json
}

const OPERATION_NAMES = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const
/** More than any patch that a person writes. */
export const MAX_OPERATIONS = 200
/** Names that reach an object's prototype in careless code (CVE-2021-4279, fast-json-patch). */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads a list of operations.
 * @throws ClientError `invalid_request`, `unknown_field`
 */
export function parseOperations(value: Json | undefined): readonly Operation[] {
  if (!Array.isArray(value)) {
    throw new ClientError('invalid_request', 'A JSON Patch must be a list of operations.', {
      field: 'client',
    })
  }
  if (value.length > MAX_OPERATIONS) {
    throw new ClientError(
      'invalid_request',
      `A JSON Patch must have at most ${MAX_OPERATIONS} operations.`,
      { field: 'client' },
    )
  }
  return value.map((item, index) => parseOperation(item, `client[${index}]`))
}

function parseOperation(item: Json, at: string): Operation {
  const op = isRecord(item) ? OPERATION_NAMES.find((name) => name === item.op) : undefined
  if (!isRecord(item) || op === undefined) {
    throw new ClientError(
      'invalid_request',
      `${at} must be an operation with "op" one of ${OPERATION_NAMES.join(', ')}.`,
      { field: at },
    )
  }
  const needsValue = op === 'add' || op === 'replace' || op === 'test'
  if (needsValue && item.value === undefined) {
    throw new ClientError('invalid_request', `${at} must have a "value".`, { field: `${at}.value` })
  }
  const path = parsePointer(item.path, `${at}.path`)
  return {
    op,
    path,
    ...(op === 'move' || op === 'copy' ? { from: parsePointer(item.from, `${at}.from`) } : {}),
    ...(needsValue ? { value: item.value as Json } : {}),
  }
}

/** RFC 6901 sections 3 and 4; the whole client cannot be addressed. */
function parsePointer(value: Json | undefined, at: string): readonly string[] {
  if (typeof value !== 'string' || !value.startsWith('/') || /~(?![01])/.test(value)) {
    throw new ClientError(
      'invalid_request',
      `${at} must be a JSON Pointer such as "/callbacks/0".`,
      { field: at },
    )
  }
  const tokens = value
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (tokens.some((token) => FORBIDDEN_NAMES.has(token))) {
    throw new ClientError(
      'invalid_request',
      `${at} must not name ${[...FORBIDDEN_NAMES].join(', ')}.`,
      {
        field: at,
      },
    )
  }
  if (!isFieldName(tokens[0] ?? '')) {
    throw new ClientError(
      'unknown_field',
      `${at} must start with an attribute of a client. GET /providers/{id} lists the attributes.`,
      { field: at },
    )
  }
  return tokens
}

/** The fields that operations can change, for checks before the client is read. */
export function writtenFields(operations: readonly Operation[]): ReadonlySet<FieldName> {
  const written = operations
    .filter(({ op }) => op !== 'test')
    .flatMap(({ op, path, from }) => [path[0], ...(op === 'move' ? [from?.[0]] : [])])
  return new Set(written as FieldName[])
}

/**
 * Applies operations to a client and gives the merge patch that has the same effect. The size of the
 * client is bounded after each operation, before anything walks through what came out.
 * @throws ClientError `precondition_failed` (a `test` that does not hold), `invalid_field`, `too_large`
 */
export function operationsToFields(
  operations: readonly Operation[],
  client: JsonObject,
): JsonObject {
  const extentOf = createMeter()
  const before = extentOf(client)
  const after = operations.reduce<JsonObject>((whole, operation, index) => {
    const at = `client[${index}]`
    const changed = applyOperation(whole, operation, at)
    checkExtent(before, extentOf(changed), at)
    return changed
  }, client)
  const changed = FIELD_NAMES.filter((field) => !same(client[field] ?? null, after[field] ?? null))
  return Object.fromEntries(
    changed.map((field) => [field, memberFor(field, client[field], after[field])]),
  )
}

/** Merged objects need an explicit null for each member that the operations took away. */
function memberFor(field: FieldName, before: Json | undefined, after: Json | undefined): Json {
  const { kind } = FIELDS[field]
  if (after === undefined) return null
  if (kind !== 'map' && kind !== 'raw') return after
  checkNulls(`client.${field}`, before, after)
  return mergeFrom(before, after)
}

/**
 * RFC 6902 sets a member to `null` where that is asked for; a merge patch, as which it is handled, would remove
 * it. So it is refused, except where a `null` is there already.
 */
function checkNulls(at: string, before: Json | undefined, after: Json): void {
  if (!isRecord(after)) return
  const current = isRecord(before) ? before : {}
  for (const [name, value] of Object.entries(after)) {
    const path = `${at}.${quoted(name)}`
    const now = memberOf(current, name)
    if (value !== null) checkNulls(path, now, value)
    else if (now !== null) {
      const says = `${path} must not be set to null by a JSON Patch. Use "remove" instead.`
      throw new ClientError('invalid_field', says, { field: path })
    }
  }
}

function mergeFrom(before: Json | undefined, after: Json): Json {
  if (!isRecord(before) || !isRecord(after)) return after
  const absent = Object.keys(before).filter((name) => !Object.hasOwn(after, name))
  const moved = Object.entries(after).filter(([name, value]) => !same(before[name] ?? null, value))
  return Object.fromEntries([
    ...absent.map((name) => [name, null] as const),
    ...moved.map(([name, value]) => [name, mergeFrom(before[name], value)] as const),
  ])
}

function applyOperation(target: JsonObject, operation: Operation, at: string): JsonObject {
  const { op, path, from = [] } = operation
  switch (op) {
    case 'test':
      if (same(valueAt(target, path, at), operation.value ?? null)) return target
      throw new ClientError('precondition_failed', `The test operation ${at} failed.`, {
        field: at,
      })
    case 'add':
      return edit(target, path, at, 'add', operation.value ?? null) as JsonObject
    case 'replace':
      valueAt(target, path, at)
      return edit(target, path, at, 'replace', operation.value ?? null) as JsonObject
    case 'remove':
      valueAt(target, path, at)
      return edit(target, path, at, 'remove') as JsonObject
    case 'copy':
      return edit(target, path, at, 'add', valueAt(target, from, at)) as JsonObject
    case 'move': {
      const value = valueAt(target, from, at)
      return edit(edit(target, from, at, 'remove'), path, at, 'add', value) as JsonObject
    }
  }
}
