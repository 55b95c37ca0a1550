/**
 * The pace of an org. Okta counts calls by the minute and by groups of endpoints, and reports in each answer the limit of
 * the group, what is left of it and when it is full again (Okta, "Rate limits"); in a free org some groups have 10 a
 * minute (recorded). One application may use half of a limit unless its administrators say otherwise.
 */

import type { JsonAnswer } from '../../http.ts'
import { retryAfterOf } from '../../http.ts'
import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'
import type { RateReport } from '../../pace/pace-source.ts'

export interface OktaPace {
  /** The part of each limit that is left for others; 0.2 when absent. */
  readonly reserve?: number | undefined
}

/** Groups of endpoints with a limit of their own, as far as recordings distinguish them. */
const GROUPS = ['apps', 'application', 'token'] as const
type Group = (typeof GROUPS)[number]

const RESERVE = 0.2
const WINDOW_SECONDS = 60
/** Where a 429 does not say when the window ends. */
const DEFAULT_PAUSE_SECONDS = 1
/** A token lasts an hour: this only holds calls back when there is something wrong. */
const TOKEN_RATES = { perSecond: 1, burst: 5 }

/** The group of an operation: one application itself, or everything else of the Apps API. */
export const groupOf = (operation: string): Group =>
  / \/apps\/\{id\}$/.test(operation) ? 'application' : 'apps'

/** One bucket for each group, learned from what the answers report. */
export function createOktaPace(
  { reserve = RESERVE }: OktaPace,
  surroundings: PaceSurroundings,
): Pace {
  return createPace({
    buckets: [
      { name: 'apps', reserve },
      { name: 'application', reserve },
      { name: 'token', ...TOKEN_RATES, reserve: 0, isOwn: true },
    ],
    ...surroundings,
  })
}

/** What an answer says about its group; `now` in epoch milliseconds. */
export function rateAt(answer: Pick<JsonAnswer, 'status' | 'headers'>, now: number): RateReport {
  const [limit = 0, remaining = -1] = ['limit', 'remaining'].map((name) => numberOf(answer, name))
  const isThrottled = answer.status === 429
  const throttled = isThrottled
    ? { throttled: isThrottled, pauseMs: pauseOf(answer, now) * 1_000 }
    : {}
  if (limit < 1 || remaining < 0) return { ...throttled, unlimited: answer.status < 400 }
  // Nothing comes back before the window ends.
  const pause = remaining === 0 ? { pauseMs: pauseOf(answer, now) * 1_000 } : {}
  return {
    ...pause,
    ...throttled,
    account: { limit, remaining, perSecond: limit / WINDOW_SECONDS },
  }
}

/** Seconds until the window ends: Okta sends no Retry-After (recorded). */
export function pauseOf(answer: Pick<JsonAnswer, 'headers'>, now: number): number {
  const reset = (numberOf(answer, 'reset') ?? 0) - now / 1_000
  return retryAfterOf(answer) ?? (reset > 0 ? Math.ceil(reset) : DEFAULT_PAUSE_SECONDS)
}

function numberOf({ headers }: Pick<JsonAnswer, 'headers'>, name: string): number | undefined {
  const header = headers[`x-rate-limit-${name}`]
  const number = header === undefined ? Number.NaN : Number(header)
  return Number.isFinite(number) ? number : undefined
}
