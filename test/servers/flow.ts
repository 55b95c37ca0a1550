/** The authorization code flow of a real relying party (openid-client) at a real server. */

import * as openid from 'openid-client'
import { ask, type Routes, type Visitor, visit } from './browser.ts'

/** What a relying party and its user need at one server. */
export interface Flow extends Visitor {
  readonly issuer: string
  /** What the server wants to read in an assertion, where that is not its issuer. */
  readonly audience?: string
}

export interface Party {
  readonly id: string
  readonly secret?: string | undefined
  /** What it authenticates with where it has no secret. */
  readonly key?: openid.PrivateKey
}

export type Login = 'accepted' | 'refused'

/** Logs a user in at a redirect URI, up to the tokens, or shows that the server refuses that URI. */
export async function logIn(flow: Flow, party: Party, redirect: string): Promise<Login> {
  const { id, secret } = party
  const configuration = await openid.discovery(
    new URL(flow.issuer),
    id,
    secret,
    authentication(party, flow),
    { execute: [openid.allowInsecureRequests], [openid.customFetch]: fetchBy(flow.routes) },
  )
  configuration[openid.customFetch] = fetchBy(flow.routes)
  const [verifier, state, nonce] = [
    openid.randomPKCECodeVerifier(),
    openid.randomState(),
    openid.randomNonce(),
  ]
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirect,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const end = await visit(url, new URL(redirect), flow)
  if ('page' in end) {
    const { page } = end
    if (page.status >= 400 || page.url.searchParams.has('error')) return 'refused'
    throw new Error(`A page that says nothing: ${page.status} ${page.url.href} ${page.text}`)
  }
  const tokens = await openid.authorizationCodeGrant(configuration, end.sentBack, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  if (tokens.claims()?.sub === undefined) throw new Error('The ID token names no one.')
  return 'accepted'
}

function authentication({ secret, key }: Party, { audience }: Flow): openid.ClientAuth {
  if (key !== undefined) {
    return openid.PrivateKeyJwt(key, {
      [openid.modifyAssertion]: (_, claims) => {
        if (audience !== undefined) claims.aud = audience
      },
    })
  }
  return secret === undefined ? openid.None() : openid.ClientSecretBasic(secret)
}

/** The calls of the relying party take the same ways as those of the browser. */
function fetchBy(routes: Routes): openid.CustomFetch {
  return async (url, { method, headers, body }) => {
    const { status, text } = await ask(new URL(url), routes, {
      method,
      headers: { ...headers, connection: 'close' },
      ...(body === undefined || body === null ? {} : { body: String(body) }),
    })
    return new Response(text === '' ? null : text, {
      status,
      headers: { 'content-type': 'application/json' },
    })
  }
}
