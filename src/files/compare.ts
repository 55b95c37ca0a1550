/**
 * What a file wants of a client as it is: the patch that brings it there, over the fields that the file
 * names and nothing else. The order of a list means nothing, so it is no difference.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf, same, without } from '../core/json/json.ts'
import { withHeldNumbers } from '../core/json/kept-numbers.ts'
import type { FieldPatches } from '../core/patch/patch.ts'

/** A list value that is there for a while, and whose owner is not the file. */
export interface HeldValue {
  readonly field: string
  readonly value: string
}

/** A client as the API shows it, as far as files care. */
export interface LiveClient {
  readonly provider: string
  readonly userPoolId?: string
  readonly id: string
  readonly name: string | null
  readonly protected?: boolean
  readonly leases?: readonly HeldValue[]
  /** Fields, and members of them (`providerSettings.…`), that a suspension keeps as they are. */
  readonly suspension?: { readonly fields?: readonly string[] }
  /** Every attribute by its name. */
  readonly attributes: JsonObject
}

/** Something that a file has no say in for now. */
export interface Left {
  readonly what: string
  readonly why: string
}

export interface Difference {
  /** Empty where there is nothing to do. */
  readonly patch: FieldPatches
  /** What differs and is left alone, with the reason (a clause). */
  readonly left: readonly Left[]
}

/** Compares what a file manages with a client as it is. */
export function compare(managed: FieldPatches, live: LiveClient): Difference {
  const patch: { [F in FieldName]?: Json } = {}
  const left: Left[] = []
  for (const [name, wanted] of Object.entries(managed)) {
    const field = name as FieldName
    left.push(...leasedBeside(field, wanted, live))
    const change = changeOf(field, wanted, live)
    if (change === undefined) continue
    const { free, held } = partedBySuspension(field, change, live)
    left.push(...held.map((path) => ({ what: `client.${path}`, why: SUSPENDED })))
    if (free !== undefined) patch[field] = free
  }
  return { patch, left }
}

const SUSPENDED = 'the client is suspended; it follows the file once it is resumed'

/** Values beside those of a whole list that are there for a while. */
function leasedBeside(field: FieldName, wanted: Json, live: LiveClient): readonly Left[] {
  const now = memberOf(live.attributes, field)
  if (isRecord(wanted) || !Array.isArray(now)) return []
  const beside = without(now, listOf(wanted))
  return heldIn(live, field)
    .filter((value) => beside.includes(value))
    .map((value) => ({ what: `${value} in client.${field}`, why: 'it is leased' }))
}

/** A change without what a suspension holds, and the paths of that. */
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

/** The patch for one field; `undefined` where it is as wanted. */
function changeOf(field: FieldName, asked: Json, live: LiveClient): Json | undefined {
  const now = memberOf(live.attributes, field) ?? null
  const wanted = withHeldNumbers(asked, now)
  switch (FIELDS[field].kind) {
    case 'list':
      return listChange(wanted, Array.isArray(now) ? now : [], heldIn(live, field))
    case 'map':
    case 'object':
      return memberChange(wanted, now)
    case 'raw':
      return rawChange(wanted, now)
    default:
      return same(wanted, now) ? undefined : wanted
  }
}

/**
 * The same of raw settings. One that is to be empty, and is not there, may be a field by now that is not empty:
 * the server knows.
 */
function rawChange(wanted: Json, now: Json): Json | undefined {
  const change = memberChange(wanted, now)
  if (!isRecord(wanted)) return change
  const isGone = (name: string) => isRecord(now) && memberOf(now, name) === undefined
  const cleared = Object.entries(wanted).filter(([name, value]) => value === null && isGone(name))
  if (cleared.length === 0) return change
  return { ...Object.fromEntries(cleared), ...(isRecord(change) ? change : {}) }
}

const heldIn = ({ leases = [] }: LiveClient, field: FieldName): readonly string[] =>
  leases.filter((lease) => lease.field === field).map(({ value }) => value)

/** A whole list names all that is to be there; values that are held for a while are not its business. */
function listChange(wanted: Json, now: readonly Json[], held: readonly Json[]): Json | undefined {
  const whole = Array.isArray(wanted) || wanted === null
  const part = isRecord(wanted) ? wanted : {}
  const list = Array.isArray(wanted) ? wanted : listOf(part.add)
  const missing = without(list, now)
  const unwanted = whole
    ? without(without(now, list), held)
    : listOf(part.remove).filter((one) => without([one], now).length === 0)
  if (missing.length + unwanted.length === 0) return undefined
  return {
    ...(missing.length === 0 ? {} : { add: missing }),
    ...(unwanted.length === 0 ? {} : { remove: unwanted }),
  }
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** Members that differ, down to the innermost object; those that are not named are left alone. */
function memberChange(wanted: Json, now: Json): Json | undefined {
  if (!isRecord(wanted) || !isRecord(now)) {
    // Clearing what is empty already changes nothing.
    const empty = wanted === null && isRecord(now) && Object.keys(now).length === 0
    return empty || same(wanted, now) ? undefined : wanted
  }
  const changes = Object.entries(wanted).flatMap(([name, value]): [string, Json][] => {
    const change = memberChange(value, memberOf(now, name) ?? null)
    return change === undefined ? [] : [[name, change]]
  })
  return changes.length === 0 ? undefined : Object.fromEntries(changes)
}
