/**
 * An issuer for tests of the console, written from the specifications and with nothing of the program: authorization code with PKCE
 * (RFC 6749, RFC 7636), ID tokens (OpenID Connect Core 1.0), refresh tokens that rotate, revocation (RFC 7009). Its user is
 * always signed in, so that a browser comes back at once.
 */

import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, type SigningKey, sign, signingKey } from '../http/auth/issuer.ts'

export interface SignInIssuer {
  readonly url: string
  /** What the next sign-ins and renewals are like. */
  readonly user: { subject: string; scopes: readonly string[]; authenticatedAt: number }
  /** Of access tokens (seconds). */
  lifetime: number
  /** Each authorization request, and each request to the token endpoint. */
  readonly requests: URLSearchParams[]
  readonly revoked: string[]
  /** Answers the next authorization request with this error. */
  refuseNext(error: string): void
  close(): Promise<void>
}

export const CONSOLE_CLIENT = { id: 'console', secret: 'the-secret-of-the-console' }
export const CONSOLE_AUDIENCE = 'https://clientry.example'

interface Code {
  readonly challenge: string
  readonly redirectUri: string
  readonly nonce: string
}

/** Starts it on a loopback socket. */
export async function startSignInIssuer(): Promise<SignInIssuer> {
  const key = await signingKey('sign-in')
  const codes = new Map<string, Code>()
  const refreshTokens = new Set<string>()
  let error: string | undefined
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer: SignInIssuer = {
    url,
    user: { subject: 'alice', scopes: [], authenticatedAt: now() },
    lifetime: 600,
    requests: [],
    revoked: [],
    refuseNext: (next) => {
      error = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', url)
    if (pathname === '/.well-known/openid-configuration') return json(response, metadataOf(url))
    if (pathname === '/jwks') return json(response, { keys: [key.jwk] })
    if (pathname === '/authorize') return authorize(searchParams, response)
    const form = new URLSearchParams(await bodyOf(request))
    if (form.get('client_secret') !== CONSOLE_CLIENT.secret) {
      return json(response, { error: 'invalid_client' }, 401)
    }
    if (pathname === '/revoke') {
      issuer.revoked.push(form.get('token') ?? '')
      refreshTokens.delete(form.get('token') ?? '')
      return json(response, {})
    }
    if (pathname !== '/token') return json(response, {}, 404)
    issuer.requests.push(form)
    return form.get('grant_type') === 'refresh_token'
      ? renew(form, response)
      : redeem(form, response)
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    issuer.requests.push(query)
    const redirectUri = query.get('redirect_uri') ?? ''
    const back = new URL(redirectUri)
    back.searchParams.set('state', query.get('state') ?? '')
    back.searchParams.set('iss', url)
    // An issuer may add what it likes (RFC 6749 section 4.1.2).
    back.searchParams.set('session_state', 'of its own')
    if (error === undefined) {
      const code = randomUUID()
      const challenge = query.get('code_challenge') ?? ''
      codes.set(code, { challenge, redirectUri, nonce: query.get('nonce') ?? '' })
      back.searchParams.set('code', code)
    } else back.searchParams.set('error', error)
    error = undefined
    if (query.get('prompt') === 'login') issuer.user.authenticatedAt = now()
    response.writeHead(302, { location: back.href }).end()
  }

  async function redeem(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const verifier = form.get('code_verifier') ?? ''
    const isProved = code?.challenge === createHash('sha256').update(verifier).digest('base64url')
    if (!isProved || code.redirectUri !== form.get('redirect_uri')) {
      return json(response, { error: 'invalid_grant' }, 400)
    }
    const idToken = await sign(key, { ...claims(), aud: CONSOLE_CLIENT.id, nonce: code.nonce }, JWT)
    json(response, { ...(await tokens()), id_token: idToken })
  }

  async function renew(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const isKnown = refreshTokens.delete(form.get('refresh_token') ?? '')
    if (isKnown) return json(response, await tokens())
    json(response, { error: 'invalid_grant', error_description: 'The grant has ended.' }, 400)
  }

  const claims = () => ({
    iss: url,
    sub: issuer.user.subject,
    iat: now(),
    exp: now() + issuer.lifetime,
    auth_time: issuer.user.authenticatedAt,
  })

  async function tokens() {
    const refreshToken = randomUUID()
    refreshTokens.add(refreshToken)
    const scope = issuer.user.scopes.join(' ')
    const access = { ...claims(), aud: CONSOLE_AUDIENCE, client_id: CONSOLE_CLIENT.id, scope }
    return {
      access_token: await signed(key, access),
      token_type: 'Bearer',
      expires_in: issuer.lifetime,
      refresh_token: refreshToken,
    }
  }
  return issuer
}

const JWT = { typ: 'JWT' }
const signed = (key: SigningKey, content: object) => sign(key, { ...content, jti: randomUUID() })
const now = () => Math.floor(Date.now() / 1_000)

const metadataOf = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  authorization_response_iss_parameter_supported: true,
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
