/**
 * Ids that no path takes: with a space, with a slash, URLs. Each route of a client takes them as `/clients/-?id=`, at the
 * providers that have such, and in no path; the SDK and the command write them so by themselves.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS, type Operation } from '../../src/contract/operations.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { type HydraEmulator, startHydraEmulator } from '../../src/emulators/hydra/index.ts'
import { type Api, connect } from '../../src/sdk/index.ts'
import { clientry } from '../cli/command-line.ts'
import { configure, SECRETS } from '../cli/proving.ts'
import { SCOPE_EACH, startWorld, type World } from '../contract/world.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'
import { served } from '../fixtures/served.ts'
import { type Peer, startOidcPeer } from '../peers/oidc.ts'

const SPACED = 'an id with spaces'
const URL_ID = 'https://app.example.com/oauth/client.json'

let hydra: HydraEmulator
let peer: Peer
let world: World
let url: string
let close: () => Promise<void>
let api: Api

beforeAll(async () => {
  hydra = await startHydraEmulator({ clients: [{ ...fullHydraClient, client_id: SPACED }] })
  peer = await startOidcPeer(false)
  const { initialAccessToken: _, ...settings } = peer.settings
  const providers = {
    hydra: { type: 'hydra', baseUrl: hydra.url },
    partners: { type: 'rfc7592', ...settings },
  }
  ;({ world, url, close } = await served(startWorld({ providers, permissions: SCOPE_EACH })))
  api = connect({ url, token: () => world.token(PERMISSIONS) })
})
afterAll(async () => {
  await close()
  await peer.close()
  await hydra.close()
})

const ROWS = Object.entries<Operation>(OPERATIONS)

it('is a query parameter of the routes of one client, and of no other', () => {
  const withId = ROWS.filter(([, { query }]) => query.includes('id')).map(([name]) => name)
  const ofClients = ROWS.filter(([, { path }]) => path.includes('{clientId}'))
  expect(withId).toEqual(ofClients.map(([name]) => name))
})

describe('an id with spaces', () => {
  const client = { id: SPACED, provider: 'hydra' }

  it('is that of a client on every route', async () => {
    const { body, etag = '' } = await api.getClient(client)
    expect(body.id).toBe(SPACED)
    const changed = await api.updateClient(client, { name: 'Changed' }, { ifMatch: etag })
    expect(changed.body.name).toBe('Changed')
    await api.rollbackClient(client, { to: 0 })
    const key = jwk('rsa', { kid: 'one' })
    expect((await api.addKey(client, { key } as never, { dryRun: true })).status).toBe(200)
    expect((await api.listKeys(client)).body).toHaveProperty('keys')
    expect((await api.listSecrets(client)).status).toBe(200)
    expect((await api.rotateSecret(client, { cutOver: true }, { dryRun: true })).status).toBe(200)
    const value = 'https://preview.example.com/cb'
    const lease = { field: 'callbacks', value, owner: 'pr-7', ttlSeconds: 600 } as const
    await api.putLease(client, lease)
    expect((await api.listLeases(client)).body.leases).toHaveLength(1)
    await api.endLeases(client, { owner: 'pr-7' } as never)
    await api.protectClient(client, { protected: true })
    expect((await api.getStanding(client)).body).toMatchObject({ id: SPACED, protected: true })
    await api.protectClient(client, { protected: false })
    await api.suspendClient(client, {})
    await api.resumeClient(client, {})
    expect((await api.lintClient(client)).status).toBe(200)
    const { items } = (await api.getClientHistory(client)).body
    expect(items.every(({ client: { id } }) => id === SPACED)).toBe(true)
    const copy = { provider: 'hydra', client: { name: 'Copy' }, allowLoss: true }
    expect((await api.copyClient(client, copy as never, { dryRun: true })).status).toBe(200)
    const read = await api.getClient(client)
    await api.deleteClient(client, { ifMatch: read.etag ?? '' })
    expect(hydra.client(SPACED)).toBeUndefined()
  })

  it('has an idempotency key of its own', async () => {
    for (const id of ['one two', 'one three']) hydra.put({ ...fullHydraClient, client_id: id })
    const rename = (id: string) =>
      api.updateClient({ id, provider: 'hydra' }, { name: 'Same' }, { idempotencyKey: 'a-key' })
    await rename('one two')
    await expect(rename('one three')).rejects.toMatchObject({ code: 'key_reused' })
  })
})

describe('an id that is a URL', () => {
  const client = { id: URL_ID, provider: 'partners' }

  it('is adopted, read, changed and removed at a real oidc-provider', async () => {
    peer.put({ ...fullRegisteredClient, client_id: URL_ID })
    const registrationAccessToken = peer.token(URL_ID)
    await api.adoptClient(client, { registrationAccessToken } as never)
    expect((await api.getClient(client)).body.id).toBe(URL_ID)
    const { etag = '' } = await api.updateClient(client, { name: 'By URL' })
    expect(peer.stored(URL_ID)?.client_name).toBe('By URL')
    await api.deleteClient(client, { ifMatch: etag })
    expect(peer.stored(URL_ID)).toBeUndefined()
  })
})

const ask = async (path: string) => {
  const answer = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${await world.token(PERMISSIONS)}` },
  })
  return { status: answer.status, body: (await answer.json()) as { error: string; field?: string } }
}

it.each([
  ['a space in the path', `/clients/${encodeURIComponent(SPACED)}?provider=hydra`, 'clientId'],
  ['a URL in the path', `/clients/${encodeURIComponent(URL_ID)}?provider=partners`, 'clientId'],
  ['a provider that has none', `/clients/-?id=${encodeURIComponent(SPACED)}&provider=auth0`, 'id'],
  ['even an id that the path takes', '/clients/-?id=exampleClientId&provider=auth0', 'id'],
  ['an id beside that of the path', '/clients/other?id=exampleClientId&provider=hydra', 'id'],
  ['a slash where Hydra has no way to such a client', '/clients/-?id=a%2Fb&provider=hydra', 'id'],
  ['a walk up the path', '/clients/-?id=..&provider=partners', 'id'],
  ['a backslash', '/clients/-?id=a%5Cb&provider=partners', 'id'],
])('refuses %s, and asks no provider', async (_, path, field) => {
  hydra.clearCalls()
  expect(await ask(path)).toMatchObject({ status: 400, body: { field } })
  expect(hydra.calls).toEqual([])
})

it('takes `-` without an id for the id that it is', async () => {
  hydra.put({ ...fullHydraClient, client_id: '-' })
  expect(await ask('/clients/-?provider=hydra')).toMatchObject({ status: 200, body: { id: '-' } })
})

it.each([
  ['it/an id with spaces', []],
  ['an id with spaces', ['--provider', 'it']],
])('is named on the command line: %s %j', async (word, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-ids-'))
  hydra.put({ ...fullHydraClient, client_id: SPACED })
  configure(folder, { type: 'hydra', baseUrl: hydra.url })
  const { out, err } = await clientry(
    ['get', word, ...options, '--json', '--config', 'clientry.yaml'],
    { folder, env: SECRETS },
  )
  rmSync(folder, { recursive: true, force: true })
  expect(err).toBe('')
  expect(JSON.parse(out).id).toBe(SPACED)
})
