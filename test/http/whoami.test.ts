/** Who calls, what they may do, and where tokens come from: RFC 9728, and nothing that a refusal would not say. */

import { expect } from 'vitest'
import type { Provider, ProviderList } from '../../src/contract/providers.ts'
import type { Caller, ResourceMetadata } from '../../src/contract/server.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { acceptedIssuers } from '../../src/program/accepted-issuers.ts'
import { startWorld, type World } from '../contract/world.ts'
import { onShared } from '../fixtures/opened.ts'

const ROWS = [
  { scope: 'read', grants: ['clients:read', 'history:read'] },
  { scope: 'local-admin', grants: PERMISSIONS, providers: ['local'] },
  { claims: { groups: 'ops', team: 'shop' }, grants: ['clients:read'], providers: ['local'] },
  { scope: 'team', grants: ['clients:read', 'clients:write'], only: { teams: ['shop'] } },
]

let world: World
const it = onShared(
  () => startWorld({ permissions: ROWS as never }),
  (opened) => {
    world = opened
  },
)

async function get<T>(
  path: string,
  scopes?: readonly string[],
  { host = 'api.example.com', claims = {} }: { host?: string; claims?: JsonObject } = {},
) {
  const { status, body } = await world.clientry.app({
    method: 'GET',
    path,
    query: '',
    headers: {
      host: [host],
      ...(scopes === undefined
        ? {}
        : { authorization: [`Bearer ${await world.token(scopes, claims)}`] }),
    },
    body: undefined,
    deadline: Date.now() + 5_000,
  })
  return { status, body: JSON.parse(body) as T }
}

it('shows the permissions of a caller at each provider, and the scopes that grant the rest', async () => {
  const { status, body } = await get<Caller>('/whoami', ['read'])
  expect(status).toBe(200)
  expect(body).toMatchObject({ scopes: ['read'], issuer: expect.stringMatching(/^https:/) })
  expect(Date.parse(body.expiresAt ?? '')).toBeGreaterThan(Date.now())
  const at = (provider: string) => body.providers.find((one) => one.provider === provider)
  expect(at('auth0')?.permissions).toEqual(['clients:read', 'history:read'])
  const missing = (provider: string) =>
    at(provider)?.missing.find(({ permission }) => permission === 'clients:write')
  expect(missing('auth0')).toEqual({ permission: 'clients:write', scopes: ['team'] })
  expect(missing('local')).toEqual({
    permission: 'clients:write',
    scopes: ['local-admin', 'team'],
  })
})

it('shows the claims that rows go by, of those that the token has, and nothing for them alone', async () => {
  const groups = ['staff', 'ops']
  const some = await get<Caller>('/whoami', [], { claims: { groups, office: 'Bonn' } })
  expect(some.body).toMatchObject({ claims: { groups }, providers: [] })
  const all = await get<Caller>('/whoami', [], { claims: { groups, team: 'shop' } })
  expect(all.body.claims).toEqual({ groups, team: ['shop'] })
  expect(all.body.providers.map(({ provider, permissions }) => [provider, permissions])).toEqual([
    ['local', ['clients:read']],
  ])
  expect((await get<Caller>('/whoami', [])).body.claims).toBeUndefined()
})

it('names no provider to a caller who may do nothing there', async () => {
  expect((await get<Caller>('/whoami', [])).body.providers).toEqual([])
  const { body } = await get<Caller>('/whoami', ['local-admin'])
  expect(body.providers).toEqual([{ provider: 'local', permissions: PERMISSIONS, missing: [] }])
})

it('shows limits at each provider, also beside what the provider can hold', async () => {
  const limited = [{ permissions: ['clients:read', 'clients:write'], only: { teams: ['shop'] } }]
  const { body } = await get<Caller>('/whoami', ['team', 'read'])
  expect(body.providers.map(({ provider }) => provider)).toEqual([
    'auth0',
    'cognito-client',
    'local',
  ])
  const rights = { permissions: ['clients:read', 'history:read'], limited }
  for (const one of body.providers) expect(one).toMatchObject(rights)
  const { body: list } = await get<ProviderList>('/providers', ['team', 'read'])
  expect(list.providers.map(({ caller }) => caller)).toEqual([rights, rights, rights])
  for (const { provider } of body.providers) {
    const one = await get<Provider>(`/providers/${provider}`, ['team'])
    expect(one.body.caller).toEqual({ permissions: [], limited })
  }
})

it('says without a token which issuers and scopes it takes, and no provider', async () => {
  const path = '/.well-known/oauth-protected-resource'
  const { status, body } = await get<ResourceMetadata>(path)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    resource: 'https://api.example.com',
    scopes_supported: ['read', 'local-admin', 'team'],
    bearer_methods_supported: ['header'],
  })
  const [own] = body.clientry_issuers
  expect(body.authorization_servers).toEqual([own?.issuer])
  expect(own?.audience).toHaveLength(1)
  expect(JSON.stringify(body)).not.toContain('auth0')
  const here = await get<ResourceMetadata>(path, undefined, { host: 'localhost:8787' })
  expect(here.body.resource).toBe('http://localhost:8787')
})

it('spells scopes as the issuer takes them, each issuer its own', () => {
  const [pool, other] = ['https://pool.example', 'https://other.example']
  const issuers = [
    { issuer: pool, clientIds: ['a'], scopePrefix: 'clientry' },
    { issuer: other, audience: ['api'] },
  ]
  const permissions = [
    { scope: 'read', issuer: 'any', grants: [] },
    { scope: 'clientry/write', issuer: pool, grants: [] },
    { scope: 'read', issuer: other, grants: [] },
    { claims: { sub: ['a'] }, issuer: other, grants: [] },
  ]
  expect(acceptedIssuers({ issuers, permissions })).toEqual([
    { issuer: pool, audience: [], scopes: ['clientry/read', 'clientry/write'] },
    { issuer: other, audience: ['api'], scopes: ['read'] },
  ])
  expect(acceptedIssuers({ issuers, permissions: undefined })[1]?.scopes).toEqual([])
})
