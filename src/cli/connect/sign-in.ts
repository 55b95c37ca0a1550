/**
 * Signing in through a browser: authorization code with PKCE, state and nonce (RFC 8252, RFC 7636,
 * OpenID Connect Core 1.0 section 3.1), by a public client without any secret.
 */

import * as openid from 'openid-client'
import { UsageError } from '../exit.ts'
import { listenOnLoopback } from './loopback.ts'
import type { SignIn, Tokens } from './profiles.ts'
import { isLoopback } from './url.ts'

/** Shows the user the address to sign in at. */
export type Show = (address: string) => void

/**
 * Signs the user in.
 * @throws UsageError (exit `auth`) if the issuer or the user refuses
 */
export async function signIn(request: SignIn, show: Show): Promise<Tokens> {
  const party = await relyingParty(request)
  const state = openid.randomState()
  const nonce = openid.randomNonce()
  const verifier = openid.randomPKCECodeVerifier()
  const loopback = await listenOnLoopback(state)
  try {
    const address = openid.buildAuthorizationUrl(party, {
      redirect_uri: loopback.redirectUri,
      scope: request.scope,
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...forAudience(request),
    })
    show(address.href)
    const arrival = await loopback.arrival
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    }
    return tokensOf(
      await openid.authorizationCodeGrant(party, arrival, checks, forAudience(request)),
    )
  } catch (error) {
    throw refused(error)
  } finally {
    loopback.close()
  }
}

/**
 * New tokens for old ones (RFC 6749 section 6).
 * @throws UsageError (exit `auth`)
 */
export async function renewed(request: SignIn, refreshToken: string): Promise<Tokens> {
  const party = await relyingParty(request)
  try {
    const response = await openid.refreshTokenGrant(party, refreshToken, forAudience(request))
    // An issuer that does not rotate refresh tokens does not send one again.
    return { refreshToken, ...tokensOf(response) }
  } catch (error) {
    throw refused(error)
  }
}

/**
 * Most issuers call it `resource` (RFC 8707), Auth0 calls it `audience`; each ignores the other
 * name.
 */
function forAudience({ audience }: SignIn): Record<string, string> {
  return audience === undefined ? {} : { audience, resource: audience }
}

async function relyingParty({ issuer, clientId }: SignIn): Promise<openid.Configuration> {
  const url = new URL(issuer)
  const execute = isLoopback(issuer) ? [openid.allowInsecureRequests] : []
  try {
    return await openid.discovery(url, clientId, undefined, openid.None(), { execute })
  } catch (error) {
    const says = error instanceof Error ? error.message : 'unknown error'
    throw new UsageError(`The issuer ${issuer} cannot be reached: ${says}.`, 'unavailable')
  }
}

function tokensOf(response: openid.TokenEndpointResponse): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = response
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(seconds === undefined ? {} : { expiresAt: Date.now() + seconds * 1_000 }),
  }
}

function refused(error: unknown): UsageError {
  const { error_description: description, error: code } = error as Readonly<Record<string, unknown>>
  const [why] = [description, code].filter((one) => typeof one === 'string')
  const says = why ?? (error instanceof Error ? error.message : 'unknown error')
  return new UsageError(`Signing in failed: ${says}`, 'auth')
}
