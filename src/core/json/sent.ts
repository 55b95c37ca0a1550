/**
 * Whether a record holds what was sent to make it. Nothing else of the record counts: what a provider
 * adds (defaults, members of tomorrow) is its own, and so is the order of its lists.
 */

import { canonicalJson, isRecord, type Json, type JsonObject, memberOf } from './json.ts'
import { alike } from './kept-numbers.ts'

/** Compares member by member; an empty value and an absent one are the same. */
export function holdsSent(sent: JsonObject, held: JsonObject): boolean {
  return Object.entries(sent).every(([name, value]) => holds(value, memberOf(held, name)))
}

function holds(sent: Json, held: Json | undefined): boolean {
  if (isEmpty(sent)) return held === undefined || isEmpty(held) || isRecord(sent)
  if (typeof sent === 'string') return typeof held === 'string' && sent.trim() === held.trim()
  if (Array.isArray(sent)) return Array.isArray(held) && sameItems(sent, held)
  if (isRecord(sent)) return isRecord(held) && holdsSent(sent, held)
  return held !== undefined && alike(sent, held)
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === null || value === '' || (isRecord(value) && Object.keys(value).length === 0)
}

function sameItems(sent: readonly Json[], held: readonly Json[]): boolean {
  const texts = (items: readonly Json[]) => [...new Set(items.map(textOf))].sort()
  const [one, other] = [texts(sent), texts(held)]
  return one.length === other.length && one.every((text, index) => text === other[index])
}

const textOf = (item: Json) => (typeof item === 'string' ? `"${item.trim()}` : canonicalJson(item))
