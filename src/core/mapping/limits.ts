/** Counts, lengths and value sets that a provider enforces, checked before it is asked. */

import { ClientError } from '../errors.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord, memberOf, same } from '../json/json.ts'
import type { Limits } from './row.ts'

/**
 * Refuses a value beyond the provider's limits. What of it is `held` already may stay, a list or map
 * that is over its limit may still shrink.
 * @throws ClientError `invalid_field`
 */
export function checkLimits(path: string, value: Json, limits: Limits, current: Json = null): void {
  const problem = Array.isArray(value)
    ? listProblem(value, limits, Array.isArray(current) ? current : [])
    : isRecord(value)
      ? mapProblem(value, limits, isRecord(current) ? current : {})
      : scalarProblem(value, limits)
  if (problem === undefined) return
  const field = `${path}${problem.at ?? ''}`
  throw new ClientError('invalid_field', `${field} ${problem.says}.`, { field })
}

/** Whether one text or number, or one item of a list, is within them. */
export function isWithin(value: Json, limits: Limits): boolean {
  return scalarProblem(value, limits) === undefined
}

/** The part of a limit from which on it is reported. */
const NEARLY = 0.9

/** Whether a list or map has so much of what a provider takes that it should be reported. */
export const isNearly = (count: number, most: number) => count >= NEARLY * most

interface Problem {
  readonly at?: string
  readonly says: string
}

function listProblem(
  items: readonly Json[],
  limits: Limits,
  current: readonly Json[],
): Problem | undefined {
  const { maxItems = Number.POSITIVE_INFINITY } = limits
  if (items.length > maxItems && items.length > current.length) {
    return { says: `must have at most ${maxItems} values with this provider` }
  }
  for (const [index, item] of items.entries()) {
    const problem = current.includes(item) ? undefined : scalarProblem(item, limits)
    if (problem !== undefined) return { at: `[${index}]`, says: problem.says }
  }
  return undefined
}

function mapProblem(map: JsonObject, limits: Limits, current: JsonObject): Problem | undefined {
  const { maxKeys = Number.POSITIVE_INFINITY, maxLength = Number.POSITIVE_INFINITY } = limits
  const entries = Object.entries(map)
  if (entries.length > maxKeys && entries.length > Object.keys(current).length) {
    return { says: `must have at most ${maxKeys} keys` }
  }
  const long = entries.some(
    ([name, item]) =>
      !same(item, memberOf(current, name) ?? null) &&
      (name.length > maxLength || (typeof item === 'string' && item.length > maxLength)),
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
