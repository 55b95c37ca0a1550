/**
 * The pace of Microsoft Graph for one application in one tenant (Microsoft Graph, "Throttling limits", Identity and
 * access): 3,500 units in 10 seconds in a small tenant, where a list costs 2, and 3,000 writes in 150 seconds; 60 writes a
 * minute to applications that personal accounts can use.
 */

import type { JsonAnswer } from '../../http.ts'
import { retryAfterOf } from '../../http.ts'
import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'
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
  surroundings: PaceSurroundings,
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
    ...surroundings,
  })
}

/** Where no Retry-After comes ("Throttling limits": it may be missing, then back off exponentially), seconds. */
const FIRST_PAUSE_SECONDS = 1
const LONGEST_PAUSE_SECONDS = 32

/** What the answers of one tenant ask for, which depends on those before. */
export interface Throttling {
  /** What an answer says about the pace; each is to be reported once. */
  rateOf(answer: JsonAnswer): RateReport
  /** How long the answer that was reported last asks to wait, in seconds; `undefined`: it does not. */
  pauseOf(answer: JsonAnswer): number | undefined
}

/** Pauses that double while Microsoft Graph goes on refusing without saying for how long. */
export function createThrottling(now: () => number): Throttling {
  let pause = 0
  let until = 0
  const pauseOf = (answer: JsonAnswer) =>
    answer.status === 429 ? (retryAfterOf(answer) ?? pause) : undefined
  return {
    rateOf: (answer) => {
      if (answer.status !== 429) pause = 0
      // Refusals of calls that were under way together are one.
      else if (now() >= until || pause === 0) {
        pause = Math.min(Math.max(2 * pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        until = now() + pause * 1_000
      }
      const seconds = pauseOf(answer)
      return seconds === undefined ? {} : { throttled: true, pauseMs: seconds * 1_000 }
    },
    pauseOf,
  }
}
