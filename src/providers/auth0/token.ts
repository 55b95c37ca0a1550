/**
 * The access token for the Management API: one client-credentials grant, shared by all calls until
 * shortly before it expires (it lasts a day, and cannot be revoked).
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord } from '../../core/json.ts'
import { callJson } from '../http.ts'
import type { Call } from '../provider.ts'

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
export function createTokenSource(settings: TokenSettings): TokenSource {
  let held: { token: string; until: number } | undefined
  let fetching: Promise<string> | undefined
  return {
    token: async (call) => {
      if (held !== undefined && settings.now() < held.until) return held.token
      fetching ??= requestToken(settings, call)
        .then(({ token, expiresIn }) => {
          held = { token, until: settings.now() + expiresIn * 1_000 - MARGIN_MS }
          return token
        })
        .finally(() => {
          fetching = undefined
        })
      return fetching
    },
    drop: (token) => {
      if (held?.token === token) held = undefined
    },
  }
}

async function requestToken(
  { baseUrl, audience, clientId, clientSecret }: TokenSettings,
  call: Call,
): Promise<{ token: string; expiresIn: number }> {
  const { status, body } = await callJson(
    {
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
    },
    call,
  )
  if (status === 429) {
    throw new ClientError('provider_throttled', 'Auth0 asks to slow down; nothing was changed.')
  }
  const { access_token: token, expires_in: expiresIn } = isRecord(body) ? body : {}
  if (status !== 200 || typeof token !== 'string') {
    throw new ClientError(
      'provider_misconfigured',
      'Auth0 does not give this server an access token for its Management API; its operator must look at the configuration.',
    )
  }
  return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : 0 }
}
