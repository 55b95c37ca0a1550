/**
 * The times that Auth0 shows of a client since September 2026, at a server of its own that knows
 * nothing of our tables: it keeps what it is sent and moves `updated_at` with every write.
 */

import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { copyClient } from '../../src/service/life/copy.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { type Bench, openBench } from '../contract/service.ts'

const MADE_AT = '2026-09-14T08:12:55.031Z'
const REF = { provider: 'auth0', id: 'first' }

let server: Server
let bench: Bench
let provider: Provider
let clients: Map<string, JsonObject>

beforeEach(async () => {
  clients = new Map([
    [
      'first',
      {
        client_id: 'first',
        name: 'First',
        app_type: 'regular_web',
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic',
        callbacks: ['https://app.example.com/cb'],
        is_first_party: true,
        created_at: MADE_AT,
        updated_at: MADE_AT,
      },
    ],
  ])
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const sent = text === '' ? {} : (JSON.parse(text) as JsonObject)
      const [status, body] = answerTo(request.method ?? '', request.url ?? '', sent)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const providers = await auth0Over(`http://127.0.0.1:${port}`, {
    clientId: 'clientry',
    clientSecret: 'secret',
  })
  provider = providers.get('auth0') as Provider
  bench = await openBench(providers)
})

afterEach(async () => {
  await bench.close()
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

/** The clock of the tenant: each write is a second after the one before. */
let ticks = 0
const now = () => new Date(Date.parse('2026-10-01T00:00:00Z') + 1_000 * ++ticks).toISOString()

function answerTo(method: string, url: string, sent: JsonObject): [number, unknown] {
  const [path = ''] = url.split('?')
  if (path === '/oauth/token') return [200, { access_token: 'token', expires_in: 3_600 }]
  if (path.endsWith('/connections')) return [200, []]
  if (path === '/api/v2/clients' && method === 'GET') return [200, [...clients.values()]]
  const id = method === 'POST' ? `made-${clients.size}` : (path.split('/').at(-1) ?? '')
  const before = method === 'POST' ? { client_id: id, created_at: now() } : clients.get(id)
  if (before === undefined) return [404, { statusCode: 404, errorCode: 'inexistent_client' }]
  if (method === 'GET') return [200, before]
  if ('created_at' in sent || 'updated_at' in sent) return [400, { statusCode: 400 }]
  const after = { is_first_party: true, ...before, ...sent, updated_at: now() }
  clients.set(id, after)
  return [method === 'POST' ? 201 : 200, after]
}

it('are shown as createdAt and updatedAt, and not among the provider settings', async () => {
  const native = await provider.read(REF, {
    deadline: Date.now() + 5_000,
    timeoutMs: 1_000,
    operationId: 'test',
  })
  const client = showClient(provider.mapping, native)
  expect(client).toMatchObject({ createdAt: MADE_AT, updatedAt: MADE_AT })
  expect(Object.keys(client.providerSettings)).not.toContain('created_at')
  expect(Object.keys(client.providerSettings)).not.toContain('updated_at')
})

it('are no surprise of a change, no outside change before the next one and in no diff', async () => {
  const one = await bench.change(REF, { description: 'one' })
  const two = await bench.change(REF, { description: 'two' })
  expect([...one.warnings, ...two.warnings]).toEqual([])
  expect(one.changes.map(({ field }) => field)).toEqual(['description'])
  const { items } = await readHistory(bench.service, REF, { limit: 20 })
  expect(items.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['change', 'applied'],
    ['change', 'applied'],
  ])
  expect(items.flatMap(({ surprises = [] }) => surprises)).toEqual([])
})

it('are no outside change after a release that took them for settings', async () => {
  const { mapping } = provider
  const times = ['created_at', 'updated_at']
  const volatileKeys = mapping.volatileKeys.filter((name) => !times.includes(name))
  const before: Provider = { ...provider, mapping: { ...mapping, volatileKeys } }
  await bench.change(REF, { description: 'one' }, { provider: before })
  await bench.change(REF, { description: 'two' })
  const { items } = await readHistory(bench.service, REF, { limit: 20 })
  expect(items.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['change', 'applied'],
    ['change', 'applied'],
  ])
})

it('do not make a copy within a tenant a lossy one', async () => {
  const { copy } = await copyClient(bench.service, {
    source: { ref: REF, provider, removedToo: false },
    provider,
    place: { provider: 'auth0' },
    patch: parseMergePatch({ name: 'Second' }),
    allowLoss: false,
    dryRun: false,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    requestId: randomUUID(),
    deadline: Date.now() + 10_000,
  })
  expect(copy?.report.lost).toEqual([])
  expect(clients.get('made-1')).toMatchObject({ name: 'Second', app_type: 'regular_web' })
})

it.each(['createdAt', 'updatedAt'])('cannot be changed: %s', async (field) => {
  const change = bench.change(REF, { [field]: '2020-01-01T00:00:00Z' })
  await expect(change).rejects.toMatchObject({ code: 'read_only_field' })
  await expect(
    bench.change(REF, { providerSettings: { created_at: '2020-01-01T00:00:00Z' } }),
  ).rejects.toMatchObject({ code: 'read_only_field' })
})
