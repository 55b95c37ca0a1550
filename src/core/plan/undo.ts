/**
 * Undoing changes on top of whatever happened since: each change is taken back field by field where its
 * effect still stands, list value by list value elsewhere, and left alone where someone else has set the
 * field since.
 */

import type { FieldName } from '../client.ts'
import { diffClients } from '../diff.ts'
import { isClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, memberOf, same, without } from '../json/json.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { isMapped, normalOf, settingsOf, showField } from '../mapping/mapping.ts'
import type { Native, Row } from '../mapping/row.ts'
import { isLens } from '../mapping/row.ts'
import { hidesSecret } from '../mapping/unseen.ts'
import { isFor } from '../mapping/uses.ts'
import type { FieldPatches } from '../patch/patch.ts'
import { isSecret } from '../secrecy/secret.ts'
import { planChange } from './plan.ts'
import { updateBody } from './update-body.ts'

/** A change that took effect: the records before and after it. */
export interface Undone {
  readonly base: Native
  readonly next: Native
}

/** A path below the client that is not restored, and why (a clause). */
export interface Blocked {
  readonly field: string
  readonly why: string
}

const OVERWRITTEN = 'someone else has changed it since'
const NOT_KNOWN = 'the provider shows no secrets, so the previous one is unknown'
const NOT_CLEARED = 'the provider has no way to remove a secret'

/** How far one value has been taken back, change by change. */
interface Way {
  /** What it is now. */
  readonly from: Json
  /** What it is to be. */
  readonly value: Json
  /** What it was before the oldest change so far. */
  readonly before: Json
  /** What someone else has decided since: all of it, or these items of a list. */
  readonly theirs: 'all' | readonly Json[]
}

/** The patch over `current` that takes changes back, given newest first. */
export function undoPatch(
  mapping: Mapping,
  current: Native,
  undone: readonly Undone[],
): { readonly fields: FieldPatches; readonly blocked: readonly Blocked[] } {
  const ways = new Map<string, Way>()
  for (const { base, next } of undone) {
    for (const { field } of diffClients(mapping, base, next, (text) => text)) {
      if (!isWritable(mapping, field)) continue
      const [was, became, is] = valuesAt(mapping, [base, next, current], field)
      const way = ways.get(field) ?? { from: is, value: is, before: is, theirs: [] }
      ways.set(field, takenBack(way, was, became))
    }
  }
  let fields: FieldPatches = {}
  const blocked: Blocked[] = []
  for (const [path, { from, value, before, theirs }] of ways) {
    if (path === 'secret' && hidesSecret(mapping)) {
      blocked.push({ field: path, why: NOT_KNOWN })
      continue
    }
    if (theirs === 'all' && !same(value, before)) blocked.push({ field: path, why: OVERWRITTEN })
    if (same(value, from)) continue
    const patch = patchAt(path, from, value)
    const why = path === 'secret' && value === null ? NOT_CLEARED : refusal(mapping, current, patch)
    if (why === undefined) fields = joined(fields, patch)
    else blocked.push({ field: path, why })
  }
  return { fields, blocked }
}

/**
 * The way with one more change taken back, as far as that change still stands. What someone else has
 * decided after a change is theirs for all that came before it too.
 */
function takenBack(way: Way, was: Json, became: Json): Way {
  const { value: now, theirs } = way
  if (theirs === 'all') return { ...way, before: was }
  if (theirs.length === 0 && same(now, became)) return { ...way, value: was, before: was }
  if (!Array.isArray(now) || !Array.isArray(was) || !Array.isArray(became)) {
    return { ...way, before: was, theirs: 'all' }
  }
  const came = without(without(became, was), theirs)
  const went = without(without(was, became), theirs)
  const value = [...without(now, came), ...without(went, now)]
  const decided = [...theirs, ...without(came, now), ...without(went, without(went, now))]
  return { ...way, value, before: was, theirs: decided }
}

/** What only follows other settings is restored along with them. */
function isWritable(mapping: Mapping, path: string): boolean {
  const { field, member = '' } = split(path)
  if (!isMapped(field)) return isFor(mapping, member, 'restored')
  return isLens(mapping.fields[field] as Row<unknown>)
}

/**
 * The values at a path of a difference, in several records. Of a setting that fields are made of as well,
 * only the rest counts, unless it is the same: then the setting itself decides.
 */
function valuesAt(
  mapping: Mapping,
  natives: readonly [Native, Native, Native],
  path: string,
): readonly [Json, Json, Json] {
  const [was, became, now] = natives.map((native) => valueAt(mapping, native, path)) as Values
  if (!same(was, became)) return [was, became, now]
  const { member = '' } = split(path)
  return natives.map((native) => memberOf(normalOf(mapping, native), member) ?? null) as Values
}

type Values = [Json, Json, Json]

/** The value at a path of a difference, secrets as they are; `null` for none. */
function valueAt(mapping: Mapping, native: Native, path: string): Json {
  const { field, member } = split(path)
  const normal = normalOf(mapping, native)
  // What is not shown may hold secrets: settings are compared as the provider has them.
  if (!isMapped(field)) return memberOf(settingsOf(mapping, normal), member ?? '') ?? null
  const content: unknown = showField(mapping, field, normal)
  const value = isSecret(content) ? content.reveal() : (content as Json)
  return member === undefined ? value : (memberOf(value as JsonObject, member) ?? null)
}

function split(path: string): { readonly field: FieldName; readonly member?: string } {
  const dot = path.indexOf('.')
  if (dot < 0) return { field: path as FieldName }
  return { field: path.slice(0, dot) as FieldName, member: path.slice(dot + 1) }
}

function patchAt(path: string, from: Json, to: Json): FieldPatches {
  const { field, member } = split(path)
  if (member === undefined) return { [field]: to }
  return { [field]: { [member]: mergeBetween(from, to) } }
}

/** The merge patch (RFC 7396) that turns one value into another. */
function mergeBetween(from: Json, to: Json): Json {
  if (!isRecord(from) || !isRecord(to)) return to
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  const changed = names.filter((name) => !same(own(from, name), own(to, name)))
  return Object.fromEntries(
    changed.map((name) => [name, mergeBetween(own(from, name), own(to, name))]),
  )
}

const own = (record: JsonObject, name: string): Json => memberOf(record, name) ?? null

/** Why the provider cannot take one of the patches by itself. */
function refusal(mapping: Mapping, current: Native, patch: FieldPatches): string | undefined {
  try {
    const { next } = planChange(mapping, current, { kind: 'merge', fields: patch })
    updateBody(mapping, current, next)
    return undefined
  } catch (error) {
    // What several settings must be together is judged when they are restored together.
    if (!isClientError(error) || error.code === 'rule_violated') return undefined
    return error.message.replace(/^[^:]*: /, '').replace(/\.$/, '')
  }
}

function joined(one: FieldPatches, other: FieldPatches): FieldPatches {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])] as FieldName[]
  return Object.fromEntries(
    names.map((name) => {
      const [first, second] = [one[name], other[name]]
      const both = isRecord(first) && isRecord(second)
      // A null clears its field, and is no absence.
      const value = Object.hasOwn(other, name) ? second : first
      return [name, both ? { ...first, ...second } : value]
    }),
  )
}
