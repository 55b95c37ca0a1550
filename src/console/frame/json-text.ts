/** Any value of a setting as a text, digit by digit. */

import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { Json } from '../../sdk/index.ts'

/** JSON; of a text the text itself. */
export const shownJson = (value: Json | undefined): string => {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : stringifyJson(value, 2)
}

/** The value of a JSON text; `undefined`: it is none. */
export function readJson(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Whether two values are the same JSON. */
export const sameJson = (one: unknown, other: unknown): boolean =>
  stringifyJson(one ?? null) === stringifyJson(other ?? null)
