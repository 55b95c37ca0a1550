/**
 * The embedded OpenID Provider with a real relying party (openid-client) over real sockets: what is
 * changed through Clientry is in force with the next request, with one instance and with two.
 */

import { readFileSync } from 'node:fs'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createVerifier } from '../../src/http/auth/verify.ts'
import { createAdapter } from '../../src/providers/local/openid/adapter.ts'
import {
  fetchDevelopmentToken,
  putDevelopmentClient,
} from '../../src/providers/local/openid/token.ts'
import { fetchDocument } from '../http/auth/issuer.ts'
import {
  AUDIENCE,
  beginLogin,
  CALLBACK,
  createBrowser,
  exchangeCode,
  type LocalWorld,
  logIn,
  openLocalWorld,
  relyingParty,
} from './local-world.ts'

const SECRET = 'first-secret-first-secret-first-secret'
const NEW_CALLBACK = 'https://new.example.com/callback'

const web: JsonObject = {
  client_id: 'web',
  client_name: 'Web',
  client_secret: SECRET,
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope: 'openid profile offline_access clients:read',
}
const spa: JsonObject = {
  client_id: 'spa',
  client_name: 'Single page',
  token_endpoint_auth_method: 'none',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
  web_origins: ['https://app.example.com'],
}

/** RFC 6749 section 5.2: a 401 with a challenge, since the client came with a header. */
const INVALID_CLIENT = { status: 401, cause: [{ parameters: { error: 'invalid_client' } }] }

let world: LocalWorld
beforeEach(async () => {
  world = await openLocalWorld()
  await world.put(web)
  await world.put(spa)
})
afterEach(() => world.close())

const party = (secret = SECRET) => relyingParty(world.openid, 'web', secret)
const machineToken = async (secret = SECRET) =>
  openid.clientCredentialsGrant(await party(secret), { scope: 'clients:read' })

describe('callbacks', () => {
  it('work at once when they are changed, and the old one no longer does', async () => {
    const first = await logIn(await party())
    expect(first.claims()?.sub).toBe('alice')

    await world.change('web', { callbacks: [NEW_CALLBACK] })

    const second = await logIn(await party(), { callback: NEW_CALLBACK })
    expect(second.claims()?.iss).toBe(world.openid.issuer)
    const { url } = await beginLogin(await party())
    const refused = await createBrowser().visit(url)
    expect(refused).toMatchObject({ status: 400, location: undefined })
    expect(refused.text).toContain('invalid_redirect_uri')
  })

  it('work at once with another instance on the same database', async () => {
    const other = await world.another()
    const there = await relyingParty(other, 'web', SECRET)
    await logIn(there)
    await world.change('web', { callbacks: [NEW_CALLBACK] })
    await logIn(there, { callback: NEW_CALLBACK })
    const refused = await createBrowser().visit((await beginLogin(there)).url)
    expect(refused.status).toBe(400)
  })

  it('are gone for a flow that has begun', async () => {
    const login = await beginLogin(await party())
    const visit = await createBrowser().visit(login.url, async () => {
      await world.change('web', { callbacks: [NEW_CALLBACK] })
    })
    expect(visit.location).toBeUndefined()
    expect(visit.text).toContain('invalid_redirect_uri')
  })
})

describe('a client that is disabled', () => {
  const ways = {
    disabled: (on: boolean) => world.change('web', { disabled: on }),
    suspended: (on: boolean) => world.suspend('web', on),
  }
  it.each(['disabled', 'suspended'] as const)(
    '(%s) starts no flow, refreshes no token and gets none, until that ends',
    async (way) => {
      const { refresh_token: refreshToken = '' } = await logIn(await party())
      const known = await party()
      await ways[way](true)

      const { url } = await beginLogin(known)
      expect(await createBrowser().visit(url)).toMatchObject({ status: 400, location: undefined })
      await expect(openid.refreshTokenGrant(known, refreshToken)).rejects.toMatchObject(
        INVALID_CLIENT,
      )
      await expect(machineToken()).rejects.toMatchObject(INVALID_CLIENT)

      await ways[way](false)
      await logIn(known)
      expect(await openid.refreshTokenGrant(known, refreshToken)).toHaveProperty('access_token')
      expect(await machineToken()).toHaveProperty('access_token')
    },
  )

  it('cannot go on with a flow that it has begun', async () => {
    const login = await beginLogin(await party())
    const visit = await createBrowser().visit(login.url, async () => {
      await world.change('web', { disabled: true })
    })
    expect(visit.location).toBeUndefined()
    expect(visit.text).toContain('invalid_client')
  })

  it('cannot exchange a code that it has got, nor use an access token', async () => {
    const { access_token: accessToken } = await logIn(await party())
    const login = await beginLogin(await party())
    const { location } = await createBrowser().visit(login.url)
    await world.change('web', { disabled: true })
    await expect(exchangeCode(login, location)).rejects.toMatchObject(INVALID_CLIENT)
    const userinfo = openid.fetchUserInfo(login.party, accessToken, 'alice')
    await expect(userinfo).rejects.toMatchObject({ status: 401 })
  })
})

describe('a secret', () => {
  it('is accepted when it was changed, and the old one is refused', async () => {
    const secret = 'second-secret-second-secret-second'
    await machineToken()
    await world.change('web', { secret })
    await expect(machineToken()).rejects.toMatchObject(INVALID_CLIENT)
    expect(await machineToken(secret)).toHaveProperty('access_token')
  })
})

describe('a token for the API', () => {
  const verify = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(world.openid.jwksUrl)), {
      issuer: world.openid.issuer,
      audience: AUDIENCE,
      typ: 'at+jwt',
      algorithms: ['RS256'],
    })

  it('is a signed JWT with the scopes that the client lists', async () => {
    const { access_token: token } = await machineToken()
    const { payload } = await verify(token)
    expect(payload).toMatchObject({ client_id: 'web', sub: 'web', scope: 'clients:read' })
  })

  it('is refused scopes that the client does not list', async () => {
    const asked = openid.clientCredentialsGrant(await party(), { scope: 'secrets:read' })
    await expect(asked).rejects.toMatchObject({ error: 'invalid_scope' })
  })

  it('has none of the scopes of the API when the client lists none at all', async () => {
    await world.change('web', { scopes: null })
    const { access_token: token } = await openid.clientCredentialsGrant(await party(), {
      scope: 'clients:write',
    })
    expect((await verify(token)).payload.scope).toBeUndefined()
  })

  it('lives as long as the client says', async () => {
    await world.change('web', { accessTokenLifetime: 77 })
    const { payload } = await verify((await machineToken()).access_token)
    expect(Number(payload.exp) - Number(payload.iat)).toBe(77)
  })

  it('that a relying party had bound to its key is refused as a Bearer token (RFC 9449)', async () => {
    const { issuer, jwksUrl } = world.openid
    const judge = createVerifier({
      issuers: [{ issuer, jwksUrl, audience: [AUDIENCE] }],
      fetchDocument,
      now: Date.now,
    })
    const judged = (token: string) => judge(token, Date.now() + 25_000)
    const known = await party()
    const DPoP = openid.getDPoPHandle(known, await openid.randomDPoPKeyPair())
    const bound = await openid.clientCredentialsGrant(known, { scope: 'clients:read' }, { DPoP })
    expect(bound.token_type).toBe('dpop')
    await expect(judged(bound.access_token)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('bound to a key'),
    })
    expect(await judged((await machineToken()).access_token)).toMatchObject({ subject: 'web' })
  })

  it('is given to the development client, with every scope', async () => {
    const { tokenEndpoint } = world.openid
    const client = await putDevelopmentClient(world.documents, Date.now())
    const { payload } = await verify(await fetchDevelopmentToken({ tokenEndpoint, ...client }))
    expect(payload.scope).toContain('secrets:rotate')
    const wrong = fetchDevelopmentToken({ tokenEndpoint, ...client, clientSecret: SECRET })
    await expect(wrong).rejects.toMatchObject({ code: 'provider_misconfigured' })
  })

  it('comes out of a login too, when the API is asked for', async () => {
    const parameters = { resource: AUDIENCE, scope: 'openid clients:read' }
    const login = await beginLogin(await party(), { parameters })
    const { location } = await createBrowser().visit(login.url)
    const tokens = await openid.authorizationCodeGrant(
      login.party,
      location ?? login.url,
      { pkceCodeVerifier: login.verifier },
      { resource: AUDIENCE },
    )
    const { payload } = await verify(tokens.access_token)
    expect(payload).toMatchObject({ sub: 'alice', scope: 'clients:read' })
  })
})

describe('a public client', () => {
  const publicParty = () => relyingParty(world.openid, 'spa')

  it('logs in with PKCE', async () => {
    expect((await logIn(await publicParty())).claims()?.sub).toBe('alice')
  })

  it.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
  ])('is refused with %s', async (_, parameters) => {
    const { url } = await beginLogin(await publicParty(), { parameters })
    const { location } = await createBrowser().visit(url)
    expect(location?.searchParams.get('error')).toBe('invalid_request')
  })

  it('gets a new refresh token at each use, and using one twice ends the grant', async () => {
    const known = await publicParty()
    const { refresh_token: first = '' } = await logIn(known)
    const { refresh_token: second = '' } = await openid.refreshTokenGrant(known, first)
    expect(second).not.toBe(first)
    await expect(openid.refreshTokenGrant(known, first)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(openid.refreshTokenGrant(known, second)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('keeps its refresh token when rotation is off', async () => {
    await world.change('spa', { refreshTokenRotation: { enabled: false } })
    const known = await publicParty()
    const { refresh_token: first = '' } = await logIn(known)
    const { refresh_token: second } = await openid.refreshTokenGrant(known, first)
    expect(second).toBe(first)
  })

  it('may call the token endpoint from a browser at its own origins only', async () => {
    const answerTo = async (origin: string) => {
      const body = new URLSearchParams({ client_id: 'spa', grant_type: 'refresh_token' })
      const headers = { origin }
      const method = 'POST'
      const answer = await fetch(world.openid.tokenEndpoint, { method, headers, body })
      return answer.headers.get('access-control-allow-origin')
    }
    expect(await answerTo('https://app.example.com')).toBe('https://app.example.com')
    expect(await answerTo('https://evil.example.com')).toBeNull()
    await world.change('spa', { allowedOrigins: { add: ['https://new.example.com'] } })
    expect(await answerTo('https://new.example.com')).toBe('https://new.example.com')
  })
})

describe('consent', () => {
  it('is asked for by a third-party client only', async () => {
    const visit = async () => createBrowser().visit((await beginLogin(await party())).url)
    expect((await visit()).prompts).toEqual(['login'])
    await world.change('web', { firstParty: false })
    expect((await visit()).prompts).toEqual(['login', 'consent'])
    expect((await logIn(await party())).claims()?.sub).toBe('alice')
  })
})

describe('an authorization code', () => {
  it('is taken once, and its second use ends what the first one gave', async () => {
    const login = await beginLogin(await party())
    const { location } = await createBrowser().visit(login.url)
    const { access_token: accessToken } = await exchangeCode(login, location)
    await expect(exchangeCode(login, location)).rejects.toMatchObject({ error: 'invalid_grant' })
    const userinfo = openid.fetchUserInfo(login.party, accessToken, 'alice')
    await expect(userinfo).rejects.toMatchObject({ status: 401 })
  })

  it('is used up by one of two instances that both found it unused', async () => {
    const codes = createAdapter(world.documents, Date.now, false)('AuthorizationCode')
    await codes.upsert('code', { clientId: 'web' }, 60)
    expect(await codes.find('code')).toEqual({ clientId: 'web' })
    await codes.consume('code')
    await expect(codes.consume('code')).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await codes.find('code')).toHaveProperty('consumed')
  })
})

describe('the database', () => {
  const holds = (value: string) =>
    ['', '-wal'].some((end) => readFileSync(world.path + end).includes(value))

  it('holds no secret, name, code, token or cookie in the clear after a whole flow', async () => {
    await world.put({ ...web, client_name: 'Canary-name' })
    const parameters = { scope: 'openid offline_access', prompt: 'consent', state: 'canary-state' }
    const login = await beginLogin(await party(), { parameters })
    const browser = createBrowser('canary-user')
    const { location } = await browser.visit(login.url)
    const checks = { pkceCodeVerifier: login.verifier, expectedState: 'canary-state' }
    const granted = await openid.authorizationCodeGrant(login.party, location ?? login.url, checks)
    const { refresh_token: refreshToken = '' } = granted
    const renewed = await openid.refreshTokenGrant(login.party, refreshToken)
    const canaries = {
      secret: SECRET,
      name: 'Canary-name',
      state: 'canary-state',
      user: 'canary-user',
      code: location?.searchParams.get('code') ?? '',
      accessToken: granted.access_token,
      refreshToken,
      renewed: renewed.access_token,
      session: browser.cookie('_session'),
    }
    for (const [what, value] of Object.entries(canaries)) {
      expect(value, what).not.toBe('')
      expect(holds(value), what).toBe(false)
    }
    expect(holds('oidc:AccessToken')).toBe(true)
  })
})

it('keeps names out of its pages as markup', async () => {
  await world.change('web', { name: '<img src=x onerror=alert(1)>' })
  const { url } = await beginLogin(await party())
  const first = await fetch(url, { redirect: 'manual' })
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const page = await fetch(new URL(first.headers.get('location') ?? '', url), {
    headers: { cookie },
  })
  const html = await page.text()
  expect(html).toContain('&lt;img src=x')
  expect(html).not.toContain('<img')
})
