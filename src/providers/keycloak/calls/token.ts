/**
 * The access token for the admin API of a realm: one client-credentials grant of its service account, shared by all
 * calls until shortly before it ends (300 s unless the realm says otherwise).
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import { createTokenSource, type Grant, type TokenSource } from '../../calls/token-source.ts'
import { callPaced, throttleOf } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import type { Realm } from './realm.ts'

/** The token of a realm. */
export const realmToken = (
  realm: Realm,
  pool: string,
  { pace, now }: { readonly pace: Pace; now(): number },
): TokenSource => createTokenSource((call) => requestToken(realm, pool, pace, call), now)

async function requestToken(
  { baseUrl, realm, clientId, clientSecret }: Realm,
  pool: string,
  pace: Pace,
  call: Call,
): Promise<Grant> {
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
