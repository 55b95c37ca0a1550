/**
 * Who may call: API tokens (SSWS), and access tokens that a service application gets at the authorization server of the
 * org by private_key_jwt, bound to a key where it requires DPoP (RFC 9449).
 */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { EmbeddedJWK, jwtVerify } from 'jose'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'

/** A service application that may manage applications. */
export interface OktaServiceApp {
  readonly clientId: string
  /** PKCS#8 in PEM. */
  readonly privateKey: string
  readonly publicKey: KeyObject
  readonly keyId: string
  /** It requires the DPoP header in token requests. */
  readonly dpop: boolean
  /** Scopes that it may have. */
  readonly scopes: readonly string[]
}

export interface Access {
  /** What an access token allows; `undefined`: the call has no token that is accepted. */
  scopesOf(request: EmulatorRequest, url: string): Promise<readonly string[] | undefined>
  /** `POST /oauth2/v1/token`. */
  issue(request: EmulatorRequest, url: string): Promise<EmulatorAnswer>
  /** Ends every access token. */
  expire(): void
}

interface Issued {
  readonly scopes: readonly string[]
  readonly until: number
  /** The thumbprint of the key to which it is bound. */
  readonly key: string | undefined
}

const TOKEN_SECONDS = 3_600
const EVERYTHING = ['okta.apps.manage', 'okta.apps.read']

/** A service application with a key of its own. */
export function newServiceApp(members: Partial<OktaServiceApp> = {}): OktaServiceApp {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    clientId: '0oaserviceapp0000001',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey,
    keyId: 'service-key',
    dpop: false,
    scopes: EVERYTHING,
    ...members,
  }
}

export function createAccess(
  apiTokens: readonly string[],
  serviceApps: readonly OktaServiceApp[],
  now: () => number,
): Access {
  const issued = new Map<string, Issued>()
  const nonce = randomBytes(12).toString('base64url')
  const proofs = new Set<string>()

  /** The thumbprint of the key of a proof; throws for one that proves nothing. */
  async function keyOf(
    { headers, method }: EmulatorRequest,
    url: string,
    expected: { readonly nonce?: string; readonly token?: string },
  ): Promise<string> {
    const { payload, protectedHeader } = await jwtVerify(String(headers.dpop), EmbeddedJWK, {
      typ: 'dpop+jwt',
      currentDate: new Date(now()),
    })
    const digest = (text: string) => createHash('sha256').update(text).digest('base64url')
    const fits =
      payload.htm === method &&
      payload.htu === url &&
      (expected.token === undefined || payload.ath === digest(expected.token)) &&
      (expected.nonce === undefined || payload.nonce === expected.nonce) &&
      typeof payload.jti === 'string' &&
      !proofs.has(payload.jti)
    if (!fits) throw new TypeError('the proof is of something else')
    proofs.add(String(payload.jti))
    return digest(JSON.stringify(protectedHeader.jwk))
  }

  return {
    scopesOf: async (request, url) => {
      const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ')
      if (scheme === 'SSWS') return apiTokens.includes(token) ? EVERYTHING : undefined
      const entry = issued.get(token)
      if (entry === undefined || entry.until <= now()) return undefined
      if (entry.key === undefined) return scheme === 'Bearer' ? entry.scopes : undefined
      const key = await keyOf(request, url, { token }).catch(() => undefined)
      return scheme === 'DPoP' && key === entry.key ? entry.scopes : undefined
    },
    issue: async (request, url) => {
      const form = new URLSearchParams(request.body.toString())
      const app = await appOf(serviceApps, form, url, now())
      if (app === undefined) return oauthError(401, 'invalid_client', 'The client_assertion token')
      if (form.get('grant_type') !== 'client_credentials') {
        return oauthError(400, 'unsupported_grant_type', 'Only client_credentials')
      }
      const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
      if (scopes.length === 0 || !scopes.every((scope) => app.scopes.includes(scope))) {
        return oauthError(400, 'invalid_scope', 'One or more scopes are not granted')
      }
      let key: string | undefined
      if (app.dpop || request.headers.dpop !== undefined) {
        if (request.headers.dpop === undefined) {
          return oauthError(400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.')
        }
        key = await keyOf(request, url, { nonce }).catch(() => undefined)
        if (key === undefined) {
          return {
            ...oauthError(400, 'use_dpop_nonce', 'Authorization server requires nonce'),
            headers: { 'dpop-nonce': nonce },
          }
        }
      }
      const token = randomBytes(48).toString('base64url')
      issued.set(token, { scopes, until: now() + TOKEN_SECONDS * 1_000, key })
      return {
        status: 200,
        body: {
          token_type: key === undefined ? 'Bearer' : 'DPoP',
          expires_in: TOKEN_SECONDS,
          access_token: token,
          scope: scopes.join(' '),
        },
      }
    },
    expire: () => issued.clear(),
  }
}

const oauthError = (status: number, error: string, says: string): EmulatorAnswer => ({
  status,
  body: { error, error_description: `${says}.` },
})

/** The application whose assertion (RFC 7523) a request has. */
async function appOf(
  apps: readonly OktaServiceApp[],
  form: URLSearchParams,
  audience: string,
  now: number,
): Promise<OktaServiceApp | undefined> {
  const assertion = form.get('client_assertion') ?? ''
  for (const app of apps) {
    const verified = await jwtVerify(assertion, app.publicKey, {
      issuer: app.clientId,
      subject: app.clientId,
      audience,
      currentDate: new Date(now),
    }).catch(() => undefined)
    if (verified !== undefined) return app
  }
  return undefined
}
