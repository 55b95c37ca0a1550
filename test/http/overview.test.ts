/** `GET /overview`: what each caller sees of it, what it says is not there, and that no provider is called for it. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Overview } from '../../src/contract/overview/overview.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { ask } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

const EVERYTHING = [...PERMISSIONS]
let world: World

beforeAll(async () => {
  const each = PERMISSIONS.map((one) => ({ scope: one, grants: [one] }))
  const grants = ['clients:read', 'history:read']
  world = await startWorld({
    permissions: [
      ...each,
      { scope: 'local', grants: [...grants, 'metrics:read'], providers: ['local'] },
      { scope: 'ids', grants, only: { clients: ['exampleClientId'] } },
      { scope: 'names', grants, only: { names: [{ pattern: '**' }] } },
    ] as never,
  })
  for (const id of ['one', 'two']) {
    world.auth0.put({ ...fullAuth0Client, client_aliases: [], client_id: id, name: id })
  }
  while (await world.clientry.refresh());
  const lease = { field: 'callbacks', value: 'https://pr-1.preview.example/cb', owner: 'pr-1' }
  for (const id of ['exampleClientId', 'one']) {
    const { status, text } = await ask(world, 'PUT', `/clients/${id}/leases`, {
      ...{ scopes: EVERYTHING, body: { ...lease, ttlSeconds: 3_600 } },
    })
    expect(status, text).toBe(200)
  }
})
afterAll(() => world.close())

async function overviewFor(...scopes: readonly string[]): Promise<Overview> {
  const before = world.upstreamCalls()
  const { status, body, text } = await ask(world, 'GET', '/overview', { scopes })
  expect(status, text).toBe(200)
  expect(world.upstreamCalls()).toBe(before)
  return body as unknown as Overview
}
const counted = ({ places }: Overview) =>
  Object.fromEntries(places.map(({ provider, clients }) => [provider, clients]))

describe('GET /overview', () => {
  it('shows everything to who may see everything', async () => {
    const overview = await overviewFor(...EVERYTHING)
    expect(counted(overview)).toEqual({ auth0: 3, 'cognito-client': 1, local: 1 })
    expect(overview.places.map(({ userPoolId }) => userPoolId)).toEqual([
      undefined,
      POOL_ID,
      undefined,
    ])
    for (const { complete, verifiedAt, checked, clients } of overview.places) {
      expect([complete, checked]).toEqual([true, clients])
      expect(Date.parse(verifiedAt ?? '')).toBeLessThanOrEqual(Date.now())
    }
    expect(overview.rules.length).toBeGreaterThan(0)
    expect(overview.rules.every(({ says }) => says !== '')).toBe(true)
    expect(overview.changes.map(({ provider, open }) => [provider, open])).toEqual([
      ['auth0', 0],
      ['cognito-client', 0],
      ['local', 0],
    ])
    expect(overview.endings.items.map(({ client }) => client.id).sort()).toEqual([
      'exampleClientId',
      'one',
    ])
    expect(overview.endings.isCut).toBe(false)
    const paced = new Set(overview.pace.map(({ provider }) => provider))
    expect([...paced].sort()).toEqual(['auth0', 'cognito-client'])
    for (const { left = 0, burst = 0 } of overview.pace) expect(left).toBeLessThanOrEqual(burst)
    expect(overview.absent).toEqual([])
  })

  it('leaves out what the caller may not see, and says which permission it takes', async () => {
    const overview = await overviewFor('clients:read')
    expect(Object.keys(counted(overview))).toHaveLength(3)
    expect([overview.changes, overview.pace]).toEqual([[], []])
    const providers = ['auth0', 'cognito-client', 'local']
    expect(overview.absent).toEqual([
      ...providers.map((provider) => {
        return { part: 'changes', provider, reason: 'permission', permission: 'history:read' }
      }),
      ...providers.map((provider) => {
        return { part: 'pace', provider, reason: 'permission', permission: 'metrics:read' }
      }),
    ])
  })

  it('has nothing of providers with which the caller may do nothing', async () => {
    const overview = await overviewFor('local')
    expect(counted(overview)).toEqual({ local: 1 })
    expect(overview.absent).toEqual([])
    expect(JSON.stringify(overview)).not.toMatch(/auth0|cognito/)
  })

  it('counts the clients within a limited grant and no others, and no pace of all', async () => {
    const overview = await overviewFor('ids')
    expect(counted(overview)).toEqual({ auth0: 1, 'cognito-client': 1, local: 1 })
    for (const place of overview.places) expect(place).toMatchObject({ atLeast: true })
    expect(overview.places.every(({ verifiedAt }) => verifiedAt === null)).toBe(true)
    expect(overview.endings.items.map(({ client }) => client.id)).toEqual(['exampleClientId'])
    expect(overview.endings.isCut).toBe(true)
    expect(overview.pace).toEqual([])
    expect(JSON.stringify(overview)).not.toContain('"one"')
  })

  it('says where it takes the provider to know who a client is', async () => {
    const { places, changes, endings, absent } = await overviewFor('names')
    expect([places, changes, endings.items]).toEqual([[], [], []])
    const limited = absent.filter(({ reason }) => reason === 'limit')
    expect(limited.map(({ part, provider }) => `${part} ${provider}`)).toEqual([
      ...['clients auth0', 'clients cognito-client', 'clients local'],
      ...['changes auth0', 'changes cognito-client', 'changes local'],
    ])
  })

  it('is refused to who may read no client', async () => {
    const { status, body } = await ask(world, 'GET', '/overview', { scopes: ['history:read'] })
    expect([status, body.code]).toEqual([403, 'insufficient_scope'])
  })
})
