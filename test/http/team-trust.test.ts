/**
 * The team of a client is what was assigned here, which no user of a provider can edit. Only where the configuration trusts
 * a provider (`team: { trust: provider }`), the metadata of a client names its team as well.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { OWN_PERMISSIONS, PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { createProviders } from '../../src/providers/configured.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const GRANTED = PERMISSIONS.filter((one) => one !== 'metrics:read')
const LOCAL = { provider: 'local' }

let world: JobWorld

beforeAll(async () => {
  const permissions = [
    ...PERMISSIONS.map((one) => ({ scope: one, grants: [one] })),
    { scope: 'team', grants: GRANTED, only: { teams: ['payments'] } },
    { scope: 'shop', grants: GRANTED, only: { names: [{ pattern: 'Shop*' }] } },
  ]
  world = await startJobWorld(0, {
    permissions: permissions as never,
    scopes: PERMISSIONS,
    providers: {
      local: { type: 'local', listLagSeconds: 0, team: { trust: 'provider' } },
    },
  })
  world.auth0.put({
    ...fullAuth0Client,
    client_aliases: [],
    client_id: 'named',
    client_metadata: { team: 'payments' },
  })
})
afterAll(() => world.close())

const put = (id: string, metadata: JsonObject, more: JsonObject = {}) =>
  putLocalClient(world.documents, { ...fullLocalClient, client_id: id, metadata, ...more })
const as = (scope: string, method: string, path: string, body?: Json) =>
  world.send(method, path, body, { scopes: scope.split(' ') })
const at = (id: string) => `/clients/${id}?provider=local`
const teamOf = (id: string) =>
  (storedDocument(world, 'client', id)?.metadata as JsonObject | undefined)?.team

describe('a provider that is trusted', () => {
  it('names the team of a client that none was assigned to here, and of no other', async () => {
    await put('ours', { team: 'payments' })
    await put('theirs', { team: 'core' })
    await put('assigned', { team: 'payments' })
    const assigned = await world.send('PUT', '/clients/assigned/team', { ...LOCAL, team: 'core' })
    expect(assigned.status, assigned.text).toBe(200)
    expect((await as('team', 'GET', at('ours'))).status).toBe(200)
    for (const id of ['theirs', 'assigned'])
      expect((await as('team', 'GET', at(id))).status).toBe(404)
    await world.send('GET', '/clients?provider=local&fresh=true&limit=100')
    const { body } = await as('team', 'GET', '/clients?provider=local')
    expect((body.clients as readonly JsonObject[]).map(({ id }) => id)).toEqual(['ours'])
  })

  it('is judged by what the provider holds now', async () => {
    await put('moved', { team: 'payments' })
    expect((await as('team', 'GET', at('moved'))).status).toBe(200)
    // At the provider, by someone who may edit it there.
    await put('moved', { team: 'core' })
    expect((await as('team', 'GET', at('moved'))).status).toBe(404)
    const body = { ...LOCAL, client: { name: 'Mine' } }
    expect((await as('team', 'PATCH', '/clients/moved', body)).status).toBe(404)
  })

  it.each<[string, Json]>([
    ['away', { clientMetadata: { team: 'core' } }],
    ['with all metadata', { clientMetadata: null }],
    ['by its member', { clientMetadata: { team: null } }],
    ['by a JSON Patch', [{ op: 'replace', path: '/clientMetadata/team', value: 'core' }]],
    ['by a JSON Patch of all of it', [{ op: 'add', path: '/clientMetadata', value: {} }]],
  ])('is changed by no grant for teams (%s)', async (_, client) => {
    await put('kept', { team: 'payments', tier: 'one' })
    const body = Array.isArray(client) ? client : { ...LOCAL, client }
    const path = Array.isArray(client) ? at('kept') : '/clients/kept'
    const { status, text } = await as('team', 'PATCH', path, body)
    expect(status, text).toBe(403)
    expect(teamOf('kept')).toBe('payments')
    const others = { ...LOCAL, client: { clientMetadata: { tier: 'two' } } }
    expect((await as('team', 'PATCH', '/clients/kept', others)).status).toBe(200)
  })

  it('takes clients:assign of everyone else, on every way in', async () => {
    await put('claimed', {})
    const writer = 'clients:read clients:write jobs:read jobs:write history:read'
    const client = { clientMetadata: { team: 'payments' } }
    const refused = await as(writer, 'PATCH', '/clients/claimed', { ...LOCAL, client })
    expect(refused.status).toBe(403)
    expect(refused.body.error).toContain('clients:assign')
    const blind = await as('clients:write', 'PATCH', '/clients/claimed', { ...LOCAL, client })
    expect(blind.status).toBe(403)
    const job = { clients: [{ ...LOCAL, id: 'claimed' }], patch: client, autoStart: true }
    const { body } = await as(writer, 'POST', '/jobs', job)
    await world.until(body.id, 'stopped', 'done')
    expect(await world.results(body.id)).toMatchObject([{ code: 'insufficient_scope' }])
    expect(teamOf('claimed')).toBeUndefined()
    const assigning = `${writer} clients:assign`
    const allowed = await as(assigning, 'PATCH', '/clients/claimed', { ...LOCAL, client })
    expect(allowed.status, allowed.text).toBe(200)
    expect((await as('team', 'GET', at('claimed'))).status).toBe(200)
    const back = await as(writer, 'POST', '/clients/claimed/rollback', { ...LOCAL, to: 0 })
    expect(back.status).toBe(403)
    expect(teamOf('claimed')).toBe('payments')
    expect(OWN_PERMISSIONS).toContain('clients:assign')
  })

  it('a grant without that limit changes it within its own limit', async () => {
    await put('shop', {}, { client_name: 'Shop front' })
    await put('other', {}, { client_name: 'Other' })
    const body = { ...LOCAL, client: { clientMetadata: { team: 'payments' } } }
    expect((await as('shop', 'PATCH', '/clients/shop', body)).status).toBe(200)
    expect((await as('shop', 'PATCH', '/clients/other', body)).status).toBe(404)
    expect((await as('shop team', 'PATCH', '/clients/shop', body)).status).toBe(200)
  })

  it('makes clients of the team that they name', async () => {
    const made = (team: string) =>
      as('team', 'POST', '/clients', {
        ...LOCAL,
        kind: 'machine',
        team: 'payments',
        client: { name: 'Made', clientMetadata: { team } },
      })
    expect((await made('core')).status).toBe(201)
    // What was assigned counts first.
    const [{ id } = {}] = (await as('team', 'GET', '/clients?provider=local&q=made')).body
      .clients as readonly JsonObject[]
    expect((await world.send('GET', `/clients/${id}/standing?provider=local`)).body.team).toBe(
      'payments',
    )
  })
})

it('a provider that is not trusted says nothing by it, and its metadata is as any other', async () => {
  expect((await as('team', 'GET', '/clients/named')).status).toBe(404)
  const client = { clientMetadata: { team: 'core' } }
  const changed = await as('clients:write clients:read', 'PATCH', '/clients/named', { client })
  expect(changed.status, changed.text).toBe(200)
})

it('is refused where clients have no metadata', async () => {
  const settings = {
    it: { type: 'cognito', pools: {}, team: { trust: 'provider' } },
  } as unknown as Parameters<typeof createProviders>[0]
  await expect(
    createProviders(settings, { now: Date.now, environmentCredentials: () => undefined }),
  ).rejects.toMatchObject({ code: 'invalid_request', field: 'providers.it.team' })
})
