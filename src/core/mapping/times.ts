/** Points in time as providers hold them, shown as RFC 3339 has them. */

import type { Json } from '../json/json.ts'
import { doubleOf } from '../json/json-number.ts'

/** RFC 3339 section 5.6 has years of four digits: the first and the last moment in epoch milliseconds, as UTC writes them. */
export const FIRST_TIME = Date.parse('0000-01-01T00:00:00Z')
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether RFC 3339 can write a time (epoch milliseconds) in UTC. */
export const isWritable = (at: number): boolean => at >= FIRST_TIME && at <= LAST_TIME

/**
 * The time that a native member holds: a number of seconds since 1970 (RFC 7591 section 3.2.1, Cognito)
 * or a text (Auth0). What is no such time is none.
 */
export function timeOf(value: Json | undefined): string | undefined {
  const seconds = doubleOf(value)
  const at = seconds === undefined ? parsed(value) : Math.round(seconds * 1_000)
  return isWritable(at) ? new Date(at).toISOString() : undefined
}

/** A date and a time with its zone, and nothing that `Date.parse` takes besides. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

const parsed = (value: Json | undefined) =>
  typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN
