/**
 * Signing in through a browser: authorization code with PKCE, state and nonce (RFC 8252, RFC 7636,
 * OpenID Connect Core 1.0 section 3.1), by a public client without any secret.
 */

import * as openid from 'openid-client'
import type { Tokens } from './kept.ts'
import { listenOnLoopback } from './loopback.ts'
import { forAudience, partyOf, refused, tokensOf, userParametersOf } from './party.ts'
import type { TokenRequest } from './token-request.ts'

/** Shows the user the address to sign in at. */
export type ShowAddress = (address: string) => void

/**
 * Signs the user in.
 * @throws ClientryError `unauthenticated` if the issuer or the user refuses, `unreachable`
 */
export async function signInByBrowser(request: TokenRequest, show: ShowAddress): Promise<Tokens> {
  const party = await partyOf(request)
  const state = openid.randomState()
  const nonce = openid.randomNonce()
  const verifier = openid.randomPKCECodeVerifier()
  const loopback = await listenOnLoopback(state)
  try {
    const address = openid.buildAuthorizationUrl(party, {
      redirect_uri: loopback.redirectUri,
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...userParametersOf(request),
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
