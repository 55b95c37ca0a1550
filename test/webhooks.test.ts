/**
 * Webhooks from a change to a receiver over TLS: what is sent, and what becomes of it where the receiver is down, slow, elsewhere, or
 * not the one that is meant.
 */

import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '../src/core/json/json.ts'
import { deliveryResource } from '../src/store/resource.ts'
import { ask } from './contract/caller.ts'
import { startWorld, type World } from './contract/world.ts'
import { POOL_ID } from './fixtures/cognito.ts'

const file = (name: string) => fileURLToPath(new URL(`fixtures/receiver/${name}`, import.meta.url))
const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(file(name), 'utf8'))
const SECRETS = { NEW_KEY: Buffer.alloc(32, 7), OLD_KEY: Buffer.alloc(24, 9) }
const environment = Object.fromEntries(
  Object.entries(SECRETS).map(([name, bytes]) => [name, `whsec_${bytes.toString('base64')}`]),
)

interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly event: JsonObject
}

let receiver: https.Server
let url: string
let received: Received[]
/** What the receiver answers. */
let status: number
let more: Readonly<Record<string, string>>
let world: World

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  received = []
  status = 204
  more = {}
  receiver = https.createServer({ key, cert }, (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body, event: JSON.parse(body) })
      response.writeHead(status, more).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
  receiver.close()
  receiver.closeAllConnections()
})

const open = async (settings: object = {}) => {
  const secrets = [{ env: 'NEW_KEY' }, { env: 'OLD_KEY' }]
  const ca = { file: file('certificate.pem') }
  const one = { url, secrets, ca, privateAddresses: ['127.0.0.1'], ...settings }
  const webhooks = { audit: one as JsonObject }
  world = await startWorld({ webhooks, environment, metrics: true, level: 'debug' })
  await world.clientry.notify()
  return world
}
const CLIENT = '/clients/exampleClientId'
const patch = (client: JsonObject) => ask(world, 'PATCH', CLIENT, { body: { client } })
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds)
const deliver = async () => {
  while (await world.clientry.notify());
}
const typesOf = () => received.map(({ event }) => event.type)
const lines = (message: string) => world.log.filter((line) => line.message === message)

describe('an event', () => {
  it('is a CloudEvent that names what changed, and holds no value', async () => {
    await open()
    const answer = await patch({ description: 'canary-description' })
    await deliver()
    expect(received).toHaveLength(1)
    const [{ headers, body, event }] = received as [Received]
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(event).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[\w-]{20,}$/),
      source: '/providers/auth0',
      type: 'clientry.change',
      subject: 'exampleClientId',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      datacontenttype: 'application/json',
      sequence: '0000000000000002',
      data: {
        provider: 'auth0',
        clientId: 'exampleClientId',
        operationId: answer.headers['clientry-operation'] ?? expect.any(String),
        action: 'change',
        outcome: 'applied',
        fields: ['description'],
        surprises: [],
        actor: { subject: 'tester', issuer: 'https://issuer.example/', clientId: 'test-client' },
        settledBy: 'request',
      },
    })
    expect(body).not.toContain('canary')
    const [, example = '{}'] =
      /```json\n([\s\S]*?)```/.exec(readFileSync('docs/webhooks.md', 'utf8')) ?? []
    const documented = JSON.parse(example)
    expect(Object.keys(documented).sort()).toEqual(Object.keys(event).sort())
    expect(Object.keys(documented.data)).toEqual(Object.keys(event.data as JsonObject))
  })

  it('is signed with both keys, and the same event has the same id when it comes again', async () => {
    await open()
    await patch({ description: 'One' })
    status = 500
    await deliver()
    status = 204
    later(3_600_000)
    await deliver()
    expect(received).toHaveLength(2)
    for (const { headers, body } of received) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
      const signatures = Object.values(SECRETS).map(
        (secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
      )
      expect(headers['webhook-signature']).toBe(signatures.join(' '))
    }
    const [first, second] = received.map(({ headers }) => headers)
    expect(second?.['webhook-id']).toBe(first?.['webhook-id'])
    expect(Number(second?.['webhook-timestamp'])).toBe(Number(first?.['webhook-timestamp']) + 3_600)
  })

  it('comes for what someone else has changed, and for nothing that was not asked for', async () => {
    await open({ events: ['clientry.outside_change'] })
    await patch({ description: 'One' })
    world.auth0.put({ ...world.auth0.client('exampleClientId'), name: 'Renamed elsewhere' })
    await patch({ description: 'Two' })
    await deliver()
    expect(received.map(({ event }) => [event.type, event.data])).toEqual([
      [
        'clientry.outside_change',
        { provider: 'auth0', clientId: 'exampleClientId', fields: ['name'] },
      ],
    ])
  })

  it('comes for the whole life of a client, in its order', async () => {
    await open()
    const body = { kind: 'web', client: { name: 'Shop', callbacks: ['https://shop.example/cb'] } }
    const { id } = (await ask(world, 'POST', '/clients', { body })).body
    await ask(world, 'PATCH', `/clients/${id}`, { body: { client: { description: 'Shop' } } })
    await ask(world, 'DELETE', `/clients/${id}`, { headers: { 'if-match': '*' } })
    await deliver()
    const all = received.map(({ event }) => [event.subject, (event.data as JsonObject).action])
    expect(all).toEqual([
      [id, 'create'],
      [id, 'change'],
      [id, 'remove'],
    ])
  })
})

describe('a receiver', () => {
  it('that was down for hours gets everything, in order', async () => {
    await open()
    status = 503
    for (let hour = 0; hour < 5; hour += 1) {
      await patch({ description: `Hour ${hour}` })
      await deliver()
      later(3_600_000)
    }
    expect(lines('webhook failed')).toHaveLength(5)
    expect(lines('webhook failed')[0]).toMatchObject({
      level: 'warn',
      webhook: 'audit',
      cause: '503',
    })
    received = []
    status = 200
    await deliver()
    const sequences = received.map(({ event }) => event.sequence)
    expect(sequences).toEqual([...sequences].sort())
    expect(new Set(sequences).size).toBe(5)
    const { text } = await ask(world, 'GET', '/metrics')
    expect(text).toMatch(/clientry_webhook_events_total\{webhook="audit",outcome="delivered"\} 5/)
    expect(text).toMatch(/clientry_webhook_events_total\{webhook="audit",outcome="failed"\} 5/)
  })

  it('is left alone after a failure, longer each time, and as long as it asks for', async () => {
    await open()
    status = 503
    await patch({ description: 'One' })
    await deliver()
    await deliver()
    expect(received).toHaveLength(1)
    later(10_001)
    await deliver()
    later(10_001)
    await deliver()
    expect(received).toHaveLength(2)
    more = { 'retry-after': '300' }
    later(10_001)
    await deliver()
    later(299_000)
    await deliver()
    expect(received).toHaveLength(3)
    later(1_001)
    await deliver()
    expect(received).toHaveLength(4)
  })

  it.each([
    ['answers with a redirect', { status: 308, settings: {} }, '308'],
    [
      'has a certificate that no one trusts',
      { status: 204, settings: { ca: undefined } },
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    [
      'is at an address that is not listed',
      { status: 204, settings: { privateAddresses: ['10.0.0.0/8'] } },
      'address not allowed',
    ],
  ])('that %s gets nothing else', async (_, wrong, cause) => {
    await open(wrong.settings)
    status = wrong.status
    more = { location: `${url}/elsewhere` }
    await patch({ description: 'One' })
    await deliver()
    expect(lines('webhook failed')).toMatchObject([{ cause }])
    expect(received.length).toBe(cause === '308' ? 1 : 0)
  })

  it('that is down does not keep changes waiting', async () => {
    await open()
    status = 503
    await patch({ description: 'One' })
    await deliver()
    expect((await patch({ description: 'Two' })).status).toBe(200)
  })
})

it('what does not end in time is reported once, and again where it is something else', async () => {
  await open()
  const lease = {
    field: 'callbacks',
    value: 'https://pr-7.preview.example/cb',
    owner: 'pr-7',
    ttlSeconds: 60,
  }
  await ask(world, 'PUT', `${CLIENT}/leases`, { body: lease })
  await deliver()
  received = []
  later(60_000 + 899_000)
  await deliver()
  expect(received).toEqual([])
  later(2_000)
  await deliver()
  await deliver()
  expect(received.map(({ event }) => [event.type, event.subject, event.data])).toEqual([
    [
      'clientry.overdue',
      'exampleClientId',
      { what: 'lease', since: expect.any(String), field: 'callbacks', owner: 'pr-7' },
    ],
  ])
  await world.clientry.sweep()
  await deliver()
  expect(typesOf()).toEqual(['clientry.overdue', 'clientry.change'])
  await ask(world, 'PUT', `${CLIENT}/leases`, { body: lease })
  later(60_000 + 901_000)
  await deliver()
  expect(typesOf().slice(2).sort()).toEqual(['clientry.change', 'clientry.overdue'])
})

it('an old secret that does not end after its rotation is reported', async () => {
  await open({ events: ['clientry.overdue'] })
  const rotation = { provider: 'cognito-client', userPoolId: POOL_ID, retireAfterSeconds: 60 }
  const { status } = await ask(world, 'POST', `${CLIENT}/rotate-secret`, { body: rotation })
  expect(status).toBe(200)
  later(60_000 + 901_000)
  await deliver()
  expect(received.map(({ event }) => [event.source, event.data])).toEqual([
    [
      `/providers/cognito-client/pools/${POOL_ID}`,
      { what: 'secret', since: expect.any(String), secretId: expect.any(String) },
    ],
  ])
})

it('drift that a round of the mirror finds is reported, without a request about the client', async () => {
  await open({ events: ['clientry.outside_change'] })
  await patch({ description: 'One' })
  const refresh = async () => {
    // As often as rounds are due.
    later(3_600_000)
    while (await world.clientry.refresh());
  }
  await refresh()
  world.auth0.put({ ...world.auth0.client('exampleClientId'), name: 'Renamed elsewhere' })
  await refresh()
  await deliver()
  expect(received.map(({ event }) => [event.type, event.data])).toEqual([
    [
      'clientry.outside_change',
      { provider: 'auth0', clientId: 'exampleClientId', fields: ['name'] },
    ],
  ])
})

it('the position is in the log, whose chain stays whole', async () => {
  await open()
  await patch({ description: 'One' })
  await deliver()
  const { store } = world.clientry.service
  const entries = await store.entries(deliveryResource('audit'))
  expect(entries.length).toBeGreaterThan(1)
  for (const [index, entry] of entries.entries()) {
    expect(entry.previous).toBe(entries[index - 1]?.hash ?? '')
  }
})
