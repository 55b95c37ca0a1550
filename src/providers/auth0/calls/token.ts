/**
 * The access token for the Management API: one client-credentials grant, shared by all calls until
 * shortly before it expires (it lasts a day, and cannot be revoked).
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import { callPaced, type JsonAnswer, within } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { pauseOf, TOKEN } from './pace.ts'

export interface TokenSettings {
  /** Base URL of the tenant without a trailing slash. */
  readonly baseUrl: string
  readonly audience: string
  readonly clientId: string
  clientSecret(): string
  now(): number
}

export interface TokenSource {
  token(call: Call): Promise<string>
  /** Forgets a token that the API no longer accepts. */
  drop(token: string): void
}

/** A token is renewed this long before it ends (milliseconds). */
const MARGIN_MS = 60_000

/** A cached token; callers that come at the same time share one request. */
export function createTokenSource(settings: TokenSettings, pace: Pace): TokenSource {
  let cached: { token: string; until: number } | undefined
  let fetching: Promise<string> | undefined
  return {
    token: async (call) => {
      if (cached !== undefined && settings.now() < cached.until) return cached.token
      // Shared by callers with different deadlines, so it has a time of its own.
      const own = { ...call, deadline: settings.now() + call.timeoutMs }
      fetching ??= requestToken(settings, pace, own)
        .then(({ token, expiresIn }) => {
          cached = { token, until: settings.now() + expiresIn * 1_000 - MARGIN_MS }
          return token
        })
        .finally(() => {
          fetching = undefined
        })
      return within(fetching, call.deadline - settings.now())
    },
    drop: (token) => {
      if (cached?.token === token) cached = undefined
    },
  }
}

async function requestToken(
  { baseUrl, audience, clientId, clientSecret, now }: TokenSettings,
  pace: Pace,
  call: Call,
): Promise<{ token: string; expiresIn: number }> {
  const pause = (answer: JsonAnswer) => (answer.status === 429 ? pauseOf(answer, now()) : undefined)
  const rateOf = (answer: JsonAnswer) => {
    const seconds = pause(answer)
    return seconds === undefined ? {} : { throttled: true, pauseMs: seconds * 1_000 }
  }
  const request = async () => ({
    operation: 'POST /oauth/token',
    method: 'POST',
    url: `${baseUrl}/oauth/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret(),
      audience,
    }),
    effect: false,
  })
  const answer = await callPaced({ pace, buckets: TOKEN, rateOf }, request, call)
  const { status, body } = answer
  const retryAfter = pause(answer)
  if (retryAfter !== undefined) {
    const says = 'Auth0 asks this server to slow down. Nothing was changed.'
    throw new ClientError('provider_throttled', says, { retryAfter })
  }
  const { access_token: token, expires_in: expiresIn } = isRecord(body) ? body : {}
  if (status !== 200 || typeof token !== 'string') {
    throw new ClientError(
      'provider_misconfigured',
      'Auth0 does not issue this server an access token for its Management API. The operator must check the configuration.',
    )
  }
  return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : 0 }
}
