/**
 * The access token for the admin API of a realm: one client-credentials grant of its service account, shared by all
 * calls until shortly before it ends (300 s unless the realm says otherwise).
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import { callPaced, throttleOf, within } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import type { Realm } from './realm.ts'

export interface TokenSource {
  token(call: Call): Promise<string>
  /** Forgets a token that the API no longer accepts. */
  drop(token: string): void
}

/** A token is renewed when a fifth of its life is left. */
const USED_PART = 0.8

/** A cached token; callers that come at the same time share one request. */
export function createTokenSource(
  realm: Realm,
  pool: string,
  { pace, now }: { readonly pace: Pace; now(): number },
): TokenSource {
  let cached: { token: string; until: number } | undefined
  let fetching: Promise<string> | undefined
  return {
    token: async (call) => {
      if (cached !== undefined && now() < cached.until) return cached.token
      // Shared by callers with different deadlines, so it has a time of its own.
      const own = { ...call, deadline: now() + call.timeoutMs }
      fetching ??= requestToken(realm, pool, pace, own)
        .then(({ token, expiresIn }) => {
          cached = { token, until: now() + expiresIn * 1_000 * USED_PART }
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

async function requestToken(
  { baseUrl, realm, clientId, clientSecret }: Realm,
  pool: string,
  pace: Pace,
  call: Call,
): Promise<{ token: string; expiresIn: number }> {
  const request = async () => ({
    operation: 'POST /token',
    method: 'POST',
    url: `${baseUrl}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret.reveal(),
    }).toString(),
    effect: false,
  })
  const answer = await callPaced({ pace, buckets: [pool], rateOf: throttleOf }, request, call)
  const { status, body } = answer
  const { access_token: token, expires_in: expiresIn } = isRecord(body) ? body : {}
  if (status === 200 && typeof token === 'string') {
    return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : 0 }
  }
  if (status === 429) {
    const says = 'The server asks to slow down; nothing was changed. Try again later.'
    throw new ClientError('provider_throttled', says)
  }
  throw new ClientError(
    'provider_misconfigured',
    'Keycloak does not issue this server an access token of its service account; the operator must check realm, clientId and clientSecret in the configuration.',
  )
}
