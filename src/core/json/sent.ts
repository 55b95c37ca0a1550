/**
 * Whether a record holds what was sent to make it. Nothing else of the record counts: what a provider
 * adds (defaults, members of tomorrow) is its own, and so is the order of its lists.
 */

import { canonicalJson, isRecord, type Json, type JsonObject, memberOf } from './json.ts'
import { alike } from './kept-numbers.ts'

/** Compares member by member; an empty value and an absent one are the same. */
export function holdsSent(request: JsonObject, record: JsonObject): boolean {
  return Object.entries(request).every(([name, value]) => holds(value, memberOf(record, name)))
}

function holds(request: Json, record: Json | undefined): boolean {
  if (isEmpty(request)) return record === undefined || isEmpty(record) || isRecord(request)
  if (typeof request === 'string')
    return typeof record === 'string' && request.trim() === record.trim()
  if (Array.isArray(request)) return Array.isArray(record) && sameItems(request, record)
  if (isRecord(request)) return isRecord(record) && holdsSent(request, record)
  return record !== undefined && alike(request, record)
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === null || value === '' || (isRecord(value) && Object.keys(value).length === 0)
}

function sameItems(request: readonly Json[], record: readonly Json[]): boolean {
  const texts = (items: readonly Json[]) => [...new Set(items.map(textOf))].sort()
  const [one, other] = [texts(request), texts(record)]
  return one.length === other.length && one.every((text, index) => text === other[index])
}

const textOf = (item: Json) => (typeof item === 'string' ? `"${item.trim()}` : canonicalJson(item))
