/** The development server asks tokens for scopes as production does: none for a client of no one's making. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { onShared } from '../fixtures/opened.ts'
import { clientry, type DevServer, startDev } from './command-line.ts'

const INITIAL_TOKEN = 'an-initial-access-token-of-the-tests'
let dev: DevServer
const it = onShared(
  () => startDev({ CLIENTRY_DEV_INITIAL_TOKEN: INITIAL_TOKEN }),
  (opened) => {
    dev = opened
  },
)

const call = async (token: string, method: string, path: string, body?: JsonObject) => {
  const answer = await fetch(`${dev.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: (await answer.json()) as JsonObject }
}

const CLIENT = '/clients/exampleClientId?provider=local'
const change = (token: string, client: JsonObject) => call(token, 'PATCH', CLIENT, { client })
const tokenOf = async (...words: readonly string[]) =>
  (await clientry(['token', ...words], { folder: dev.folder })).out.trim()

/** A token by client credentials. */
async function tokenBy(id: unknown, secret: unknown, scope?: string): Promise<unknown> {
  const answer = await fetch(dev.address().tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    }),
  })
  return ((await answer.json()) as JsonObject).access_token
}

describe('the development server', () => {
  it('lets the token of `npm run -s token` do everything', async () => {
    const token = await tokenOf()
    expect((await call(token, 'GET', CLIENT)).json).not.toHaveProperty('secretRedacted')
    expect((await change(token, { description: 'By the whole token' })).status).toBe(200)
  })

  it('lets a token with one scope do that alone', async () => {
    const token = await tokenOf('clients:read')
    expect((await call(token, 'GET', CLIENT)).status).toBe(200)
    const { status, json } = await change(token, { description: 'By a reader' })
    expect([status, json.code]).toEqual([403, 'insufficient_scope'])
  })

  it('lets a client that registered itself do nothing', async () => {
    const registered = await fetch(`${dev.url}/oidc/reg`, {
      method: 'POST',
      headers: { authorization: `Bearer ${INITIAL_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Nobody',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      }),
    })
    expect(registered.status).toBe(201)
    const { client_id: id, client_secret: secret } = (await registered.json()) as JsonObject
    const token = await tokenBy(id, secret)
    expect(token).toEqual(expect.any(String))
    for (const [method, path] of [
      ['GET', CLIENT],
      ['GET', '/clients'],
      ['GET', '/history'],
      ['GET', '/metrics'],
      ['DELETE', CLIENT],
    ] as const) {
      expect((await call(String(token), method, path)).status, `${method} ${path}`).toBe(403)
    }
    expect((await change(String(token), { description: 'By no one' })).status).toBe(403)
    const asked = String(await tokenBy(id, secret, 'clients:write'))
    expect((await change(asked, { description: 'By no one' })).status).toBe(403)
  })
})
