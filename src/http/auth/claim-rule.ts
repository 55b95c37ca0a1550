/**
 * What a row of the permissions asks of the claims of a token: each named claim must be there and have one of the
 * values (`core/rights/text-rule.ts`).
 */

import type { JsonObject } from '../../core/json/json.ts'
import { allowsText, type TextRule } from '../../core/rights/text-rule.ts'

/** The claims that must be there, each with the values of which it needs one. */
export type ClaimRule = Readonly<Record<string, readonly TextRule[]>>

/** Claims of a caller: texts, numbers and flags as texts; of a list its items. */
export type CallerClaims = Readonly<Record<string, readonly string[]>>

/** Whether a caller has all claims of a rule; one that is absent grants nothing. */
export function fulfils(rule: ClaimRule, claims: CallerClaims): boolean {
  const needed = Object.entries(rule)
  const isThere = ([name, values]: (typeof needed)[number]) => {
    const own = Object.hasOwn(claims, name) ? (claims[name] ?? []) : []
    return own.some((one) => values.some((value) => allowsText(value, one)))
  }
  return needed.length > 0 && needed.every(isThere)
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
