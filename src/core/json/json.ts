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

/** The items of a list that are not among others; texts, which long lists are made of, in one pass. */
export function without(list: readonly Json[], others: readonly Json[]): readonly Json[] {
  const texts = new Set(others.filter((other) => typeof other === 'string'))
  const rest = others.filter((other) => typeof other !== 'string')
  return list.filter((item) =>
    typeof item === 'string' ? !texts.has(item) : !rest.some((other) => same(item, other)),
  )
}

/** One text for one value: members sorted by name, no white space. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isNumber(value)) return canonicalNumber(value)
  if (!isRecord(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] as Json)}`)
  return `{${members.join(',')}}`
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
