/** The HTTP contract of history, operations, rollback and idempotency keys. */

import { expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { type Case, CLIENT, COGNITO, type Received, type Sent, withToken } from './http-case.ts'
import type { World } from './world.ts'

type Send = (request: Sent) => Promise<Received>
type Items = readonly (JsonObject & { client: JsonObject; changes: readonly JsonObject[] })[]

const get = (world: World, path: string, query: Readonly<Record<string, string>> = {}) =>
  withToken(world, { method: 'GET', path, query: new URLSearchParams(query).toString() })

const patch = (world: World, body: Json, headers: Sent['headers'] = {}) =>
  withToken(world, { method: 'PATCH', path: CLIENT, headers }, body)

const rollback = (world: World, body: Json, more: Partial<Sent> = {}) =>
  withToken(world, { method: 'POST', path: `${CLIENT}/rollback`, ...more }, body)

/** Changes the client at Auth0 once for each name; gives the operations, oldest first. */
async function changes(send: Send, world: World, names: readonly string[], address = {}) {
  const operations: string[] = []
  for (const name of names) {
    const answer = await send(await patch(world, { ...address, client: { name } }))
    expect(answer.status).toBe(200)
    operations.push(answer.headers['operation-id'] ?? '')
  }
  return operations
}

/** Every item, page by page, until there is no further one. */
async function pages(send: Send, world: World, path: string, query: Record<string, string>) {
  const all: Items[number][] = []
  for (let cursor: object = {}; ; ) {
    const { status, body } = await send(await get(world, path, { ...query, ...cursor }))
    expect(status).toBe(200)
    const items = body.items as Items
    expect(items.length).toBeLessThanOrEqual(Number(query.limit))
    all.push(...items)
    if (body.next === undefined) return all
    expect(items.length).toBe(Number(query.limit))
    cursor = { cursor: String(body.next) }
  }
}

const namesIn = (items: Items) => items.map((item) => item.changes[0]?.after)

async function expectRefused(send: Send, sent: Promise<Sent>, field: string, code: string) {
  const answer = await send(await sent)
  expect(answer).toMatchObject({ status: 400, body: { code, field } })
}

export const HISTORY_CASES: readonly Case[] = [
  {
    name: 'the history of a client, page by page to its end',
    run: async (send, world) => {
      const earlier = await pages(send, world, `${CLIENT}/history`, { limit: '100' })
      const made = await changes(send, world, ['P1', 'P2', 'P3', 'P4', 'P5'])
      for (const limit of ['1', '2', '3', '100']) {
        const items = await pages(send, world, `${CLIENT}/history`, { limit })
        expect(items.length).toBe(earlier.length + 5)
        expect(namesIn(items).slice(0, 5)).toEqual(['P5', 'P4', 'P3', 'P2', 'P1'])
        const operations = items.slice(0, 5).map(({ operationId }) => operationId)
        expect(operations.reverse()).toEqual(made)
        const revisions = items.map(({ revision }) => Number(revision))
        expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => other - one))
      }
      const [item] = (await send(await get(world, `${CLIENT}/history`))).body.items as Items
      expect(item).toMatchObject({
        kind: 'change',
        outcome: 'applied',
        settledBy: 'request',
        actor: { subject: 'tester', clientId: 'test-client' },
        client: { id: 'exampleClientId', provider: 'auth0' },
        changes: [{ field: 'name', before: 'P4', after: 'P5' }],
      })
      const none = await send(await get(world, '/clients/unheard-of/history'))
      expect(none).toMatchObject({ status: 200, body: { items: [] } })
    },
  },
  {
    name: 'the history across clients, narrowed by each filter',
    run: async (send, world) => {
      await changes(send, world, ['H1', 'H2'])
      await changes(send, world, ['H3'], COGNITO)
      const theirs = { headers: { authorization: `Bearer ${await world.token([], SOMEBODY)}` } }
      const sent = await patch(world, { client: { name: 'H4' } })
      await send({ ...sent, headers: { ...sent.headers, ...theirs.headers } })
      const all = await pages(send, world, '/history', { limit: '100' })
      expect(namesIn(all).slice(0, 4)).toEqual(['H4', 'H3', 'H2', 'H1'])
      expect(await pages(send, world, '/history', { limit: '1' })).toEqual(all)
      expect(await pages(send, world, '/history', { limit: '3' })).toEqual(all)

      const found = (query: Record<string, string>) =>
        pages(send, world, '/history', { limit: '2', ...query })
      const where = (test: (item: Items[number]) => boolean) => all.filter(test)
      expect(await found({ provider: 'cognito-client' })).toEqual(
        where(({ client }) => client.provider === 'cognito-client'),
      )
      expect(namesIn(await found({ actor: 'somebody' }))[0]).toBe('H4')
      expect(await found({ actor: 'nobody' })).toEqual([])
      expect(await found({ outcome: 'applied' })).toEqual(
        where(({ outcome }) => outcome === 'applied'),
      )
      for (const outcome of ['not_applied', 'conflict', 'outside_change', 'overlap', 'open']) {
        expect(await found({ outcome })).toEqual(where((item) => item.outcome === outcome))
      }
      const end = String(all[1]?.endedAt ?? all[1]?.at)
      const since = await found({ from: end })
      expect(namesIn(since)).toContain('H3')
      expect(namesIn(since)).not.toContain('H1')
      expect(namesIn(await found({ to: end }))).not.toContain('H4')
      expect(await found({ from: end.replace('Z', '+00:00') })).toEqual(since)
    },
  },
  {
    name: 'filters of the history that are none, each by its name',
    run: async (send, world) => {
      const bad: readonly [string, string, string][] = [
        ['cursor', 'bm9uZQ', 'invalid_field'],
        ['cursor', '%%', 'invalid_request'],
        ['from', 'yesterday', 'invalid_request'],
        ['from', '2026-13-45T00:00:00Z', 'invalid_field'],
        ['to', '2026-01-31', 'invalid_request'],
        ['limit', '0', 'invalid_request'],
        ['limit', '101', 'invalid_request'],
        ['limit', '-1', 'invalid_request'],
        ['outcome', 'unknown', 'invalid_field'],
        ['provider', 'okta', 'invalid_field'],
      ]
      for (const [name, value, code] of bad) {
        await expectRefused(send, get(world, '/history', { [name]: value }), name, code)
      }
      const one = `${CLIENT}/history`
      await expectRefused(send, get(world, one, { limit: '0' }), 'limit', 'invalid_request')
      await expectRefused(send, get(world, one, { cursor: 'eA' }), 'cursor', 'invalid_field')
      const place = Buffer.from('1.1').toString('base64url')
      await expectRefused(send, get(world, one, { cursor: place }), 'cursor', 'invalid_field')
    },
  },
  {
    name: 'an operation to its caller, and to no one else who may not read the history',
    run: async (send, world) => {
      const [operation = ''] = await changes(send, world, ['Operated'])
      const own = await send(await get(world, `/operations/${operation}`))
      expect(own).toMatchObject({
        status: 200,
        body: { operationId: operation, outcome: 'applied', changes: [{ after: 'Operated' }] },
      })
      const missing = await send(await get(world, '/operations/none'))
      expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } })
    },
  },
  {
    name: 'a rollback: planned, under a condition, and done',
    run: async (send, world) => {
      const [, entry] = await changes(send, world, ['Before', 'Then'])
      const { body: seen } = await send(await get(world, `/operations/${entry}`))
      await changes(send, world, ['Later'])
      const to = seen.revision as number
      const plan = await send(await rollback(world, { to }, { query: 'dryRun=true' }))
      expect(plan).toMatchObject({
        status: 200,
        body: {
          dryRun: true,
          changes: [{ field: 'name', before: 'Later', after: 'Then' }],
          requests: [{ body: { name: 'Then' } }],
          client: { name: 'Then' },
        },
      })
      expect(world.auth0.client('exampleClientId')?.name).toBe('Later')
      const stale = { headers: { 'if-match': '"stale"' } }
      expect(await send(await rollback(world, { to }, stale))).toMatchObject({ status: 412 })
      const tagged = { headers: { 'if-match': plan.headers.etag ?? '' } }
      const done = await send(await rollback(world, { to }, tagged))
      expect(done).toMatchObject({ status: 200, body: { name: 'Then' } })
      expect(done.headers['operation-id']).toMatch(/^[\w-]{36}$/)
      const told = await send(await get(world, `/operations/${done.headers['operation-id']}`))
      expect(told.body).toMatchObject({ rollbackTo: to, outcome: 'applied' })
      const again = await send(await rollback(world, { to: Number(told.body.revision) }))
      expect(again.status).toBe(200)
      expect(again.headers['operation-id']).toBeUndefined()
    },
  },
  {
    name: 'a rollback of what someone else has changed since, whole or in part',
    run: async (send, world) => {
      const { body: page } = await send(await get(world, `${CLIENT}/history`))
      const [newest] = page.items as Items
      const to = Number(newest?.revision ?? 0)
      const client = { name: 'Ours', description: `Ours since ${to}` }
      expect((await send(await patch(world, { client }))).status).toBe(200)
      world.auth0.put({ ...world.auth0.client('exampleClientId'), name: 'Foreign' } as JsonObject)
      const refused = await send(await rollback(world, { to }))
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'not_restorable', field: 'client.name' },
      })
      const partly = await send(await rollback(world, { to, allowPartial: true }))
      expect(partly).toMatchObject({
        status: 200,
        body: { name: 'Foreign', warnings: [{ code: 'not_restored', field: 'client.name' }] },
      })
      expect(partly.body.description).not.toBe(client.description)
    },
  },
  {
    name: 'bodies of a rollback that are none',
    run: async (send, world) => {
      const bad: readonly [Json, string, string][] = [
        [{}, 'invalid_field', 'to'],
        [{ to: -1 }, 'invalid_field', 'to'],
        [{ to: 1.5 }, 'invalid_field', 'to'],
        [{ to: '2' }, 'invalid_field', 'to'],
        [{ to: 9_999 }, 'invalid_field', 'to'],
        [{ to: 0, allowPartial: 'yes' }, 'invalid_field', 'allowPartial'],
        [{ to: 0, since: 1 }, 'unknown_field', 'since'],
        [[], 'invalid_request', 'to'],
        [{ to: 0, provider: 'okta' }, 'invalid_field', 'provider'],
      ]
      for (const [body, code, field] of bad) {
        const answer = await send(await rollback(world, body))
        expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { code, field } })
      }
      const type = { headers: { 'content-type': 'application/merge-patch+json' } }
      expect(await send(await rollback(world, { to: 0 }, type))).toMatchObject({ status: 415 })
    },
  },
  {
    name: 'an Idempotency-Key: one effect, the same operation, and no other request',
    run: async (send, world) => {
      const key = { 'idempotency-key': `"key-${world.auth0.calls.length}"` }
      const body = { client: { name: 'Keyed' } }
      const first = await send(await patch(world, body, key))
      expect(first.status).toBe(200)
      expect(first.headers['idempotent-replayed']).toBeUndefined()
      await changes(send, world, ['Meanwhile'])
      const again = await send(await patch(world, body, key))
      expect(again).toMatchObject({
        status: 200,
        headers: {
          'operation-id': first.headers['operation-id'],
          'idempotent-replayed': 'true',
        },
        body: { name: 'Meanwhile' },
      })
      const other = await send(await patch(world, { client: { name: 'Other' } }, key))
      expect(other).toMatchObject({
        status: 422,
        body: { code: 'key_reused', field: 'Idempotency-Key' },
      })
      const rolledBack = await send(await rollback(world, { to: 0 }, { headers: key }))
      expect(rolledBack).toMatchObject({ status: 422 })
      for (const bad of ['""', 'two words', 'a"b', 'x'.repeat(256)]) {
        const answer = await send(await patch(world, body, { 'idempotency-key': bad }))
        expect(answer, bad).toMatchObject({
          status: 400,
          body: { code: 'invalid_request', field: 'Idempotency-Key' },
        })
      }
    },
  },
  {
    name: 'a change that failed once it had begun, with its operation and what became of it',
    run: async (send, world) => {
      // Our own rules know nothing of this setting's values; Auth0 refuses it.
      const client = { providerSettings: { par_request_expiry: 5 } }
      const { status, body } = await send(await patch(world, { client }))
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { code: 'provider_refused', outcome: 'not_applied', operationId: expect.any(String) },
      })
      const told = await send(await get(world, `/operations/${body.operationId}`))
      expect(told).toMatchObject({ status: 200, body: { outcome: 'not_applied' } })
    },
  },
]

const SOMEBODY = { sub: 'somebody' }
