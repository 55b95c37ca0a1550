/** JSON values, as they come from callers and providers, and what is asked of them everywhere. */

import {
  canonicalNumber,
  isNumber,
  isNumberLiteral,
  type NumberLiteral,
  sameNumber,
} from './json-number.ts'

export type Json = string | number | NumberLiteral | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [name: string]: Json
}

/** Whether a value is a JSON object: no list, no null, no number. */
export function isRecord(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumberLiteral(value)
  )
}

/** Deep equality: the order of list items matters, that of members and the spelling of numbers do not. */
export function same(one: Json, other: Json): boolean {
  if (one === other) return true
  if (typeof one === 'string' || typeof one === 'boolean') return false
  if (isNumber(one)) return isNumber(other) && sameNumber(one, other)
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => same(item, other[index] as Json))
    )
  }
  if (!isRecord(one) || !isRecord(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) => Object.hasOwn(other, name) && same(one[name] as Json, other[name] as Json),
    )
  )
}

/** Whether two values are written alike too: members in the same order, numbers in the same spelling. */
export function identical(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false
  if (isNumberLiteral(one) || isNumberLiteral(other)) {
    return isNumberLiteral(one) && isNumberLiteral(other) && String(one) === String(other)
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [names, others] = [Object.keys(one), Object.keys(other)]
  return (
    names.length === others.length &&
    names.every(
      (name, index) =>
        name === others[index] && identical((one as JsonObject)[name], (other as JsonObject)[name]),
    )
  )
}

/** The items of a list that are not among others; texts, which long lists are made of, in one pass. */
export function without(list: readonly Json[], others: readonly Json[]): readonly Json[] {
  const all = new Set(others)
  const rest = others.filter((other) => typeof other !== 'string')
  return list.filter((item) =>
    typeof item === 'string' ? !all.has(item) : !rest.some((other) => same(item, other)),
  )
}

/** One text for one value: members sorted by name, no white space. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return canonicalNumber(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isNumberLiteral(value)) return canonicalNumber(value)
  // By growing one text: lists of parts are made for each object only to be joined.
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '[' : ','}${canonicalJson(item)}`
    return text === '' ? '[]' : `${text}]`
  }
  for (const name of Object.keys(value).sort()) {
    const member = canonicalJson((value as JsonObject)[name] as Json)
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${member}`
  }
  return text === '' ? '{}' : `${text}}`
}

/** A member of the record itself: `constructor` and the like are names as any other. */
export function memberOf(record: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** A record without some members; itself where it has none of them. */
export function withoutMembers(record: JsonObject, names: readonly string[]): JsonObject {
  const own = names.filter((name) => Object.hasOwn(record, name))
  return withMembers(record, new Map(own.map((name) => [name, undefined])))
}

const AS_ANY_OTHER = { configurable: true, enumerable: true, writable: true }

/** A record in which some members are others, or gone where they are `undefined`; itself where there are none. */
export function withMembers(
  record: JsonObject,
  changed: ReadonlyMap<string, Json | undefined>,
): JsonObject {
  if (changed.size === 0) return record
  const copy: Record<string, Json> = {}
  for (const name of Object.keys(record)) {
    const value = changed.has(name) ? changed.get(name) : record[name]
    if (value === undefined) continue
    if (name !== '__proto__') copy[name] = value
    else Object.defineProperty(copy, name, { value, ...AS_ANY_OTHER })
  }
  return copy
}
