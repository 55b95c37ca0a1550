/**
 * The rate limit of the Management API: one token bucket per tenant, shown in headers of every answer
 * (Auth0 docs, "Rate limit policy"; the 429 body is from recorded traffic of auth0-deploy-cli).
 */

import type { EmulatorAnswer } from '../wire.ts'
import { failure } from './refusal.ts'

export interface Auth0Limits {
  /** Size of the bucket, in calls. */
  readonly burst: number
  /** Refill, in calls per second. */
  readonly perSecond: number
}

/** One tenant's bucket. */
export interface RateLimit {
  /** Takes a token and answers as `proceed` does, or with 429 when there is none. */
  apply(proceed: () => EmulatorAnswer): EmulatorAnswer
}

/** Without limits every call passes and no header is sent. */
export function createRateLimit(limits: Auth0Limits | undefined, now: () => number): RateLimit {
  if (limits === undefined) return { apply: (proceed) => proceed() }
  const { burst, perSecond } = limits
  let tokens = burst
  let filledAt = now()

  return {
    apply: (proceed) => {
      const time = now()
      tokens = Math.min(burst, tokens + ((time - filledAt) / 1000) * perSecond)
      filledAt = time
      if (tokens < 1) {
        const wait = (1 - tokens) / perSecond
        return throttled(limits, time + wait * 1000, Math.max(1, Math.ceil(wait)))
      }
      tokens -= 1
      const full = time + ((burst - tokens) / perSecond) * 1000
      const answer = proceed()
      return { ...answer, headers: { ...answer.headers, ...limitHeaders(limits, tokens, full) } }
    },
  }
}

/** The 429 of an empty bucket; `resetAt` in epoch milliseconds, `retryAfter` in seconds. */
export function throttled(
  limits: Auth0Limits | undefined,
  resetAt: number,
  retryAfter: number,
): EmulatorAnswer {
  return {
    ...failure(429, 'Global limit has been reached', 'too_many_requests'),
    headers: {
      ...limitHeaders(limits ?? { burst: 10, perSecond: 2 }, 0, resetAt),
      'retry-after': String(retryAfter),
    },
  }
}

/** The reset is sent in epoch seconds, rounded up so that waiting for it is always enough. */
function limitHeaders(
  limits: Auth0Limits,
  tokens: number,
  resetAt: number,
): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limits.burst),
    'x-ratelimit-remaining': String(Math.floor(tokens)),
    'x-ratelimit-reset': String(Math.ceil(resetAt / 1000)),
  }
}
