/** Counts, lengths and value sets that a provider enforces, checked before it is asked. */

import { ClientError } from './errors.ts'
import type { Json } from './json.ts'
import { isRecord } from './json.ts'
import type { Limits } from './mapping.ts'

/**
 * Refuses a value beyond the provider's limits. `counted` is the size of the list before, since a
 * list that is already over its limit may still shrink.
 * @throws ClientError `invalid_field`
 */
export function checkLimits(path: string, value: Json, limits: Limits, counted = 0): void {
  const problem = Array.isArray(value)
    ? listProblem(value, limits, counted)
    : isRecord(value)
      ? mapProblem(value, limits)
      : scalarProblem(value, limits)
  if (problem === undefined) return
  const field = `${path}${problem.at ?? ''}`
  throw new ClientError('invalid_field', `${field} ${problem.says}.`, { field })
}

/** Whether one text or number, or one item of a list, is within them. */
export function isWithin(value: Json, limits: Limits): boolean {
  return scalarProblem(value, limits) === undefined
}

/** The part of a limit from which on it is told. */
const NEARLY = 0.9

/** Whether a list or map has so much of what a provider takes that it should be told. */
export const isNearly = (held: number, most: number) => held >= NEARLY * most

interface Problem {
  readonly at?: string
  readonly says: string
}

function listProblem(items: readonly Json[], limits: Limits, counted: number): Problem | undefined {
  const { maxItems = Number.POSITIVE_INFINITY } = limits
  if (items.length > maxItems && items.length > counted) {
    return { says: `must have at most ${maxItems} values with this provider` }
  }
  for (const [index, item] of items.entries()) {
    const problem = scalarProblem(item, limits)
    if (problem !== undefined) return { at: `[${index}]`, says: problem.says }
  }
  return undefined
}

function mapProblem(map: Readonly<Record<string, Json>>, limits: Limits): Problem | undefined {
  const { maxKeys = Number.POSITIVE_INFINITY, maxLength = Number.POSITIVE_INFINITY } = limits
  const entries = Object.entries(map)
  if (entries.length > maxKeys) return { says: `must have at most ${maxKeys} keys` }
  const long = entries.some(
    ([name, item]) =>
      name.length > maxLength || (typeof item === 'string' && item.length > maxLength),
  )
  return long ? { says: `must have keys and values of at most ${maxLength} characters` } : undefined
}

function scalarProblem(value: Json, limits: Limits): Problem | undefined {
  const { maxLength, minimum, maximum, values, pattern } = limits
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return { says: `must be at least ${minimum}` }
    if (maximum !== undefined && value > maximum) return { says: `must be at most ${maximum}` }
  }
  if (typeof value !== 'string') return undefined
  if (values !== undefined && !values.includes(value)) {
    return { says: `must be one of ${values.join(', ')}` }
  }
  if (maxLength !== undefined && value.length > maxLength) {
    return { says: `must have at most ${maxLength} characters with this provider` }
  }
  if (pattern !== undefined && !pattern.expression.test(value)) return { says: pattern.says }
  return undefined
}
