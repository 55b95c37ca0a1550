/** Who may see what of the history, and headers that only some entries can bring. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ask, type Sent } from '../contract/caller.ts'
import { ISSUER, startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

const CLIENT = '/clients/exampleClientId'
const ADDRESSES = {
  auth0: {},
  'cognito-client': { provider: 'cognito-client', userPoolId: POOL_ID },
  local: { provider: 'local' },
}

let world: World
/** The operation of a change at each provider. */
const operations = new Map<string, string>()

beforeAll(async () => {
  const of = (provider: string) => ({
    scope: `history:${provider}`,
    grants: ['history:read'],
    providers: [provider],
  })
  const permissions = [
    { scope: 'write', grants: ['clients:read', 'clients:write', 'secrets:read'] },
    { scope: 'read', grants: ['clients:read'] },
    ...Object.keys(ADDRESSES).map(of),
  ] as never
  world = await startWorld({ permissions })
  for (const [provider, address] of Object.entries(ADDRESSES)) {
    const body = { ...address, client: { name: `At ${provider}` } }
    const { status, headers } = await change(body)
    expect(status).toBe(200)
    operations.set(provider, headers['operation-id'] ?? '')
  }
})
afterAll(() => world.close())

const change = (body: JsonObject, more: Sent = {}) =>
  ask(world, 'PATCH', CLIENT, { scopes: ['write'], body, ...more })
const get = (scopes: readonly string[], target: string, claims: JsonObject = {}) =>
  ask(world, 'GET', target, { scopes, claims, headers: { 'x-request-id': 'r-1' } })

const providersIn = (body: JsonObject) =>
  (body.items as readonly { client: { provider: string } }[]).map(({ client }) => client.provider)

describe('GET /history', () => {
  it.each(Object.keys(ADDRESSES))(
    'shows %s alone to a caller who may read only that',
    async (id) => {
      const { status, body } = await get([`history:${id}`, 'read'], '/history')
      expect(status).toBe(200)
      expect(providersIn(body)).toEqual([id])
      const narrowed = await get([`history:${id}`], `/history?provider=${id}`)
      expect(providersIn(narrowed.body)).toEqual([id])
      for (const query of ['outcome=applied', 'actor=tester', 'limit=100']) {
        expect(providersIn((await get([`history:${id}`], `/history?${query}`)).body)).toEqual([id])
      }
    },
  )

  it('shows two to a caller who may read two, newest first', async () => {
    const { body } = await get(['history:auth0', 'history:local'], '/history')
    expect(providersIn(body)).toEqual(['local', 'auth0'])
  })

  it('refuses another provider, by its name only to a caller who may do anything there', async () => {
    const hidden = await get(['history:auth0'], '/history?provider=local')
    expect(hidden).toMatchObject({ status: 400, body: { field: 'provider' } })
    expect(hidden.text).not.toContain('local')
    const seen = await get(['history:auth0', 'read'], '/history?provider=local')
    expect(seen).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
    expect(await get(['read'], '/history')).toMatchObject({ status: 403 })
  })

  it('takes the same subject of another issuer for someone else', async () => {
    const found = async (query: string) =>
      providersIn((await get(['history:auth0'], `/history?${query}`)).body)
    expect(await found('actor=tester')).toEqual(['auth0'])
    expect(await found(`actor=tester&actorIssuer=${encodeURIComponent(ISSUER)}`)).toEqual(['auth0'])
    expect(await found('actor=tester&actorIssuer=any')).toEqual(['auth0'])
    for (const other of ['https://other.example', ISSUER.slice(0, -1), '*']) {
      expect(await found(`actor=tester&actorIssuer=${encodeURIComponent(other)}`), other).toEqual(
        [],
      )
    }
  })

  it('shows open changes of those providers alone', async () => {
    const open = await get(['history:auth0'], '/history?outcome=open')
    expect(open).toMatchObject({ status: 200, body: { items: [] } })
  })
})

describe('a large item', () => {
  /** Sends a page of a history, and what `whole` of an item leads to. */
  async function page(target: string): Promise<readonly JsonObject[]> {
    const { status, body } = await get(['history:auth0'], target)
    expect(status).toBe(200)
    return (body.items as readonly JsonObject[] | undefined) ?? [body]
  }
  const urls = (host: string) =>
    Array.from(
      { length: 60 },
      (_, index) => `https://${host}.example.com/${index}${'x'.repeat(300)}`,
    )

  it('is cut among others, marked, and whole where it leads to', async () => {
    const callbacks = urls('ours')
    const body = { client: { callbacks } }
    expect(await change(body)).toMatchObject({ status: 200 })
    const theirs = urls('theirs')
    world.auth0.put({ ...world.auth0.client('exampleClientId'), callbacks: theirs } as never)
    expect(await change({ client: { description: 'Small' } })).toMatchObject({
      status: 200,
    })

    const shown = await page(`${CLIENT}/history?limit=3`)
    expect(shown.map(({ kind }) => kind)).toEqual(['change', 'outside_change', 'change'])
    expect(shown[0]).not.toHaveProperty('whole')
    const cut = { field: 'callbacks', cut: true, before: expect.any(String) }
    for (const [item, after] of [
      [shown[1], theirs],
      [shown[2], callbacks],
    ] as const) {
      expect(item).toMatchObject({ changes: [cut], whole: expect.any(String) })
      expect(JSON.stringify(item).length).toBeLessThan(2_000)
      const [whole] = await page(String(item?.whole))
      expect(whole).toMatchObject({ revision: item?.revision, changes: [{ after }] })
      expect(whole).not.toHaveProperty('whole')
    }
    const everywhere = await page('/history?limit=3')
    expect(everywhere[2]).toMatchObject({ whole: shown[2]?.whole })
  })
})

describe('GET /operations/{operationId}', () => {
  const at = (id: string | undefined) => `/operations/${id}`

  it('is for anyone else, byte for byte, as if it did not exist', async () => {
    const missing = await get(['read'], at('none'), { sub: 'somebody' })
    expect(missing.status).toBe(404)
    for (const id of operations.values()) {
      const foreign = await get(['read'], at(id), { sub: 'somebody' })
      expect(foreign.text).toBe(missing.text)
      expect(foreign.headers).toEqual(missing.headers)
      const other = await get(['write'], at(id), { client_id: 'another-client' })
      expect(other.text).toBe(missing.text)
    }
  })

  it('is shown to its caller, and to anyone who may read the history of that provider', async () => {
    const id = operations.get('local')
    expect(await get(['read'], at(id))).toMatchObject({ status: 200, body: { operationId: id } })
    const reader = await get(['history:local'], at(id), { sub: 'somebody' })
    expect(reader).toMatchObject({ status: 200, body: { actor: { subject: 'tester' } } })
    const elsewhere = await get(['history:auth0'], at(id), { sub: 'somebody' })
    expect(elsewhere.status).toBe(404)
  })
})

describe('a header that came twice', () => {
  it('is refused: idempotency-key', async () => {
    const headers = { 'idempotency-key': ['"one"', '"one"'] }
    const answer = await change({ client: { name: 'Twice' } }, { headers })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(world.auth0.client('exampleClientId')?.name).toBe('At auth0')
  })
})

describe('an Idempotency-Key', () => {
  it('of one caller means nothing to another', async () => {
    const headers = { 'idempotency-key': ['shared'] }
    const send = (claims: JsonObject = {}) =>
      change({ client: { description: 'Keyed' } }, { headers, claims })
    const first = await send()
    const other = await send({ sub: 'somebody' })
    expect([first.status, other.status]).toEqual([200, 200])
    expect(other.headers['idempotent-replayed']).toBeUndefined()
    const again = await send()
    expect(again.headers['idempotent-replayed']).toBe('true')
  })
})

it('shows what a copy was made of to those who may know of clients there', async () => {
  const client = { name: 'A copy', grantTypes: ['authorization_code', 'refresh_token'] }
  const body = { provider: 'local', client, allowLoss: true }
  const path = `${CLIENT}/copy?provider=auth0`
  const copied = await ask(world, 'POST', path, { scopes: ['write'], body })
  expect(copied.status, copied.text).toBe(201)
  const operation = `/operations/${copied.headers['operation-id']}`
  const own = `/clients/${copied.body.id}/history?provider=local`
  const all = '/history?provider=local&limit=1'
  const source = { provider: 'auth0', id: 'exampleClientId' }
  for (const target of [operation, own, all]) {
    const shown = async (scopes: readonly string[]) => {
      const { body: answer } = await get(scopes, target)
      const [item = answer] = (answer.items ?? []) as readonly JsonObject[]
      expect(item.action).toBe('create')
      return item.copiedFrom
    }
    expect(await shown(['history:local'])).toBeUndefined()
    expect(await shown(['history:local', 'history:auth0'])).toEqual(source)
    expect(await shown(['history:local', 'read'])).toEqual(source)
  }
})

describe('GET /history/counts', () => {
  const totals = (body: JsonObject) =>
    (body.days as readonly { day: string; counts: Record<string, number> }[]).map(
      ({ counts }) => counts,
    )
  const today = new Date().toISOString().slice(0, 10)

  it('counts by day and outcome what the caller may see', async () => {
    const all = Object.keys(ADDRESSES).map((id) => `history:${id}`)
    const listed = (await get(all, '/history?limit=100')).body.items as readonly JsonObject[]
    const { status, body } = await get(all, '/history/counts')
    expect(status).toBe(200)
    // The tests could run over midnight.
    const sum = totals(body)
      .flatMap((one) => Object.values(one))
      .reduce((a, b) => a + b, 0)
    expect(sum).toBe(listed.length)
    expect(JSON.stringify(body.days)).toContain(today.slice(0, 8))
    const local = listed.filter(({ client }) => (client as JsonObject).provider === 'local')
    expect(local).not.toEqual([])
    expect(local.length).toBeLessThan(listed.length)
    const one = await get(['history:local'], '/history/counts')
    expect(totals(one.body)).toEqual([{ applied: local.length }])
    const before = await get(
      all,
      '/history/counts?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z',
    )
    expect(before.body).toEqual({
      from: '2020-01-01T00:00:00.000Z',
      to: '2020-02-01T00:00:00.000Z',
      days: [],
    })
  })

  it('says of the first and the last days that can be asked for since when it counts, as RFC 3339 writes it', async () => {
    const since = async (query: string) =>
      (await get(['history:local'], `/history/counts?${query}`)).body
    expect(await since('to=0000-01-15T00:00:00Z')).toMatchObject({
      from: '0000-01-01T00:00:00.000Z',
      to: '0000-01-15T00:00:00.000Z',
    })
    expect(await since('from=9999-12-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toMatchObject({
      from: '9999-12-01T00:00:00.000Z',
      to: '9999-12-31T23:59:59.000Z',
    })
  })

  it.each([
    ['a period of more than a year', 'from=2020-01-01T00:00:00Z&to=2022-01-01T00:00:00Z', 400],
    [
      'a period that ends before it begins',
      'from=2022-01-01T00:00:00Z&to=2021-01-01T00:00:00Z',
      400,
    ],
    ['no time', 'from=yesterday', 400],
    ['a parameter that it does not have', 'actor=tester', 400],
    ['a provider that the caller may not see', 'provider=auth0', 400],
  ])('refuses %s', async (_, query, status) => {
    expect((await get(['history:local'], `/history/counts?${query}`)).status).toBe(status)
  })

  it('needs history:read', async () => {
    expect((await get(['read'], '/history/counts')).status).toBe(403)
  })
})
