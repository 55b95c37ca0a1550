/** Copies of records, so that no caller holds what an emulator holds. */

import { isNumberLiteral } from '../core/json/json-number.ts'

/** A JSON value anew. Numbers that are kept by their literal cannot be changed and are shared. */
export function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null || isNumberLiteral(value)) return value
  if (Array.isArray(value)) return value.map(copyOf) as T
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, copyOf(inner)]),
  ) as T
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumberLiteral(value)
  )
}
