/** Lists in one order, where a provider keeps an order of its own. */

import type { JsonObject } from '../../src/core/json/json.ts'

/** The record with its lists of texts sorted. */
export function inOrder(record: JsonObject): JsonObject {
  const sorted = Object.entries(record).map(
    ([name, value]) => [name, isTexts(value) ? [...(value as string[])].sort() : value] as const,
  )
  return Object.fromEntries(sorted)
}

const isTexts = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
