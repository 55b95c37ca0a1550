/**
 * The access token for the Management API: one client-credentials grant, shared by all calls until
 * shortly before it expires (it lasts a day, and cannot be revoked).
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import { createTokenSource, type Grant, type TokenSource } from '../../calls/token-source.ts'
import { callPaced, type JsonAnswer } from '../../http.ts'
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

/** The token of a tenant. */
export const tenantToken = (settings: TokenSettings, pace: Pace): TokenSource =>
  createTokenSource((call) => requestToken(settings, pace, call), settings.now)

async function requestToken(
  { baseUrl, audience, clientId, clientSecret, now }: TokenSettings,
  pace: Pace,
  call: Call,
): Promise<Grant> {
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
