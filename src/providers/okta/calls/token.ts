/**
 * The access token of a service application: one client-credentials grant at the authorization server of the org itself,
 * by private_key_jwt, since Okta gives scopes of its own API to nothing else (Okta, "Implement OAuth for Okta with a
 * service app"). It is shared by all calls until shortly before it ends.
 */

import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import { createTokenSource, type Grant, type TokenSource } from '../../calls/token-source.ts'
import { callPaced, type JsonAnswer } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import type { ServiceApp } from './org.ts'
import { pauseOf, rateAt } from './pace.ts'
import type { ProofMaker } from './proof-of-possession.ts'

interface Surroundings {
  readonly baseUrl: string
  readonly pace: Pace
  readonly proofs: ProofMaker | undefined
  now(): number
}

const ASSERTION_SECONDS = 300
const SCOPES = 'okta.apps.manage'

/** The token of an org. */
export const orgToken = (app: ServiceApp, surroundings: Surroundings): TokenSource =>
  createTokenSource((call) => requestToken(app, surroundings, call), surroundings.now)

async function requestToken(
  app: ServiceApp,
  surroundings: Surroundings,
  call: Call,
): Promise<Grant> {
  const { now } = surroundings
  let answer = await askForToken(app, surroundings, call, undefined)
  const { 'dpop-nonce': nonce } = answer.headers
  // RFC 9449 section 8: the first refusal gives the nonce for the second request.
  if (errorIn(answer) === 'use_dpop_nonce' && typeof nonce === 'string') {
    answer = await askForToken(app, surroundings, call, nonce)
  }
  const { status, body } = answer
  const { access_token: token, expires_in: expiresIn } = isRecord(body) ? body : {}
  if (status === 200 && typeof token === 'string') {
    return { token, expiresIn: typeof expiresIn === 'number' ? expiresIn : 0 }
  }
  if (status === 429) {
    const says = 'Okta asks this server to slow down. Nothing was changed.'
    throw new ClientError('provider_throttled', says, { retryAfter: pauseOf(answer, now()) })
  }
  throw refused(errorIn(answer), app)
}

const errorIn = ({ body }: JsonAnswer): Json | undefined =>
  isRecord(body) ? body.error : undefined

function refused(error: Json | undefined, { dpop }: ServiceApp): ClientError {
  const setting =
    error === 'invalid_dpop_proof' || error === 'use_dpop_nonce'
      ? `${dpop ? 'check dpop in the configuration' : 'set dpop: true in the configuration, since the service application requires the DPoP header in token requests'}`
      : 'check clientId, privateKey and keyId in the configuration, and that the service application has the scope okta.apps.manage'
  return new ClientError(
    'provider_misconfigured',
    `Okta does not issue this server an access token; the operator must ${setting}.`,
  )
}

function askForToken(
  app: ServiceApp,
  { baseUrl, pace, proofs, now }: Surroundings,
  call: Call,
  nonce: string | undefined,
): Promise<JsonAnswer> {
  const url = `${baseUrl}/oauth2/v1/token`
  const request = async () => ({
    operation: 'POST /oauth2/v1/token',
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(proofs === undefined
        ? {}
        : { dpop: await proofs.proof({ method: 'POST', url }, { nonce }) }),
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: SCOPES,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertionOf(app, url, now()),
    }).toString(),
    effect: false,
  })
  const rateOf = (answer: JsonAnswer) => rateAt(answer, now())
  return callPaced({ pace, buckets: ['token'], rateOf }, request, call)
}

/** RFC 7523 section 3. */
async function assertionOf(
  { clientId, privateKey, keyId }: ServiceApp,
  audience: string,
  now: number,
): Promise<string> {
  const key = signingKey(privateKey.reveal())
  const issuedAt = Math.floor(now / 1_000)
  return new SignJWT({})
    .setProtectedHeader({ alg: algorithmOf(key), ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_SECONDS)
    .sign(key)
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

const algorithmOf = ({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): string => (type === 'ec' ? (CURVES[details?.namedCurve ?? ''] ?? 'ES256') : 'RS256')

/** @throws ClientError `provider_misconfigured` for what is no private key */
function signingKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (['rsa', 'ec'].includes(key.asymmetricKeyType ?? '')) return key
  } catch {
    // What it is instead may be a part of a secret.
  }
  throw new ClientError(
    'provider_misconfigured',
    'privateKey in the configuration is no RSA or EC key in PEM (PKCS#8), so that this server cannot sign in at Okta; the operator must check it.',
  )
}
