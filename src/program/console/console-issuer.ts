/**
 * Signing people in to the console: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 section 3.1, RFC 7636), by a
 * client of this server's own at the issuer. Tokens come to this process and go no further.
 */

import * as openid from 'openid-client'
import type { ConsoleConfig } from '../../config/console/config-console.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import type { HttpSettings } from '../../http/exchange.ts'
import type { ConsoleIssuer, SignedIn } from '../../http/session/console-settings.ts'
import { LONGEST_MS } from '../../http/session/stored-session.ts'
import { exchange } from '../../net/exchange.ts'

/** One call to the issuer (milliseconds). */
const TIMEOUT_MS = 8_000

/** The issuer of a configuration; nothing is fetched before the first sign-in. */
export function createConsoleIssuer(
  config: ConsoleConfig,
  accepted: HttpSettings['issuers'][number],
): ConsoleIssuer {
  const { url, clientId, clientSecret } = config
  const [audience] = accepted.audience
  // Most issuers call it `resource` (RFC 8707), Auth0 calls it `audience`; each ignores the other name.
  const forAudience: Record<string, string> =
    audience === undefined ? {} : { audience, resource: audience }
  const scope = config.scope ?? ['openid', 'offline_access', ...accepted.scopes].join(' ')
  let known: openid.Configuration | undefined

  async function party(): Promise<openid.Configuration> {
    const isPlain = config.issuer.startsWith('http:')
    known ??= await openid.discovery(
      new URL(config.issuer),
      clientId,
      undefined,
      clientSecret === undefined ? openid.None() : openid.ClientSecretPost(clientSecret.reveal()),
      {
        [openid.customFetch]: fetchByExchange,
        execute: isPlain ? [openid.allowInsecureRequests] : [],
      },
    )
    return known
  }

  return {
    issuer: config.issuer,
    begin: (fresh) =>
      atIssuer(config, async () => {
        const checks = {
          state: openid.randomState(),
          nonce: openid.randomNonce(),
          verifier: openid.randomPKCECodeVerifier(),
        }
        const address = openid.buildAuthorizationUrl(await party(), {
          ...forAudience,
          scope,
          redirect_uri: redirectUriOf(url),
          state: checks.state,
          nonce: checks.nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(checks.verifier),
          code_challenge_method: 'S256',
          // OpenID Connect Core 1.0 section 2: with max_age the ID token has auth_time.
          max_age: fresh ? '0' : String(LONGEST_MS / 1_000),
          ...(fresh ? { prompt: 'login' } : {}),
        })
        return { url: address.href, checks }
      }),
    finish: (query, { state, nonce, verifier }) =>
      atIssuer(config, async () => {
        const arrival = new URL(`${redirectUriOf(url)}?${query}`)
        const expected = {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        }
        return signedIn(
          await openid.authorizationCodeGrant(await party(), arrival, expected, forAudience),
        )
      }),
    renew: (refreshToken) =>
      atIssuer(config, async () =>
        signedIn(await openid.refreshTokenGrant(await party(), refreshToken, forAudience)),
      ),
    revoke: async (refreshToken) => {
      try {
        await openid.tokenRevocation(await party(), refreshToken)
      } catch {
        // Not every issuer takes tokens back. This one ends by itself, and no one has it any more.
      }
    },
  }
}

/** Where the issuer sends the browser, as it has to be registered there. */
export const redirectUriOf = (url: string): string => `${url}/session/callback`

function signedIn(
  response: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers,
): SignedIn {
  const { access_token: accessToken, refresh_token: refreshToken } = response
  const { auth_time: seconds } = response.claims() ?? {}
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(typeof seconds === 'number' ? { authenticatedAt: seconds * 1_000 } : {}),
  }
}

/** Every failure as a sentence: a refusal in the words of the issuer, which hold no secret of ours (RFC 6749 section 5.2). */
async function atIssuer<T>({ issuer }: ConsoleConfig, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    if (isClientError(cause)) throw cause
    const { error, error_description: description } = cause as Readonly<Record<string, unknown>>
    const why = [error, description].filter((one) => typeof one === 'string').join(': ')
    if (why !== '') {
      throw new ClientError('unauthenticated', `The issuer refused the sign-in: ${why}`, { cause })
    }
    const says = cause instanceof Error ? cause.message : 'unknown error'
    throw new ClientError(
      'issuer_unavailable',
      `The issuer ${issuer} gave no usable answer: ${says}.`,
      { cause, retryAfter: 5 },
    )
  }
}

/** What the library sends goes out as everything else does: with a time limit, a size limit and no redirects. */
const fetchByExchange: openid.CustomFetch = async (url, { method, headers, body }) => {
  const text = body === undefined || body === null ? {} : { body: String(body) }
  const request = { method, url, headers, ...text }
  const answer = await exchange(request, TIMEOUT_MS, { sent: false })
  const { 'content-type': type = 'application/json' } = answer.headers
  return new Response(answer.status === 204 ? null : answer.text, {
    status: answer.status,
    headers: { 'content-type': type },
  })
}
