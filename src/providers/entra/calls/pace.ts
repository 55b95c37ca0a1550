/**
 * The pace of Microsoft Graph for one application in one tenant (Microsoft Graph, "Throttling limits", Identity and
 * access): 3,500 units in 10 seconds in a small tenant, where a list costs 2, and 3,000 writes in 150 seconds; 60 writes a
 * minute to applications that personal accounts can use.
 */

import type { JsonAnswer } from '../../http.ts'
import { retryAfterOf } from '../../http.ts'
import { createPace, type Pace } from '../../pace/pace.ts'
import type { RateReport } from '../../pace/pace-source.ts'

export interface EntraPace {
  /** Reads a second; 100 when absent. */
  readonly readsPerSecond?: number | undefined
  /** Writes a second; 15 when absent. */
  readonly writesPerSecond?: number | undefined
  /** Writes a second to applications for personal accounts; 1 when absent. */
  readonly personalPerSecond?: number | undefined
}

export type Bucket = 'reads' | 'writes' | 'personal'

/** Below the rates of a tenant of any size, so that others of the same application have some. */
export const createEntraPace = (
  { readsPerSecond = 100, writesPerSecond = 15, personalPerSecond = 1 }: EntraPace,
  now: () => number,
): Pace => {
  const bucket = (name: Bucket, perSecond: number) => ({
    name,
    perSecond,
    burst: Math.max(1, perSecond),
    reserve: 0,
  })
  return createPace({
    buckets: [
      bucket('reads', readsPerSecond),
      bucket('writes', writesPerSecond),
      bucket('personal', personalPerSecond),
    ],
    now,
  })
}

/** Where no Retry-After comes ("Throttling limits": it may be missing), seconds. */
const PAUSE_SECONDS = 1

/** How long an answer asks to wait; `undefined`: it does not. */
export const pauseOf = (answer: JsonAnswer): number | undefined =>
  answer.status === 429 ? (retryAfterOf(answer) ?? PAUSE_SECONDS) : undefined

/** What an answer says about the pace. */
export function rateOf(answer: JsonAnswer): RateReport {
  const seconds = pauseOf(answer)
  return seconds === undefined ? {} : { throttled: true, pauseMs: seconds * 1_000 }
}
