/**
 * Undoing changes on top of whatever happened since: each change is taken back field by field where its
 * effect still stands, list value by list value elsewhere, and left alone where somebody else has set
 * the field since.
 */

import { type FieldName, isFieldName } from './client.ts'
import { diffClients } from './diff.ts'
import { isClientError } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import { isRecord, memberOf, same } from './json.ts'
import type { Mapping, Native, Row } from './mapping.ts'
import { isLens, showField } from './mapping.ts'
import type { FieldPatches } from './patch.ts'
import { planChange } from './plan.ts'
import { isSecret } from './secret.ts'
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

const OVERWRITTEN = 'somebody else changed it since'
const NOT_CLEARED = 'the provider has no way to remove a secret'

/** The patch over `current` that takes changes back, given newest first. */
export function undoPatch(
  mapping: Mapping,
  current: Native,
  undone: readonly Undone[],
): { readonly fields: FieldPatches; readonly blocked: readonly Blocked[] } {
  const values = new Map<string, Json>()
  const blocked: Blocked[] = []
  for (const { base, next } of undone) {
    for (const { field } of diffClients(mapping, base, next, (text) => text)) {
      if (!isWritable(mapping, field)) continue
      const now = values.has(field) ? (values.get(field) ?? null) : valueAt(mapping, current, field)
      const was = valueAt(mapping, base, field)
      const back = takenBack(now, was, valueAt(mapping, next, field))
      if (back === undefined) blocked.push({ field, why: OVERWRITTEN })
      else values.set(field, back)
    }
  }
  const wanted = [...values].filter(
    ([path, value]) => !same(value, valueAt(mapping, current, path)),
  )
  let fields: FieldPatches = {}
  for (const [path, value] of wanted) {
    const patch = patchAt(mapping, current, path, value)
    const why = path === 'secret' && value === null ? NOT_CLEARED : refusal(mapping, current, patch)
    if (why === undefined) fields = joined(fields, patch)
    else blocked.push({ field: path, why })
  }
  return { fields, blocked }
}

/** The value with one change taken back; `undefined` when that change no longer stands. */
function takenBack(now: Json, was: Json, became: Json): Json | undefined {
  if (same(now, became)) return was
  if (!Array.isArray(now) || !Array.isArray(was) || !Array.isArray(became)) return undefined
  const without = (list: readonly Json[], others: readonly Json[]) =>
    list.filter((item) => !others.some((other) => same(item, other)))
  const kept = without(now, without(became, was))
  return [...kept, ...without(without(was, became), kept)]
}

/** What only follows other settings is restored along with them. */
function isWritable(mapping: Mapping, path: string): boolean {
  const [field = ''] = path.split('.')
  if (!isFieldName(field) || field === 'providerSettings') return field === 'providerSettings'
  return isLens(mapping.fields[field] as Row<unknown>)
}

/** The value at a path of a difference, secrets as they are; `null` for none. */
function valueAt(mapping: Mapping, native: Native, path: string): Json {
  const { field, member } = split(path)
  // What is not shown may hold secrets: settings are compared as the provider has them.
  if (field === 'providerSettings') return memberOf(mapping.normal(native), member ?? '') ?? null
  const shown: unknown = showField(mapping, field, mapping.normal(native))
  const value = isSecret(shown) ? shown.reveal() : (shown as Json)
  return member === undefined ? value : (memberOf(value as JsonObject, member) ?? null)
}

function split(path: string): { readonly field: FieldName; readonly member?: string } {
  const dot = path.indexOf('.')
  if (dot < 0) return { field: path as FieldName }
  return { field: path.slice(0, dot) as FieldName, member: path.slice(dot + 1) }
}

function patchAt(mapping: Mapping, current: Native, path: string, value: Json): FieldPatches {
  const { field, member } = split(path)
  if (member === undefined) return { [field]: value }
  if (field !== 'providerSettings') return { [field]: { [member]: value } }
  return { [field]: { [member]: mergeBetween(valueAt(mapping, current, path), value) } }
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
      return [name, both ? { ...first, ...second } : (second ?? first)]
    }),
  )
}
