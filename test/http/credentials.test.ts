/**
 * By what a client proves who it is can be changed by those alone who may rotate its secret, on every way
 * in. What counts is not our own list: whatever a writer has sent, the client that the provider holds
 * authenticates as before.
 */

import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { SCOPE_EACH } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { onShared } from '../fixtures/opened.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import { byFile } from './credential-files.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const { kty, crv, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  format: 'jwk',
})
const JWKS = { keys: [{ kty, crv, x, y }] } as JsonObject

/** What makes anyone who knows it, or has it, the client. */
const CREDENTIALS: readonly (readonly [string, string, JsonObject])[] = [
  ['local', 'keys', { providerSettings: { jwks: JWKS } }],
  ['local', 'the address of keys', { providerSettings: { jwks_uri: 'https://mine.example/jwks' } }],
  ['local', 'no authentication', { tokenEndpointAuthMethod: 'none' }],
  ['local', 'another use of the secret', { tokenEndpointAuthMethod: 'client_secret_post' }],
  [
    'local',
    'keys and their use',
    { tokenEndpointAuthMethod: 'private_key_jwt', providerSettings: { jwks: JWKS } },
  ],
  ['local', 'the end of the secret', { providerSettings: { client_secret_expires_at: 0 } }],
  ['local', 'a secret', { secret: 'a-secret-that-the-writer-knows-0123456789' }],
  ['auth0', 'no authentication', { tokenEndpointAuthMethod: 'none' }],
  [
    'auth0',
    'keys',
    {
      tokenEndpointAuthMethod: null,
      providerSettings: {
        client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
      },
    },
  ],
  [
    'auth0',
    'keys of requests',
    {
      providerSettings: {
        signed_request_object: { required: true, credentials: [{ id: 'cred_1' }] },
      },
    },
  ],
  [
    'auth0',
    'a secret of an add-on',
    { providerSettings: { addons: { firebase: { secret: 's' } } } },
  ],
]

const ID = 'exampleClientId'
const WRITER = PERMISSIONS.filter((one) => !one.startsWith('secrets:'))
const ROTATOR = [...WRITER, 'secrets:rotate']

let world: JobWorld
const it = onShared(
  () => startJobWorld(0, { permissions: SCOPE_EACH, scopes: WRITER }),
  (opened) => {
    world = opened
  },
)
beforeEach(async () => {
  // A public client cannot have the grant of machines.
  world.auth0.put({ ...fullAuth0Client, grant_types: ['authorization_code', 'refresh_token'] })
  await putLocalClient(world.documents, {
    ...fullLocalClient,
    client_secret_expires_at: 2_000_000_000,
  })
})

const held = () => ({
  local: storedDocument(world, 'client', ID),
  auth0: world.auth0.client(ID),
})

const send = (method: string, path: string, body: Json, more: object = {}) =>
  world.send(method, path, body, more)

const at = (provider: string, more = {}) => ({
  query: new URLSearchParams({ provider, ...more }).toString(),
})

type Way = (provider: string, client: JsonObject) => Promise<readonly [number, JsonObject]>

const patched =
  (more = {}): Way =>
  async (provider, client) => {
    const body = { provider, client }
    const { status, body: said } = await world.send('PATCH', `/clients/${ID}`, body, {
      query: new URLSearchParams(more).toString(),
    })
    return [status, said]
  }

/** The operations that set what a merge patch sets. */
const operations = (client: JsonObject): JsonObject[] =>
  Object.entries(client).flatMap(([name, value]): JsonObject[] =>
    name === 'providerSettings'
      ? Object.entries(value as JsonObject).map(([inner, one]) => ({
          op: 'add',
          path: `/providerSettings/${inner}`,
          value: one,
        }))
      : [
          value === null
            ? { op: 'remove', path: `/${name}` }
            : { op: 'add', path: `/${name}`, value },
        ],
  )

/** The pairs of a form that say the same. */
function pairs(name: string, value: Json): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((one, n) => pairs(`${name}[${n}]`, one))
  if (typeof value !== 'object' || value === null) return [[name, String(value ?? '')]]
  return Object.entries(value).flatMap(([inner, one]) => pairs(`${name}[${inner}]`, one as Json))
}

/** What became of the one client of a job. */
async function jobOf(body: Json): Promise<readonly [number, JsonObject]> {
  const answer = await world.send('POST', '/jobs', body)
  if (answer.status !== 202) return [answer.status, answer.body]
  await world.until(answer.body.id, 'done', 'stopped')
  const [result = {}] = await world.results(answer.body.id)
  return [result.outcome === 'failed' ? 403 : 200, result]
}

const WAYS: Readonly<Record<string, Way>> = {
  'a merge patch': patched(),
  'a dry run': patched({ dryRun: 'true' }),
  'a JSON Patch': async (provider, client) => {
    const answer = await send('PATCH', `/clients/${ID}`, operations(client), {
      headers: { 'content-type': 'application/json-patch+json' },
      ...at(provider),
    })
    return [answer.status, answer.body]
  },
  'a form': async (provider, client) => {
    const token = await world.token(WRITER)
    const answer = await world.clientry.app({
      method: 'PATCH',
      path: `/clients/${ID}`,
      query: '',
      headers: {
        authorization: [`Bearer ${token}`],
        'content-type': ['application/x-www-form-urlencoded'],
      },
      body: Buffer.from(
        new URLSearchParams([['provider', provider], ...pairs('client', client)]).toString(),
      ),
      deadline: Date.now() + 20_000,
    })
    return [answer.status, JSON.parse(answer.body)]
  },
  'a job': (provider, patch) =>
    jobOf({ clients: [{ provider, id: ID }], patch, autoStart: true, maxFailures: null }),
  'a file': (provider, client) =>
    byFile(world, { provider, id: ID, client }, { plans: WRITER, applies: WRITER }),
  'a plan of files that others have made': (provider, client) =>
    byFile(world, { provider, id: ID, client }, { plans: ROTATOR, applies: WRITER }),
  'a file of a new client': async (provider, client) => {
    const file = { provider, kind: 'web', client: { ...NEW, ...client } }
    return byFile(world, file, { plans: WRITER, applies: WRITER })
  },
  'a creation': async (provider, client) => {
    const body = { provider, kind: 'web', client: { ...NEW, ...client } }
    const answer = await send('POST', '/clients', body)
    return [answer.status, answer.body]
  },
  'a copy': async (provider, client) => {
    const body = { provider, client: { name: 'Copy', ...client }, allowLoss: true }
    const answer = await send('POST', `/clients/${ID}/copy`, body, at(provider))
    return [answer.status, answer.body]
  },
}

const NEW = { name: 'Portal', callbacks: ['https://portal.example.com/cb'] }
/** What shares the secret says nothing of who has it, so a new client may have either. */
const SHARED = 'another use of the secret'
/** Ways that cannot say it at all, and answer so. */
const NO_WORD = [400]

describe.each(Object.entries(WAYS))('by %s', (way, send_) => {
  it.each(CREDENTIALS)('a writer at %s cannot set %s', async (provider, what, client) => {
    const before = held()
    const [status, said] = await send_(provider, client)
    const made = ['a creation', 'a copy', 'a file of a new client'].includes(way)
    if (made && what === SHARED) return expect([200, 201], JSON.stringify(said)).toContain(status)
    expect(held()).toEqual(before)
    if (NO_WORD.includes(status)) {
      // A form has no null, and no job sets a secret: it was refused as it stands.
      // And a file has no secrets, not even those that are hidden in settings.
      expect(way === 'a form' || what.startsWith('a secret'), JSON.stringify(said)).toBe(true)
      return
    }
    expect([status, said.code], JSON.stringify(said)).toEqual([403, 'insufficient_scope'])
    expect(String(said.error)).toMatch(
      /^client\.[\w.]+ needs the permission secrets:rotate|^This job may not change client\.[\w.]+\./,
    )
  })
})

describe('what was a credential before', () => {
  const rotator = { scopes: [...ROTATOR, 'secrets:read'] }

  /** Keys that were there once, and were taken away by those who may. */
  async function oldKeys(): Promise<unknown> {
    const set = (client: JsonObject) =>
      world.send('PATCH', `/clients/${ID}`, { provider: 'local', client }, rotator)
    const before = await set({ description: `As of ${Math.random()}` })
    const operation = await set({ providerSettings: { jwks: JWKS } })
    expect(operation.status, JSON.stringify(operation.body)).toBe(200)
    const gone = await set({ providerSettings: { jwks: null } })
    expect(gone.status).toBe(200)
    expect(before.status).toBe(200)
    return operation.headers['operation-id']
  }

  const revisionOf = async (operationId: unknown): Promise<number> => {
    const { body } = await world.send('GET', `/clients/${ID}/history`, undefined, at('local'))
    const items = body.items as JsonObject[]
    return Number(items.find((one) => one.operationId === operationId)?.revision)
  }

  it('does not come back by a rollback', async () => {
    const to = await revisionOf(await oldKeys())
    const before = held()
    const roll = (scopes: readonly string[]) =>
      world.send('POST', `/clients/${ID}/rollback`, { provider: 'local', to }, { scopes })
    const refused = await roll(WRITER)
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_scope'])
    expect(held()).toEqual(before)
    expect((await roll(ROTATOR)).status).toBe(200)
    expect(held().local?.jwks).toEqual(JWKS)
  })

  it('does not come back by undoing a job', async () => {
    const set = { jwks: JWKS }
    const patch = { providerSettings: set }
    await putLocalClient(world.documents, { ...fullLocalClient, ...set })
    const asRotator = { scopes: ROTATOR }
    const clear = { providerSettings: { jwks: null } }
    const body = { clients: [{ provider: 'local', id: ID }], autoStart: true, patch: clear }
    const job = await world.send('POST', '/jobs', body, asRotator)
    await world.until(job.body.id, 'done')
    expect(held().local?.jwks).toBeUndefined()
    const undo = await world.send('POST', `/jobs/${job.body.id}/undo`, { autoStart: true })
    await world.until(undo.body.id, 'stopped', 'done')
    expect(held().local?.jwks).toBeUndefined()
    expect(await world.results(undo.body.id)).toMatchObject([
      { outcome: 'failed', code: 'insufficient_scope' },
    ])
    expect(patch).toBeDefined()
  })

  it('is no reason to refuse a client that is sent back whole', async () => {
    await putLocalClient(world.documents, { ...fullLocalClient, jwks: JWKS })
    const { body } = await world.send('GET', `/clients/${ID}`, undefined, at('local'))
    expect(body.providerSettings).toMatchObject({ jwks: JWKS })
    const client = { ...body, description: 'Sent back' }
    const sent = await world.send('PATCH', `/clients/${ID}`, { provider: 'local', client })
    expect(sent.status, JSON.stringify(sent.body)).toBe(200)
  })

  it('is not copied by a writer from where they may set it', async () => {
    await putLocalClient(world.documents, { ...fullLocalClient, jwks: JWKS })
    const copy = (client: JsonObject) =>
      world.send('POST', `/clients/${ID}/copy`, { provider: 'local', client }, at('local'))
    expect((await copy({ name: 'Copy' })).status).toBe(403)
    const without = await copy({ name: 'Copy', providerSettings: { jwks: null } })
    expect(without.status, JSON.stringify(without.body)).toBe(201)
  })
})

describe('a job of someone who may set credentials', () => {
  const LISTED = { clients: [{ provider: 'local', id: ID }] }

  it.each([
    ['a setting', { providerSettings: { jwks: JWKS } }],
    ['an attribute', { tokenEndpointAuthMethod: 'client_secret_post' }],
    ['operations', [{ op: 'add', path: '/providerSettings/jwks', value: JWKS }]],
    ['all settings', [{ op: 'add', path: '/providerSettings', value: { jwks: JWKS } }]],
  ])('is set to work by those alone who may too, with %s', async (_, patch) => {
    const body = { ...LISTED, patch } as Json
    const { id } = (await world.send('POST', '/jobs', body, { scopes: ROTATOR })).body
    await world.until(id, 'planned')
    const start = (scopes: readonly string[]) =>
      world.send('POST', `/jobs/${id}/start`, undefined, { scopes })
    const before = held()
    const { status, body: said } = await start(WRITER)
    expect([status, said.code], JSON.stringify(said)).toEqual([403, 'insufficient_scope'])
    expect(held()).toEqual(before)
    expect((await start(ROTATOR)).status).toBe(200)
    expect((await world.until(id, 'done', 'stopped')).counts).toMatchObject({ applied: 1 })
  })
})

it.each(CREDENTIALS)('those who may can set %s: %s', async (provider, what, client) => {
  // Auth0 asks for credentials that exist, and a secret cannot be shown for a client with keys.
  if (what === 'keys' && provider === 'auth0') return
  if (what === 'keys of requests') return
  const body = { provider, client }
  const answer = await world.send('PATCH', `/clients/${ID}`, body, { scopes: ROTATOR })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
})
