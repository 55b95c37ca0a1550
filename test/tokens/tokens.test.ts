/** Tokens that a program gets by itself: a real issuer gives them, and the server's own verifier accepts them. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createVerifier } from '../../src/http/auth/verify.ts'
import {
  type ClientCredentials,
  clientCredentials,
  type DeviceCode,
  deviceToken,
  githubToken,
} from '../../src/tokens/index.ts'
import { onShared } from '../fixtures/opened.ts'
import { AUDIENCE, type OidcIssuer, SECRET, startGithub, startOidcIssuer } from './issuer.ts'

let issuer: OidcIssuer
const it = onShared(startOidcIssuer, (opened) => {
  issuer = opened
})

const requestOf = (more: Partial<ClientCredentials>): ClientCredentials => ({
  issuer: issuer.url,
  clientId: 'in-header',
  audience: AUDIENCE,
  scope: 'clients:read',
  ...more,
})

/** The caller, as a server sees it that accepts this issuer. */
function callerOf(token: string) {
  const verify = createVerifier({
    issuers: [{ issuer: issuer.url, audience: [AUDIENCE] }],
    fetchDocument: async (url) => {
      const answer = await fetch(url)
      return { status: answer.status, text: await answer.text() }
    },
    now: Date.now,
  })
  return verify(token, Date.now() + 5_000)
}

describe('client credentials', () => {
  it.each<[string, () => Partial<ClientCredentials>]>([
    ['a secret in the header', () => ({ clientSecret: SECRET })],
    [
      'a secret in the body',
      () => ({ clientId: 'in-body', clientSecret: SECRET, secretIn: 'body' as const }),
    ],
    ['an RSA key', () => ({ clientId: 'by-key', privateKey: issuer.keys.RS256 ?? '' })],
    [
      'an EC key by its id',
      () => ({ clientId: 'by-key', privateKey: issuer.keys.ES256 ?? '', keyId: 'ES256' }),
    ],
    ['an Ed25519 key', () => ({ clientId: 'by-key', privateKey: issuer.keys.EdDSA ?? '' })],
  ])('give a token that a server accepts, by %s', async (_, way) => {
    const request = requestOf(way())
    const caller = await callerOf(await clientCredentials(request)())
    expect(caller).toMatchObject({ clientId: request.clientId, issuer: issuer.url })
    expect([...caller.scopes]).toEqual(['clients:read'])
  })

  it('are asked for once by many callers, and not again while the token serves', async () => {
    const before = issuer.given()
    const token = clientCredentials(requestOf({ clientSecret: SECRET }))
    const tokens = await Promise.all([token(), token(), token()])
    expect(new Set([...tokens, await token()]).size).toBe(1)
    expect(issuer.given()).toBe(before + 1)
  })

  it('are asked for again before the token ends', async () => {
    const brief = await startOidcIssuer({ lifetime: 30 })
    try {
      const token = clientCredentials(requestOf({ issuer: brief.url, clientSecret: SECRET }))
      expect(await token()).not.toBe(await token())
      expect(brief.given()).toBe(2)
    } finally {
      await brief.close()
    }
  })

  it.each<[string, Partial<ClientCredentials>, string, RegExp]>([
    ['a wrong secret', { clientSecret: 'wrong-secret' }, 'unauthenticated', /^Signing in failed: /],
    ['no proof', {}, 'invalid_request', /either a client secret or a private key/],
    ['two proofs', { clientSecret: 'x', privateKey: 'y' }, 'invalid_request', /either/],
    ['a key that is none', { privateKey: 'no-key-at-all' }, 'invalid_request', /PKCS #8/],
    [
      'an issuer that is not there',
      { issuer: 'http://127.0.0.1:1', clientSecret: SECRET },
      'unreachable',
      /^The issuer http:..127.0.0.1:1 cannot be reached/,
    ],
  ])('say what is wrong with %s, and none of it', async (_, more, code, says) => {
    const error = await clientCredentials(requestOf(more))().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) })
    for (const secret of ['wrong-secret', 'no-key-at-all', SECRET]) {
      expect(String(error)).not.toContain(secret)
    }
  })
})

describe('a device', () => {
  it('gets a token once its user has agreed elsewhere', async () => {
    const request = { issuer: issuer.url, clientId: 'device', audience: AUDIENCE }
    const shown: DeviceCode[] = []
    const token = deviceToken(
      { ...request, scope: 'openid offline_access clients:read' },
      (code) => {
        shown.push(code)
        issuer.approve(code.code)
      },
    )
    const caller = await callerOf(await token())
    expect(caller).toMatchObject({ subject: 'alice', clientId: 'device' })
    expect(shown).toMatchObject([{ address: `${issuer.url}/device` }])
  })
})

describe('a job of GitHub', () => {
  const claims = (aud: string): JsonObject => ({ aud, exp: Math.floor(Date.now() / 1_000) + 300 })
  const unsigned = (content: JsonObject) =>
    ['{}', JSON.stringify(content), 'x']
      .map((one) => Buffer.from(one).toString('base64url'))
      .join('.')

  it('gets a token for its audience, and keeps it', async () => {
    const github = await startGithub(async (audience) => unsigned(claims(audience)))
    try {
      const token = githubToken({ audience: AUDIENCE, environment: github.environment })
      const [, content = ''] = (await token()).split('.')
      expect(JSON.parse(Buffer.from(content, 'base64url').toString()).aud).toBe(AUDIENCE)
      await token()
      expect(github.asked).toEqual([{ authorization: 'Bearer request-token', audience: AUDIENCE }])
    } finally {
      await github.close()
    }
  })

  it('has none without its permission, or where GitHub gives none', async () => {
    const github = await startGithub(async () => 'x')
    const { environment } = github
    const refusal = (more: Readonly<Record<string, string>>, expected: RegExp) =>
      expect(
        githubToken({ audience: AUDIENCE, environment: { ...environment, ...more } })(),
      ).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(expected),
      })
    try {
      await refusal({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }, /permissions: id-token: write/)
      await refusal(
        { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://evil.example/' },
        /must be an https URL/,
      )
      await refusal({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'other' }, /gave no token \(status 401\)/)
      github.answer(503)
      await refusal({}, /gave no token \(status 503\)/)
    } finally {
      await github.close()
    }
  })
})
