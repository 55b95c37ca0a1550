/** The access token with which a provider's API is called: one grant, shared by all calls until shortly before it ends. */

import type { Call } from '../call.ts'
import { within } from '../http.ts'

export interface TokenSource {
  token(call: Call): Promise<string>
  /** Forgets a token that the API no longer accepts. */
  drop(token: string): void
}

/** A token as its server answers it. */
export interface Grant {
  readonly token: string
  /** Seconds. */
  readonly expiresIn: number
}

/** A token is renewed when a minute of its life is left (milliseconds), of a short one a fifth. */
const MARGIN_MS = 60_000
const MARGIN_PART = 0.2

/** A cached token; callers that come at the same time share one `request`. `now` in epoch milliseconds. */
export function createTokenSource(
  request: (call: Call) => Promise<Grant>,
  now: () => number,
): TokenSource {
  let cached: { readonly token: string; readonly until: number } | undefined
  let fetching: Promise<string> | undefined
  return {
    token: async (call) => {
      if (cached !== undefined && now() < cached.until) return cached.token
      // Shared by callers with different deadlines, so it has a time of its own.
      const own = { ...call, deadline: now() + call.timeoutMs }
      fetching ??= request(own)
        .then(({ token, expiresIn }) => {
          const life = expiresIn * 1_000
          cached = { token, until: now() + life - Math.min(MARGIN_MS, life * MARGIN_PART) }
          return token
        })
        .finally(() => {
          fetching = undefined
        })
      return within(fetching, call.deadline - now())
    },
    drop: (token) => {
      if (cached?.token === token) cached = undefined
    },
  }
}
