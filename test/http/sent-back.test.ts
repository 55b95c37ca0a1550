/**
 * What a client holds already is no reason to refuse a change: a list with a value of former days that is
 * sent again, and a whole client that was read a while ago.
 */

import { beforeEach, describe, expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { ask, type Sent } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { onShared } from '../fixtures/opened.ts'

const ID = 'legacyClientId'
const POOL = 'us-east-1_1234test'
/** A host with capitals, which providers take: refused for any client that does not hold it. */
const LEGACY = 'https://OLD.example.com/cb'
const GOOD = 'https://app.example.com/cb'
const OTHER = 'https://app.example.com/other'

let world: World
const it = onShared(startWorld, (opened) => {
  world = opened
})
beforeEach(async () => {
  world.auth0.put({
    client_id: ID,
    name: 'Legacy',
    app_type: 'regular_web',
    callbacks: [LEGACY, GOOD],
    logo_uri: 'http://old.example.com/logo.png',
    created_at: '2020-01-01T00:00:00.000Z',
    updated_at: '2026-10-01T00:00:00.000Z',
  })
  world.cognito.put(POOL, {
    UserPoolId: POOL,
    ClientId: ID,
    ClientName: 'Legacy',
    CreationDate: 1_577_836_800,
    LastModifiedDate: 1_790_000_000,
    RefreshTokenValidity: 30,
    CallbackURLs: [GOOD, LEGACY],
    SupportedIdentityProviders: ['COGNITO'],
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid'],
    AllowedOAuthFlowsUserPoolClient: true,
  })
  await putLocalClient(world.documents, {
    client_id: ID,
    client_id_issued_at: 1_577_836_800,
    updated_at: 1_790_000_000,
    client_secret: 'local-secret-local-secret-local-secret-0123456789',
    client_name: 'Legacy',
    redirect_uris: [LEGACY, GOOD],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    application_type: 'web',
  })
})

describe.each<[string, JsonObject]>([
  ['auth0', { provider: 'auth0' }],
  ['cognito', { provider: 'cognito-client', userPoolId: POOL }],
  ['local', { provider: 'local' }],
])('at %s', (_, address) => {
  const send = (method: string, body?: Sent['body'], type = 'application/json') =>
    ask(world, method, `/clients/${ID}`, {
      query: address,
      body,
      headers: { 'content-type': type },
    })
  const patch = (client: JsonObject) => send('PATCH', { ...address, client })
  const sorted = (list: Json | undefined) => [...(list as string[])].sort()

  it('takes the same list with a value of former days in it, and writes nothing', async () => {
    const { body } = await send('GET')
    const writes = world.upstreamWrites()
    const answer = await patch({ callbacks: body.callbacks as Json })
    expect(answer).toMatchObject({ status: 200, body: { callbacks: body.callbacks } })
    expect(world.upstreamWrites()).toBe(writes)
  })

  it.each<[string, Sent['body'], string]>([
    ['a merge patch', { client: { callbacks: [LEGACY, GOOD, OTHER] } }, 'application/json'],
    ['what to add', { client: { callbacks: { add: [LEGACY, OTHER] } } }, 'application/json'],
    [
      'a JSON Patch',
      [{ op: 'add', path: '/callbacks/-', value: OTHER }],
      'application/json-patch+json',
    ],
    [
      'a form',
      Buffer.from(
        new URLSearchParams(
          [LEGACY, GOOD, OTHER].map((url): [string, string] => ['client[callbacks][]', url]),
        ).toString(),
      ),
      'application/x-www-form-urlencoded',
    ],
  ])('takes it with another value beside it, as %s', async (_way, body, type) => {
    const answer = await send('PATCH', body, type)
    expect(answer.status).toBe(200)
    expect(sorted(answer.body.callbacks)).toEqual([OTHER, GOOD, LEGACY].sort())
  })

  it('refuses another such value beside it', async () => {
    const answer = await patch({ callbacks: [LEGACY, 'https://OLDER.example.com/cb'] })
    expect(answer).toMatchObject({ status: 400, body: { field: 'client.callbacks[1]' } })
  })

  it('takes a whole client that was read before its last change and while it had leases', async () => {
    const { body } = await send('GET')
    const before = {
      ...body,
      updatedAt: '2026-01-01T00:00:00.000Z',
      createdAt: '2019-12-31T00:00:00.000Z',
      leases: [
        { field: 'callbacks', value: OTHER, owner: 'pr-7', expiresAt: '2026-01-02T00:00:00.000Z' },
      ],
    }
    const same = await patch(before)
    expect(same).toMatchObject({ status: 200, body: { updatedAt: body.updatedAt } })
    const renamed = await patch({ ...before, name: 'Renamed' })
    expect(renamed).toMatchObject({
      status: 200,
      body: { name: 'Renamed', createdAt: body.createdAt },
    })
    expect(sorted(renamed.body.callbacks)).toEqual([GOOD, LEGACY].sort())
    expect(renamed.body.leases).toBeUndefined()
  })

  it('refuses times and leases by themselves, and what is no time in a whole client', async () => {
    const { body } = await send('GET')
    const code = {
      status: 400,
      body: { code: expect.stringMatching(/^(read_only|unsupported)_field$/) },
    }
    expect(await patch({ createdAt: '2019-12-31T00:00:00.000Z' })).toMatchObject(code)
    expect(await patch({ leases: [{}] })).toMatchObject(code)
    expect(await patch({ ...body, protected: true })).toMatchObject(code)
    expect(await patch({ ...body, id: 'another' })).toMatchObject(code)
  })
})
