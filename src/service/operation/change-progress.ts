/**
 * Comparing what the provider holds with what a change started from and aimed at, setting by
 * setting. A setting is a top-level member, or a member of an object that the provider merges.
 */

import { diffClients, type FieldChange, isUnshown } from '../../core/diff.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { isRecord, memberOf, same } from '../../core/json/json.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { fieldsOfPath, stateOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isUnseen, isWritten } from '../../core/mapping/unseen.ts'
import { isFingerprint } from '../../core/secrecy/hidden.ts'

/** How far a change has come, judged only by the settings that it writes. */
export type Progress = 'before' | 'after' | 'partly' | 'foreign'

type Setting = readonly [name: string, member?: string]

/** Compares `current` with `base` and `next`; `foreign`: someone else wrote one of the settings. */
export function progressOf(
  mapping: Mapping,
  base: Native,
  next: Native,
  current: Native,
): Progress {
  const [was, aim, is] = [base, next, current].map((record) => stateOf(mapping, record))
  const all = written(mapping, was ?? {}, aim ?? {})
  const settings = all.filter(([name]) => !isUnseen(mapping, name))
  if (settings.length === 0 && all.length > 0) return unseenProgress(mapping, base, current)
  const atBefore = settings.filter((one) => equal(was, is, one)).length
  const atAfter = settings.filter((one) => equal(aim, is, one)).length
  if (atAfter === settings.length) return 'after'
  if (atBefore === settings.length) return 'before'
  return atBefore + atAfter === settings.length ? 'partly' : 'foreign'
}

/** The same of a change of which no read shows anything but that it was written. */
function unseenProgress(mapping: Mapping, base: Native, current: Native): Progress {
  const written = isWritten(mapping, base, current)
  return written === undefined ? 'foreign' : written ? 'after' : 'before'
}

/** How two records of a change are compared field by field. */
interface Comparing {
  /** A difference that comes with the operation. */
  isExpected(field: string): boolean
  fingerprintOf(secret: string): string
}

/**
 * The fields of a change that are as before in `current`, compared as the mapping compares;
 * `whole`: these are all. A field that holds something else than before and than was asked for is
 * none of them.
 */
export function missedOf(
  mapping: Mapping,
  { base, next }: { readonly base: Native; readonly next: Native },
  current: Native,
  { isExpected, fingerprintOf }: Comparing,
): { readonly missed: readonly string[]; readonly whole: boolean } {
  const between = (one: Native, other: Native) => diffClients(mapping, one, other, fingerprintOf)
  const differing = namesOf(between(next, current))
  if (differing.size === 0) return { missed: [], whole: false }
  const moved = namesOf(between(base, current))
  const judged = between(base, next).filter(
    (change) => !isExpected(change.field) && !isSpelling(mapping, change),
  )
  const missed = judged
    .filter(({ field }) => differing.has(field) && !moved.has(field))
    .filter((change) => !isNeverShown(change))
    .map(({ field }) => field)
  return { missed, whole: missed.length === judged.length }
}

const namesOf = (changes: readonly FieldChange[]) => new Set(changes.map(({ field }) => field))

const SETTINGS = 'providerSettings.'

/** A member that a field is made of, where that shows the same: a default that is said or left out. */
const isSpelling = (mapping: Mapping, change: FieldChange) =>
  change.field.startsWith(SETTINGS) &&
  isUnshown(change) &&
  fieldsOfPath(mapping, change.field.slice(SETTINGS.length)).length > 0

/**
 * The same of a member that a change writes: the provider may say the default that the change went
 * back to.
 */
export function isOwnSpelling(
  mapping: Mapping,
  { base, next }: { readonly base: Native; readonly next: Native },
  change: FieldChange,
): boolean {
  const setting: Setting = [change.field.slice(SETTINGS.length)]
  return isSpelling(mapping, change) && !equal(base, next, setting)
}

/** A secret that a record does not show, before and after: nothing can be said of it. */
const isNeverShown = ({ before, after }: FieldChange) => before === null && isFingerprint(after)

/**
 * `current` with each setting that still has the value we wrote put back to the value before
 * (compare-and-revert); settings of others stay as they are.
 */
export function reverted(mapping: Mapping, base: Native, next: Native, current: Native): Native {
  return written(mapping, base, next).reduce<Native>(
    (record, setting) =>
      equal(next, record, setting) ? put(record, setting, valueAt(base, setting)) : record,
    current,
  )
}

/** Settings that differ between two records. */
function written(mapping: Mapping, base: Native, next: Native): readonly Setting[] {
  const names = [...new Set([...Object.keys(base), ...Object.keys(next)])]
  return names.flatMap((name): readonly Setting[] => {
    const [was, is] = [base[name], next[name]]
    if (same(was ?? null, is ?? null)) return []
    if (!mapping.mergedKeys.includes(name)) return [[name]]
    const members = new Set([...Object.keys(record(was)), ...Object.keys(record(is))])
    return [...members]
      .map((member) => [name, member] as const)
      .filter((setting) => !equal(base, next, setting))
  })
}

const record = (value: Json | undefined): JsonObject => (isRecord(value) ? value : {})

function valueAt(native: Native | undefined, [name, member]: Setting): Json | undefined {
  const value = native?.[name]
  return member === undefined ? value : memberOf(record(value), member)
}

function equal(one: Native | undefined, other: Native | undefined, setting: Setting): boolean {
  return same(valueAt(one, setting) ?? null, valueAt(other, setting) ?? null)
}

function put(native: Native, [name, member]: Setting, value: Json | undefined): Native {
  const { [name]: whole, ...others } = native
  if (member === undefined) return value === undefined ? others : { ...others, [name]: value }
  const { [member]: _, ...members } = record(whole)
  return { ...others, [name]: value === undefined ? members : { ...members, [member]: value } }
}
