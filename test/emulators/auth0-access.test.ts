/** Tokens and scopes of the Auth0 emulator: who may read and write what, as strict as Auth0. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { auth0Caller, requestToken, send } from './auth0-caller.ts'

const RECORD = {
  client_id: 'c1',
  name: 'One',
  app_type: 'spa',
  callbacks: [],
  client_secret: 's1',
  signing_keys: [{ cert: 'c', key: 'private' }],
}

const READER = { clientId: 'reader', clientSecret: 'r', scopes: ['read:clients'] }
const WRITER = { clientId: 'writer', clientSecret: 'w', scopes: ['read:clients', 'update:clients'] }
const GLANCER = { clientId: 'glancer', clientSecret: 'g', scopes: ['read:client_summary'] }
const NOBODY = { clientId: 'nobody', clientSecret: 'n', scopes: [] }

let emulator: Auth0Emulator
let time: number

beforeEach(async () => {
  time = 1_700_000_000_000
  emulator = await startAuth0Emulator({
    clients: [RECORD],
    connections: [{ id: 'con_1', name: 'db', strategy: 'auth0' }],
    credentials: [DEFAULT_CREDENTIAL, READER, WRITER, GLANCER, NOBODY],
    audiences: ['https://tenant.example/api/v2/'],
    now: () => time,
  })
})

afterEach(() => emulator.close())

describe('a token', () => {
  it('is given for a day to who knows the secret', async () => {
    const answer = await requestToken(emulator, { client_id: 'reader', client_secret: 'r' })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      expires_in: 86_400,
      token_type: 'Bearer',
      scope: 'read:clients',
    })
  })

  it('is refused for a wrong secret and for an unknown audience', async () => {
    const wrong = await requestToken(emulator, { client_id: 'reader', client_secret: 'x' })
    expect(wrong.status).toBe(401)
    expect(wrong.body).toEqual({ error: 'access_denied', error_description: 'Unauthorized' })
    const own = { client_id: 'reader', client_secret: 'r' }
    const audience = 'https://tenant.example/api/v2/'
    expect((await requestToken(emulator, { ...own, audience })).status).toBe(200)
    expect((await requestToken(emulator, { ...own, audience: 'urn:other' })).status).toBe(403)
  })

  it('is asked for as a form, too', async () => {
    const response = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'reader',
        client_secret: 'r',
        audience: `${emulator.url}/api/v2/`,
      }),
    })
    expect(response.status).toBe(200)
  })

  it('opens nothing when it is absent, invented or expired', async () => {
    const none = await fetch(`${emulator.url}/api/v2/clients`)
    expect(none.status).toBe(401)
    const invented = await send(emulator, 'a.b.c', 'GET /clients')
    expect(invented.body).toEqual({
      statusCode: 401,
      error: 'Unauthorized',
      message: 'Invalid token',
    })
    const call = await auth0Caller(emulator, READER)
    time += 86_400_000
    expect((await call('GET /clients')).status).toBe(401)
  })
})

describe('scopes', () => {
  it('are named when they do not suffice', async () => {
    const { status, body } = await (await auth0Caller(emulator, READER))('DELETE /clients/c1')
    expect(status).toBe(403)
    expect(body.errorCode).toBe('insufficient_scope')
    expect(body.message).toBe('Insufficient scope, expected any of: delete:clients')
    expect((await (await auth0Caller(emulator, NOBODY))('GET /clients')).status).toBe(403)
  })

  it('hide the secret silently, and say so when it is named', async () => {
    const call = await auth0Caller(emulator, READER)
    const { body } = await call('GET /clients/c1')
    expect(Object.keys(body).sort()).toEqual(['app_type', 'callbacks', 'client_id', 'name'])
    const named = await call('GET /clients/c1?fields=client_secret,name')
    expect(named.status).toBe(403)
    expect(named.body.message).toBe('You cannot read the following fields: client_secret')
  })

  it('show a summary to who may see no more', async () => {
    const call = await auth0Caller(emulator, GLANCER)
    const { body } = await call('GET /clients/c1')
    expect(body).toEqual({ client_id: 'c1', name: 'One', app_type: 'spa' })
  })

  it('guard the secret against writers of settings', async () => {
    const call = await auth0Caller(emulator, WRITER)
    expect((await call('PATCH /clients/c1', { client_secret: 'mine' })).status).toBe(403)
    expect((await call('PATCH /clients/c1', { name: 'Two' })).status).toBe(200)
    expect(emulator.client('c1')).toEqual({ ...RECORD, name: 'Two' })
  })

  it('for connections of a client are two', async () => {
    const call = await auth0Caller(emulator, READER)
    const { status, body } = await call('GET /clients/c1/connections')
    expect(status).toBe(403)
    expect(body.message).toBe('Insufficient scope, expected any of: read:connections')
  })
})

describe('the rate limit', () => {
  it('is stated in every answer, refuses with 429 and refills with time', async () => {
    const limited = await startAuth0Emulator({
      clients: [RECORD],
      limits: { burst: 2, perSecond: 1 },
      now: () => time,
    })
    const call = await auth0Caller(limited, DEFAULT_CREDENTIAL)
    const first = await call('GET /clients/c1')
    expect(first.headers.get('x-ratelimit-limit')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1')
    expect(first.headers.get('x-ratelimit-reset')).toBe('1700000001')
    expect((await call('GET /clients/none')).headers.get('x-ratelimit-remaining')).toBe('0')
    const third = await call('GET /clients/c1')
    expect(third.status).toBe(429)
    expect(third.body).toMatchObject({
      errorCode: 'too_many_requests',
      message: 'Global limit has been reached',
    })
    expect(third.headers.get('retry-after')).toBe('1')
    time += 1000
    expect((await call('GET /clients/c1')).status).toBe(200)
    await limited.close()
  })
})
