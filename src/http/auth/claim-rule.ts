/**
 * What a row of the permissions asks of the claims of a token: each named claim must be there and have one of the
 * values. A text is compared exactly. A pattern covers the whole value: `*` stands for any characters but `/` and `:`,
 * `**` for any at all. Matching takes time in proportion to the length of the value, whatever the pattern is.
 */

import type { JsonObject } from '../../core/json/json.ts'

/** A value that a claim may have. */
export type ClaimValue = string | { readonly pattern: string }

/** The claims that must be there, each with the values of which it needs one. */
export type ClaimRule = Readonly<Record<string, readonly ClaimValue[]>>

/** Claims of a caller: texts, numbers and flags as texts; of a list its items. */
export type CallerClaims = Readonly<Record<string, readonly string[]>>

/** Whether a caller has all claims of a rule; one that is absent grants nothing. */
export function fulfils(rule: ClaimRule, claims: CallerClaims): boolean {
  const needed = Object.entries(rule)
  const isThere = ([name, values]: (typeof needed)[number]) => {
    const own = Object.hasOwn(claims, name) ? (claims[name] ?? []) : []
    return own.some((one) => values.some((value) => allows(value, one)))
  }
  return needed.length > 0 && needed.every(isThere)
}

const allows = (value: ClaimValue, text: string): boolean =>
  typeof value === 'string' ? value === text : matchesPattern(value.pattern, text)

/** Whether a pattern covers a whole text: every place of the pattern that the text can have reached, sign by sign. */
export function matchesPattern(pattern: string, text: string): boolean {
  const signs = pattern.match(/\*\*|[\s\S]/gu) ?? []
  let places = withSkipped(signs, [0])
  for (const sign of text) {
    const next = Array.from(places).flatMap((place) => placeAfter(signs[place], place, sign))
    places = withSkipped(signs, next)
  }
  return places.has(signs.length)
}

function placeAfter(expected: string | undefined, place: number, sign: string): readonly number[] {
  if (expected === '**') return [place]
  if (expected === '*') return sign === '/' || sign === ':' ? [] : [place]
  return expected === sign ? [place + 1] : []
}

/** A wildcard may stand for nothing. */
function withSkipped(signs: readonly string[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>()
  for (let place of places) {
    all.add(place)
    for (; signs[place] === '*' || signs[place] === '**'; place += 1) all.add(place + 1)
  }
  return all
}

/** The named claims of a token that are there; objects and lists in lists have no text to compare. */
export function callerClaims(claims: JsonObject, names: readonly string[]): CallerClaims {
  const entries = names.flatMap((name) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    const texts = (Array.isArray(value) ? value : [value]).flatMap(textOf)
    return texts.length === 0 ? [] : [[name, texts] as const]
  })
  return Object.fromEntries(entries)
}

function textOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return [String(value)]
  return []
}
