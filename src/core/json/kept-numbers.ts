/**
 * Numbers that a caller sends back as a double gave them: JavaScript reads 9007199254740993 as
 * …992, so a number that equals the held one as a double counts as not sent.
 */

import type { Json, JsonObject } from './json.ts'
import { isRecord, memberOf, same } from './json.ts'
import { doubleOf, isExact, isNumber, isNumberLiteral, type NumberLiteral } from './json-number.ts'
import { holdsLiteral } from './json-text.ts'

/** What is sent, with the held number in place of each that equals it as a double. */
export function withHeldNumbers(request: Json, record: Json | undefined): Json {
  return holdsLiteral(record) ? withNumbersOf(request, record as Json) : request
}

function withNumbersOf(request: Json, record: Json): Json {
  if (Array.isArray(request) && Array.isArray(record)) {
    return request.map((item, index) => keptItem(item, record[index], record))
  }
  if (isRecord(request) && isRecord(record)) {
    return Object.fromEntries(
      Object.entries(request).map(([name, value]) => {
        const own = memberOf(record, name)
        return [name, own === undefined ? value : withNumbersOf(value, own)]
      }),
    )
  }
  return isNumber(request) && alike(request, record) ? record : request
}

/** An item at its place, or at another one in a list that was changed elsewhere. */
function keptItem(item: Json, there: Json | undefined, record: readonly Json[]): Json {
  if (there !== undefined && alike(item, there)) return there
  const moved =
    typeof item === 'object' || isNumber(item) ? record.find((one) => alike(item, one)) : undefined
  return moved ?? (there === undefined ? item : withNumbersOf(item, there))
}

/** Equality in which numbers count as doubles. */
export function alike(one: Json, other: Json): boolean {
  if (isNumber(one) && isNumber(other)) {
    const double = doubleOf(one)
    return double === undefined ? same(one, other) : double === doubleOf(other)
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => alike(item, other[at] as Json))
  }
  if (!isRecord(one) || !isRecord(other)) return same(one, other)
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => {
      const theirs = memberOf(other, name)
      return theirs !== undefined && alike(one[name] as Json, theirs)
    })
  )
}

/** The value as JavaScript has it, for a library that knows doubles only. */
export function asDoubles(value: JsonObject): JsonObject {
  return withNumbers(value, Number) as JsonObject
}

/** Input as callers mean it: 3600.0 is 3600, and only what no double holds keeps its literal. */
export function plainNumbers(value: Json): Json {
  return withNumbers(value, (literal) => (isExact(literal) ? Number(literal) : literal))
}

function withNumbers(value: Json, change: (literal: NumberLiteral) => Json): Json {
  if (!holdsLiteral(value)) return value
  if (isNumberLiteral(value)) return change(value)
  if (Array.isArray(value)) return value.map((item: Json) => withNumbers(item, change))
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, inner]) => [name, withNumbers(inner, change)]),
  )
}
