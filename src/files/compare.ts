/**
 * What a file wants of a client as it is: the patch that brings it there, over the fields that the file
 * names and nothing else. The order of a list means nothing, so it is no difference.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf, same, without } from '../core/json.ts'
import type { FieldPatches } from '../core/patch.ts'

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
  /** Fields that a suspension keeps as they are. */
  readonly suspension?: { readonly fields?: readonly string[] }
  /** Every attribute by its name. */
  readonly attributes: JsonObject
}

export interface Difference {
  /** Empty where there is nothing to do. */
  readonly patch: FieldPatches
  /** Fields that differ and are left alone, with the reason (a clause). */
  readonly left: readonly { readonly field: FieldName; readonly why: string }[]
}

/** Compares what a file manages with a client as it is. */
export function compare(managed: FieldPatches, live: LiveClient): Difference {
  const patch: { [F in FieldName]?: Json } = {}
  const left: { field: FieldName; why: string }[] = []
  for (const [name, wanted] of Object.entries(managed)) {
    const field = name as FieldName
    const change = changeOf(field, wanted, live)
    if (change === undefined) continue
    if (live.suspension?.fields?.includes(field)) left.push({ field, why: SUSPENDED })
    else patch[field] = change
  }
  return { patch, left }
}

const SUSPENDED = 'the client is suspended; it follows the file once it is resumed'

/** The patch for one field; `undefined` where it is as wanted. */
function changeOf(field: FieldName, wanted: Json, live: LiveClient): Json | undefined {
  const now = memberOf(live.attributes, field) ?? null
  switch (FIELDS[field].kind) {
    case 'list':
      return listChange(wanted, Array.isArray(now) ? now : [], heldIn(live, field))
    case 'map':
    case 'object':
    case 'raw':
      return memberChange(wanted, now)
    default:
      return same(wanted, now) ? undefined : wanted
  }
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
