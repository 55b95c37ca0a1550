/** The difference between two states of a client, field by field, for people and for the history. */

import { FIELD_NAMES, FIELDS, type FieldName } from './client.ts'
import type { Json, JsonObject } from './json/json.ts'
import { identical, isRecord, memberOf, same, without, withoutMembers } from './json/json.ts'
import { covers, firstOf, withoutPaths } from './json/paths.ts'
import type { Mapping } from './mapping/mapping.ts'
import { fieldsOfPath, normalOf, settingsOf, showField, stateOf } from './mapping/mapping.ts'
import type { Native } from './mapping/row.ts'
import { pathsBarred } from './mapping/uses.ts'
import { once, onceForBoth } from './once.ts'
import { maskOf } from './secrecy/fingerprint.ts'
import { replaceHidden } from './secrecy/hidden.ts'
import { attributePaths } from './secrecy/place.ts'

/** One field that differs. A secret is shown by its fingerprint, never by its value. */
export interface FieldChange {
  /** Path below the client: `callbacks`, `clientMetadata.team`, `providerSettings.addons`. */
  readonly field: string
  readonly before: Json
  readonly after: Json
  /** For lists: the values that came and went. */
  readonly added?: readonly Json[]
  readonly removed?: readonly Json[]
  /** On a page, large values are left out: they are in the item by itself. */
  readonly cut?: true
}

/** What differs between two native records of one client, in the order of the neutral fields. */
export function diffClients(
  mapping: Mapping,
  before: Native,
  after: Native,
  fingerprintOf: (secret: string) => string,
): readonly FieldChange[] {
  if (before === after) return []
  const [wholeBefore, wholeAfter] = [comparedOf(mapping, before), comparedOf(mapping, after)]
  if (same(wholeBefore, wholeAfter)) return []
  // What is the same on both sides and makes no attribute is no difference, and is not looked through.
  const names = new Set([...differing(wholeBefore, wholeAfter), ...contextMembers(mapping)])
  const [normalBefore, normalAfter] = [only(wholeBefore, names), only(wholeAfter, names)]
  const masked = (native: Native) =>
    replaceHidden(mapping, native, (value) => maskOf(value, fingerprintOf))
  const [one, other] = [masked(normalBefore), masked(normalAfter)]
  const secretIn = (native: Native) => {
    const secret = showField(mapping, 'secret', native)
    return secret === null ? null : maskOf(secret.reveal(), fingerprintOf)
  }
  const changes = FIELD_NAMES.flatMap((field) => {
    const [was, is] =
      field === 'secret'
        ? [secretIn(normalBefore), secretIn(normalAfter)]
        : [valueIn(mapping, field, one), valueIn(mapping, field, other)]
    if (same(was, is)) return []
    return FIELDS[field].kind === 'map' || FIELDS[field].kind === 'raw'
      ? diffMembers(field, was as JsonObject, is as JsonObject)
      : [changeOf(field, was, is)]
  })
  return [...changes, ...unseen(mapping, normalBefore, normalAfter, changes)]
}

/** What of a record is compared. The records before and after a change are compared with each other and with what came of it. */
const comparedOf = onceForBoth(
  (mapping: Mapping, native: Native): Native =>
    withoutPaths(normalOf(mapping, native), uncompared(mapping)),
)

/**
 * Gives a record the state and the comparable form of another one, if they differ at most in what moves by itself, which
 * neither of the two has. A provider that shows the time of its last change answers with such a record each time.
 */
export function shareState(mapping: Mapping, known: Native, native: Native): void {
  const moving = movingOf(mapping)
  if (!identical(withoutMembers(known, moving), withoutMembers(native, moving))) return
  stateOf.share(mapping, known, native)
  comparedOf.share(mapping, known, native)
}

/** What is hidden too is compared. */
const movingOf = once(({ volatileKeys, hiddenKeys }: Mapping): readonly string[] =>
  volatileKeys.filter((name) => !hiddenKeys.includes(name)),
)

/** What is hidden stays until the end: it is no difference by itself, and fields are made of it. */
const uncompared = once((mapping: Mapping): readonly string[] =>
  pathsBarred(mapping, 'compared').filter((path) => !mapping.hiddenKeys.includes(path)),
)

/** The members that differ, in the order of the records. */
function differing(before: JsonObject, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => !same(own(before, name), own(after, name)))
}

/** Members that show more than themselves: attributes are made of them, or a record is a key by them. */
const contextMembers = once((mapping: Mapping): readonly string[] => [
  ...attributePaths(mapping).flatMap((path) => [path, firstOf(path)]),
  ...Object.values(mapping.fields).flatMap((row) => ('follows' in row ? (row.follows ?? []) : [])),
  'kty',
])

const only = (record: JsonObject, names: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)))

/** The same differences by their names alone, where the values are too much to be kept. */
export function withoutValues(changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.map(({ field }) => ({ field, before: TOO_LARGE, after: TOO_LARGE }))
}

const TOO_LARGE = '(too large to be kept)'

/** The values of one difference that are shown in a list of many, in characters. */
const MOST_SHOWN = 16_384

/** The same differences for a page of many: large values are cut, and marked as such. */
export function cutValues(changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.map((change) =>
    JSON.stringify(change).length <= MOST_SHOWN
      ? change
      : { field: change.field, before: CUT, after: CUT, cut: true },
  )
}

const CUT = '(cut: see the whole item)'

/** A field of a record in which fingerprints stand for what is hidden. */
const valueIn = (mapping: Mapping, field: Exclude<FieldName, 'secret'>, native: Native): Json =>
  field === 'providerSettings'
    ? settingsOf(mapping, native)
    : (showField(mapping, field, native) as Json)

function diffMembers(field: string, before: JsonObject, after: JsonObject): FieldChange[] {
  return differing(before, after).map((name) =>
    changeOf(`${field}.${name}`, own(before, name), own(after, name)),
  )
}

const own = (record: JsonObject, name: string): Json => memberOf(record, name) ?? null

function changeOf(field: string, before: Json, after: Json): FieldChange {
  if (!Array.isArray(before) || !Array.isArray(after)) return { field, before, after }
  return {
    field,
    before,
    after,
    added: without(after, before),
    removed: without(before, after),
  }
}

/** Members that differ although no shown field does, such as a secret inside the raw rest. */
function unseen(
  mapping: Mapping,
  before: Native,
  after: Native,
  differences: readonly FieldChange[],
): FieldChange[] {
  const fields = differences.map(({ field }) => field).sort()
  const isCovered = (key: string) =>
    isAbove(`providerSettings.${key}`, fields) ||
    fieldsOfPath(mapping, key).some((owner) => isAbove(owner, fields))
  return differing(before, after)
    .filter((key) => !mapping.hiddenKeys.includes(key))
    .filter((key) => !isCovered(key))
    .map((key) => ({
      field: `providerSettings.${key}`,
      before: summary(before[key]),
      after: summary(after[key]),
    }))
}

/** Whether a path is one of others, or above one; these are sorted, since there may be as many as paths. */
const isAbove = (path: string, sorted: readonly string[]) =>
  [path, `${path}.`].some((start) => covers(path, sorted[placeIn(sorted, start)] ?? ''))

/** Where a text stands among sorted ones, or would stand. */
function placeIn(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < text) low = middle + 1
    else high = middle
  }
  return low
}

/** What is not shown may hold secrets: only its kind is shown. */
function summary(value: Json | undefined): Json {
  if (value === undefined) return null
  return isRecord(value) || Array.isArray(value) ? UNSHOWN.list : UNSHOWN.value
}

const UNSHOWN = { list: '(not shown)', value: '(a value that is not shown)' } as const

/** Whether a difference is of a member whose values no shown field or setting reveals. */
export const isUnshown = ({ before, after }: FieldChange): boolean =>
  [before, after].every(
    (value) => value === null || value === UNSHOWN.list || value === UNSHOWN.value,
  )
