/**
 * The pace of an Auth0 tenant. The Management API counts all calls of a tenant in one token bucket, and
 * reports its size, what is left, and when it will be full again (Auth0 docs, "Rate limit policy"; the
 * reset as in auth0/limitd-redis). The token endpoint has a limit of its own.
 */

import { type JsonAnswer, retryAfterOf } from '../../http.ts'
import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'
import type { RateReport } from '../../pace/pace-source.ts'

export interface Auth0Pace {
  /** Calls a second that the tenant's plan allows; absent: learned. */
  readonly perSecond?: number | undefined
  /** Calls at once that the plan allows; absent: learned. */
  readonly burst?: number | undefined
  /** The part left for others; 0.2 when absent. */
  readonly reserve?: number | undefined
}

export const MANAGEMENT = ['management']
export const TOKEN = ['token']

const RESERVE = 0.2
/** A token lasts a day: this is only there to hold calls back when there is something wrong. */
const TOKEN_RATES = { perSecond: 1, burst: 5 }
/** Seconds to wait when Auth0 throttles and does not say for how long. */
const DEFAULT_PAUSE_SECONDS = 1

export function createAuth0Pace(settings: Auth0Pace, surroundings: PaceSurroundings): Pace {
  const { perSecond, burst, reserve = RESERVE } = settings
  return createPace({
    buckets: [
      { name: 'management', perSecond, burst, reserve },
      { name: 'token', ...TOKEN_RATES, reserve: 0, isOwn: true },
    ],
    ...surroundings,
  })
}

/** What an answer says about the tenant's bucket; `now` in epoch milliseconds. */
export function rateAt(answer: JsonAnswer, now: number): RateReport {
  const [limit = 0, remaining = -1, reset = 0] = ['limit', 'remaining', 'reset'].map((name) =>
    numberOf(answer.headers[`x-ratelimit-${name}`]),
  )
  const throttled = answer.status === 429
  const pause = throttled ? { throttled, pauseMs: pauseOf(answer, now) * 1_000 } : {}
  if (limit < 1 || remaining < 0) return { ...pause, unlimited: answer.status < 400 }
  // What Auth0 reports is rounded: a call less is missing, in a time that is no longer than this.
  const seconds = Math.max(reset - now / 1_000, 0)
  const perSecond = seconds > 0 ? Math.max(limit - remaining - 1, 0) / seconds : 0
  return { ...pause, account: { limit, remaining, perSecond } }
}

/** Seconds. Retry-After first, as every SDK of Auth0 reads it; else the reset time in epoch seconds. */
export function pauseOf(answer: Pick<JsonAnswer, 'headers'>, now: number): number {
  const reset = (numberOf(answer.headers['x-ratelimit-reset']) ?? 0) - now / 1_000
  return retryAfterOf(answer) ?? (reset > 0 ? Math.ceil(reset) : DEFAULT_PAUSE_SECONDS)
}

function numberOf(header: string | readonly string[] | undefined): number | undefined {
  const number = Number(header)
  return Number.isFinite(number) ? number : undefined
}
