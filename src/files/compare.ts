/**
 * Compares a file with its client: the patch that makes the client match, over the fields that the file
 * names and nothing else. The order of a list has no meaning, so it is not a difference.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf, same, without } from '../core/json/json.ts'
import { withHeldNumbers } from '../core/json/kept-numbers.ts'
import type { FieldPatches } from '../core/patch/patch.ts'

/** A list value under a lease, which the file does not own. */
export interface LeasedValue {
  readonly field: string
  readonly value: string
}

/** A client as the API shows it, as far as files need it. */
export interface LiveClient {
  readonly provider: string
  readonly userPoolId?: string
  readonly id: string
  readonly name: string | null
  readonly protected?: boolean
  readonly leases?: readonly LeasedValue[]
  /** Values that someone manages, with the names of their managers. */
  readonly managed?: readonly (LeasedValue & { readonly managers: readonly string[] })[]
  /** Fields and members (`providerSettings.…`) that cannot change while the client is suspended. */
  readonly suspension?: { readonly fields?: readonly string[] }
  /** Every attribute by its name. */
  readonly attributes: JsonObject
}

/** A difference that the file cannot change for now. */
export interface Omission {
  readonly what: string
  readonly why: string
}

export interface Difference {
  /** Empty if there is nothing to do. */
  readonly patch: FieldPatches
  /** Differences that are left alone, each with its reason (a clause). */
  readonly omissions: readonly Omission[]
}

/** Compares what a file manages with the client as it is. */
export function compare(managed: FieldPatches, live: LiveClient): Difference {
  const patch: { [F in FieldName]?: Json } = {}
  const omissions: Omission[] = []
  for (const [name, target] of Object.entries(managed)) {
    const field = name as FieldName
    omissions.push(...leasedBeside(field, target, live), ...managedBeside(field, target, live))
    const change = changeOf(field, target, live)
    if (change === undefined) continue
    const { free, held: blocked } = partedBySuspension(field, change, live)
    omissions.push(...blocked.map((path) => ({ what: `client.${path}`, why: SUSPENDED })))
    if (free !== undefined) patch[field] = free
  }
  return { patch, omissions }
}

const SUSPENDED = 'the client is suspended, so this is changed only after it is resumed'

/** Leased values that are not in the list of the file. */
function leasedBeside(field: FieldName, target: Json, live: LiveClient): readonly Omission[] {
  const now = memberOf(live.attributes, field)
  if (isRecord(target) || !Array.isArray(now)) return []
  const beside = without(now, listOf(target))
  return leasedValues(live, field)
    .filter((value) => beside.includes(value))
    .map((value) => ({ what: `${value} in client.${field}`, why: 'it is under a lease' }))
}

/** Values that a manager has and that the list of the file does not name. */
function managedBeside(field: FieldName, target: Json, live: LiveClient): readonly Omission[] {
  if (isRecord(target)) return []
  const list = listOf(target)
  return (live.managed ?? [])
    .filter((one) => one.field === field && !list.includes(one.value))
    .map(({ value, managers }) => ({
      what: `${value} in client.${field}`,
      why: `${managers.join(' and ')} ${managers.length === 1 ? 'manages' : 'manage'} it`,
    }))
}

/** A change without what the suspension holds, and the paths of what it holds. */
function partedBySuspension(field: FieldName, change: Json, { suspension }: LiveClient) {
  const fields = suspension?.fields ?? []
  if (fields.includes(field)) return { held: [field] }
  if (!isRecord(change)) return { free: change, held: [] }
  const isHeld = ([name]: readonly [string, Json]) => fields.includes(`${field}.${name}`)
  const members = Object.entries(change)
  const free = members.filter((member) => !isHeld(member))
  return {
    ...(free.length === 0 ? {} : { free: Object.fromEntries(free) }),
    held: members.filter(isHeld).map(([name]) => `${field}.${name}`),
  }
}

/** The patch for one field; `undefined` if it already matches. */
function changeOf(field: FieldName, fileValue: Json, live: LiveClient): Json | undefined {
  const now = memberOf(live.attributes, field) ?? null
  const target = withHeldNumbers(fileValue, now)
  switch (FIELDS[field].kind) {
    case 'list':
      return listChange(target, Array.isArray(now) ? now : [], [
        ...leasedValues(live, field),
        ...managedIn(live, field),
      ])
    case 'map':
    case 'object':
      return memberChange(target, now)
    case 'raw':
      return rawChange(target, now)
    default:
      return same(target, now) ? undefined : target
  }
}

/**
 * The same for raw settings. A setting that the file clears and the client lacks may have become a
 * field that is not empty, which only the server can judge.
 */
function rawChange(target: Json, now: Json): Json | undefined {
  // A file that names no setting manages none.
  if (isRecord(target) && isNone(target)) return undefined
  const change = memberChange(target, now)
  if (!isRecord(target)) return change
  const isGone = (name: string) => isRecord(now) && memberOf(now, name) === undefined
  const cleared = Object.entries(target).filter(([name, value]) => value === null && isGone(name))
  if (cleared.length === 0) return change
  return { ...Object.fromEntries(cleared), ...(isRecord(change) ? change : {}) }
}

/** Values of a list that any manager has. */
const managedIn = ({ managed = [] }: LiveClient, field: FieldName): readonly string[] =>
  managed.filter((one) => one.field === field).map(({ value }) => value)

const leasedValues = ({ leases = [] }: LiveClient, field: FieldName): readonly string[] =>
  leases.filter((lease) => lease.field === field).map(({ value }) => value)

/** A whole list names all values that should be there; leased values are not part of it. */
function listChange(target: Json, now: readonly Json[], leased: readonly Json[]): Json | undefined {
  const whole = Array.isArray(target) || target === null
  const part = isRecord(target) ? target : {}
  const list = Array.isArray(target) ? target : listOf(part.add)
  const missing = without(list, now)
  const unwanted = whole
    ? without(without(now, list), leased)
    : listOf(part.remove).filter((one) => without([one], now).length === 0)
  if (missing.length + unwanted.length === 0) return undefined
  return {
    ...(missing.length === 0 ? {} : { add: missing }),
    ...(unwanted.length === 0 ? {} : { remove: unwanted }),
  }
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** Nothing, or an object of nothing: to clear what is empty changes nothing. */
const isNone = (value: Json) =>
  value === null || (isRecord(value) && Object.keys(value).length === 0)

/**
 * The members that differ, at any depth; members that are not named are left alone. An object without members is to
 * have none.
 */
function memberChange(target: Json, now: Json): Json | undefined {
  if (isNone(target) && isNone(now)) return undefined
  if (!isRecord(target) || !isRecord(now)) return same(target, now) ? undefined : target
  if (isNone(target)) return Object.fromEntries(Object.keys(now).map((name) => [name, null]))
  const changes = Object.entries(target).flatMap(([name, value]): [string, Json][] => {
    const change = memberChange(value, memberOf(now, name) ?? null)
    return change === undefined ? [] : [[name, change]]
  })
  return changes.length === 0 ? undefined : Object.fromEntries(changes)
}
