/**
 * The patch over a neutral client: a JSON Merge Patch (RFC 7396) whose list members also take
 * `{ add, remove }`, checked against `FIELDS` where it enters. JSON Patch is in `json-patch.ts`.
 */

import type * as z from 'zod/mini'
import { FIELDS, type FieldName, isFieldName } from '../client.ts'
import { ClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, same } from '../json/json.ts'
import type { Operation } from './json-patch.ts'
import { parseOperations } from './json-patch.ts'
import { quoted } from './quoted.ts'

/** A member that is absent leaves its field alone; `null` clears it. */
export type FieldPatches = { readonly [F in FieldName]?: Json }

/** What a caller asks for: known members of allowed types, or operations still to be applied. */
export type Patch =
  | { readonly kind: 'merge'; readonly fields: FieldPatches }
  | { readonly kind: 'operations'; readonly operations: readonly Operation[] }

/** One character again and again, as some tools show a secret: written back, it would become one. */
const MASK = /^(.)\1*$/s

/** Whether a client is sent back as it was answered, changed or not: then its id is in it. */
export const isSentBackWhole = ({ id }: JsonObject): boolean => typeof id === 'string'

/**
 * Reads a merge patch. Of a client that is sent back whole, its times are left out.
 * @throws ClientError `invalid_request`, `unknown_field`, `invalid_field`
 */
export function parseMergePatch(value: Json | undefined): Patch {
  if (value === undefined) {
    throw new ClientError(
      'invalid_request',
      'The body must have a member "client" with the attributes to change.',
      { field: 'client' },
    )
  }
  if (!isRecord(value)) {
    throw new ClientError(
      'invalid_request',
      'client must be an object with the attributes to change.',
      {
        field: 'client',
      },
    )
  }
  for (const [name, member] of Object.entries(value)) checkMember(name, member)
  const whole = isSentBackWhole(value)
  // The times of a client that is sent back whole are those of the moment when it was read.
  const isLeftOut = (name: string) => whole && isFieldName(name) && FIELDS[name].own === 'time'
  const fields = Object.entries(value).filter(([name]) => !isLeftOut(name))
  return { kind: 'merge', fields: Object.fromEntries(fields) }
}

/**
 * Reads JSON Patch operations (RFC 6902) over the client.
 * @throws ClientError `invalid_request`, `unknown_field`
 */
export function parseJsonPatch(value: Json | undefined): Patch {
  return { kind: 'operations', operations: parseOperations(value) }
}

/**
 * Refuses a member that no client has, or a value of the wrong type.
 * @throws ClientError `unknown_field`, `invalid_field`
 */
export function checkMember(name: string, value: Json): void {
  const path = `client.${quoted(name)}`
  if (!isFieldName(name)) {
    throw new ClientError(
      'unknown_field',
      `${path} is not an attribute of a client. GET /providers/{id} lists the attributes.`,
      { field: path },
    )
  }
  if (value === null) return
  const { kind, schema } = FIELDS[name]
  if (kind === 'secret' && typeof value === 'string' && MASK.test(value)) {
    throw new ClientError('invalid_field', `${path} must be a real secret, not its mask.`, {
      field: path,
    })
  }
  if (kind === 'list' && isRecord(value)) return checkListPatch(path, value, schema)
  if (kind === 'object' && isRecord(value)) return checkObjectPatch(path, value, schema)
  checkParts(path, isRecord(value) ? withoutNulls(value) : value, schema)
}

function checkListPatch(path: string, value: JsonObject, schema: z.ZodMiniType): void {
  for (const [name, items] of Object.entries(value)) {
    if (name !== 'add' && name !== 'remove') {
      throw new ClientError(
        'invalid_field',
        `${path} must be a list, or an object with "add" and "remove" only.`,
        { field: path },
      )
    }
    checkParts(`${path}.${name}`, items, schema)
  }
  const { add, remove } = value
  if (!Array.isArray(add) || !Array.isArray(remove)) return
  if (add.some((item) => remove.some((other) => same(item, other)))) {
    throw new ClientError('invalid_field', `${path} must not add and remove the same value.`, {
      field: path,
    })
  }
}

/** An object's members may come alone, since the rest is taken from the client as it is. */
function checkObjectPatch(path: string, value: JsonObject, schema: z.ZodMiniType): void {
  const parsed = schema.safeParse(value)
  const issue = parsed.error?.issues.find((one) => !isAbsence(one, value))
  if (issue !== undefined) throw refusal(path, issue)
}

function isAbsence(issue: z.core.$ZodIssue, value: JsonObject): boolean {
  const [name] = issue.path
  return typeof name === 'string' && !Object.hasOwn(value, name)
}

function checkParts(path: string, value: Json, schema: z.ZodMiniType): void {
  const issue = schema.safeParse(value).error?.issues[0]
  if (issue !== undefined) throw refusal(path, issue)
}

/** One sentence that names the path and what was expected there, and nothing of what was sent. */
function refusal(path: string, issue: z.core.$ZodIssue): ClientError {
  const at = issue.path.reduce<string>(
    (whole, part) =>
      typeof part === 'number' ? `${whole}[${part}]` : `${whole}.${quoted(String(part))}`,
    path,
  )
  return new ClientError('invalid_field', `${at} ${expectation(issue)}.`, { field: at })
}

/** Types as people read them. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty'
      return issue.origin === 'string'
        ? `must have at least ${issue.minimum} characters`
        : `must be at least ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'array') return `must have at most ${issue.maximum} values`
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`
    case 'unrecognized_keys':
      return `has an unknown member: ${issue.keys.map(quoted).join(', ')}`
    default:
      return 'has a value that is not allowed'
  }
}

/** The members that a merge patch sets, without those that it removes. */
export function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null))
}

/**
 * The value that a patch member asks for, given what the client has now. `null` asks for the default.
 */
export function applyMember(field: FieldName, current: Json, request: Json): Json {
  if (FIELDS[field].kind !== 'list') return mergePatch(current, request)
  if (isRecord(request)) return applyListPatch(current, request)
  return Array.isArray(request) ? unique(request) : request
}

function applyListPatch(current: Json, request: JsonObject): Json {
  const { add = [], remove = [] } = request
  const removed = new Set(remove as Json[])
  const remaining = (current as Json[]).filter((item) => !removed.has(item))
  return unique([...remaining, ...(add as Json[])])
}

const unique = (items: readonly Json[]): Json[] => [...new Set(items)]

/** JSON Merge Patch, RFC 7396 section 2; builds new objects and never writes into one. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isRecord(patch)) return patch
  const merged = new Map<string, Json>(isRecord(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}
