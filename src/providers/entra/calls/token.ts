/**
 * The access token for Microsoft Graph: one client-credentials grant, by a secret or by a certificate (Microsoft identity
 * platform, "Certificate credentials"), shared by all calls until shortly before it ends.
 */

import { importPKCS8, SignJWT } from 'jose'
import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import { createTokenSource, type Grant, type TokenSource } from '../../calls/token-source.ts'
import { callPaced } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import type { Throttling } from './pace.ts'
import type { EntraSettings } from './tenant.ts'

/** The token of a tenant. */
export const tenantToken = (
  settings: EntraSettings,
  { now, ...paced }: TokenPace & { now(): number },
): TokenSource => createTokenSource((call) => requestToken(settings, paced, call), now)

interface TokenPace {
  readonly pace: Pace
  readonly throttling: Throttling
}

async function requestToken(
  settings: EntraSettings,
  { pace, throttling }: TokenPace,
  call: Call,
): Promise<Grant> {
  const { tenantId, graphUrl, loginUrl, clientId } = settings
  const url = `${loginUrl}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`
  const request = async () => ({
    operation: 'POST /token',
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope: `${new URL(graphUrl).origin}/.default`,
      ...(await proofOf(settings, url)),
    }).toString(),
    effect: false,
  })
  const answer = await callPaced(
    { pace, buckets: ['reads'], rateOf: throttling.rateOf },
    request,
    call,
  )
  const { status, body } = answer
  const { access_token: token, expires_in: expiresIn } = isRecord(body) ? body : {}
  if (status === 200 && typeof token === 'string') {
    return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : 0 }
  }
  const retryAfter = throttling.pauseOf(answer)
  if (retryAfter !== undefined) {
    const says = 'Entra ID asks this server to slow down. Nothing was changed. Try again later.'
    throw new ClientError('provider_throttled', says, { retryAfter })
  }
  throw new ClientError(
    'provider_misconfigured',
    'Entra ID does not issue this server an access token for Microsoft Graph. The operator must check tenantId, clientId and the credential in the configuration.',
  )
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION_SECONDS = 300

async function proofOf(
  { clientId, credential }: EntraSettings,
  audience: string,
): Promise<Readonly<Record<string, string>>> {
  if ('secret' in credential) return { client_secret: credential.secret.reveal() }
  const { privateKey, thumbprint } = credential.certificate
  const key = await importPKCS8(privateKey.reveal(), 'PS256').catch((cause) => {
    const says =
      'The private key of the certificate cannot be read. It must be PKCS #8 in PEM, of an RSA key.'
    throw new ClientError('provider_misconfigured', says, { cause })
  })
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setNotBefore('0 seconds')
    .setExpirationTime(`${ASSERTION_SECONDS} seconds`)
    .sign(key)
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion }
}
