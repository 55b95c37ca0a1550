/** Rotating, listing and retiring secrets over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Case, COGNITO, type Received, routeIn, type Sent, withToken } from './http-case.ts'
import type { World } from './world.ts'

type Send = (request: Sent) => Promise<Received>

const NEW = {
  kind: 'web',
  client: { name: 'Portal', callbacks: ['https://portal.example.com/cb'] },
}
/** Providers where two secrets can be live at once. */
const OVERLAPPING = [COGNITO, { provider: 'local' }]

interface Made {
  readonly path: string
  readonly query: string
  readonly secret: string
}

async function make(send: Send, world: World, address: JsonObject, kind = 'web'): Promise<Made> {
  const body = { ...address, ...NEW, kind }
  const made = await send(await withToken(world, { method: 'POST', path: '/clients' }, body))
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const [path = '', query = ''] = routeIn(made.headers.location).split('?')
  return { path, query, secret: String(made.body.secret) }
}

interface More {
  readonly body?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: string
}

const rotate = async (
  send: Send,
  world: World,
  { path, query }: Made,
  { body = {}, headers = {}, query: more = '' }: More = {},
) =>
  send(
    await withToken(
      world,
      { method: 'POST', path: `${path}/rotate-secret`, query: `${query}${more}`, headers },
      body,
    ),
  )

const list = async (send: Send, world: World, { path, query }: Made) =>
  send(await withToken(world, { method: 'GET', path: `${path}/secrets`, query }))

const retire = async (send: Send, world: World, { path, query }: Made, id: string, more = '') =>
  send(
    await withToken(world, {
      method: 'DELETE',
      path: `${path}/secrets/${encodeURIComponent(id)}`,
      query: `${query}${more}`,
    }),
  )

const idsOf = (secrets: unknown) => (secrets as { id: string }[]).map(({ id }) => id)

export const SECRET_CASES: readonly Case[] = [
  {
    name: 'a rotation puts a new secret beside the old one, which is then retired',
    run: async (send, world) => {
      for (const address of OVERLAPPING) {
        const client = await make(send, world, address)
        const before = await list(send, world, client)
        expect(before).toMatchObject({ status: 200, body: { atOnce: 2 } })
        const [old = ''] = idsOf(before.body.secrets)
        const rotated = await rotate(send, world, client)
        expect(rotated.status, JSON.stringify(rotated.body)).toBe(200)
        const { id, value } = rotated.body.secret as { id: string; value: string }
        expect(value).toMatch(/^[0-9a-f]{64}$/)
        expect(value).not.toBe(client.secret)
        expect(idsOf(rotated.body.previous)).toEqual([old])
        const both = await list(send, world, client)
        expect(idsOf(both.body.secrets)).toEqual([old, id])
        expect(JSON.stringify(both.body)).not.toContain(value)
        for (const one of both.body.secrets as JsonObject[]) {
          expect(one.createdAt).toMatch(/^\d{4}-.*Z$/)
        }
        const full = await rotate(send, world, client)
        expect(full).toMatchObject({ status: 400, body: { code: 'rule_violated' } })
        expect(full.body.error).toContain(old)
        const ended = await retire(send, world, client, old)
        expect(ended).toMatchObject({ status: 200, body: { retired: old } })
        expect(idsOf(ended.body.secrets)).toEqual([id])
        expect(ended.body.client).not.toHaveProperty('warnings')
        const gone = await retire(send, world, client, old)
        expect(gone).toMatchObject({ status: 404, body: { field: 'secretId' } })
        const last = await retire(send, world, client, id)
        expect(last).toMatchObject({ status: 400, body: { code: 'rule_violated' } })
      }
    },
  },
  {
    name: 'a rotation says when the old secret ends by itself',
    run: async (send, world) => {
      for (const address of OVERLAPPING) {
        const client = await make(send, world, address)
        for (const retireAfterSeconds of [0, 1.5, 40_000_000, 'soon']) {
          const answer = await rotate(send, world, client, { body: { retireAfterSeconds } })
          expect(answer).toMatchObject({ status: 400, body: { field: 'retireAfterSeconds' } })
        }
        const both = { cutOver: true, retireAfterSeconds: 60 }
        const answer = await rotate(send, world, client, { body: both })
        expect(answer).toMatchObject({ status: 400, body: { field: 'retireAfterSeconds' } })
        const body = { retireAfterSeconds: 86_400 }
        const rotated = await rotate(send, world, client, { body })
        const [{ retiresAt } = { retiresAt: '' }] = rotated.body.previous as { retiresAt: string }[]
        const hours = (Date.parse(retiresAt) - Date.now()) / 3_600_000
        expect(hours).toBeGreaterThan(23)
        expect(hours).toBeLessThanOrEqual(24)
        const listed = await list(send, world, client)
        expect(listed.body.secrets).toMatchObject([{ retiresAt }, {}])
        const [, made] = listed.body.secrets as JsonObject[]
        expect(made).not.toHaveProperty('retiresAt')
        const [old = ''] = idsOf(rotated.body.previous)
        for (const seconds of ['0', '1.5', '8000000', 'x']) {
          const bad = await retire(send, world, client, old, `&afterSeconds=${seconds}`)
          expect(bad, seconds).toMatchObject({ status: 400, body: { field: 'afterSeconds' } })
          expect(bad.body.error).toMatch(/1 to 7776000\.$/)
        }
        const moved = await retire(send, world, client, old, '&afterSeconds=172800')
        expect(moved).toMatchObject({ status: 200, body: { retired: old, secrets: [{}, {}] } })
        expect(Date.parse(String(moved.body.retiresAt))).toBeGreaterThan(Date.parse(retiresAt))
      }
    },
  },
  {
    name: 'where there can be one secret a rotation cuts over, and only when that is asked for',
    run: async (send, world) => {
      const client = await make(send, world, {})
      const refused = await rotate(send, world, client)
      expect(refused).toMatchObject({ status: 400, body: { field: 'cutOver' } })
      const rotated = await rotate(send, world, client, { body: { cutOver: true } })
      expect(rotated).toMatchObject({ status: 200, body: { previous: [] } })
      const { value } = rotated.body.secret as { value: string }
      expect(rotated.body.client).toMatchObject({ secret: value })
      const { path, query } = client
      const read = await send(await withToken(world, { method: 'GET', path, query }))
      expect(read).toMatchObject({
        body: { secret: value },
        headers: { etag: rotated.headers.etag },
      })
      const listed = await list(send, world, client)
      expect(listed.body).toEqual({
        secrets: [{ id: 'current', hint: value.slice(-4) }],
        atOnce: 1,
      })
      const cannot = await retire(send, world, client, 'current')
      expect(cannot).toMatchObject({ status: 400, body: { code: 'unsupported_operation' } })
      for (const address of OVERLAPPING) {
        const other = await make(send, world, address)
        const answer = await rotate(send, world, other, { body: { cutOver: true } })
        expect(answer).toMatchObject({ status: 400, body: { field: 'cutOver' } })
      }
    },
  },
  {
    name: 'a rotation with a key is made once and returned again with the same value',
    run: async (send, world) => {
      for (const address of [{}, ...OVERLAPPING]) {
        const client = await make(send, world, address)
        const body = Object.keys(address).length === 0 ? { cutOver: true } : {}
        const headers = { 'idempotency-key': `rotation-${Math.random()}` }
        const first = await rotate(send, world, client, { body, headers })
        const again = await rotate(send, world, client, { body, headers })
        expect(again.status, JSON.stringify(again.body)).toBe(200)
        expect(again.headers['idempotent-replayed']).toBe('true')
        expect(again.headers['operation-id']).toBe(first.headers['operation-id'])
        expect(again.body.secret).toEqual(first.body.secret)
        expect(again.body.previous).toEqual(first.body.previous)
        const listed = await list(send, world, client)
        expect(listed.body.secrets).toHaveLength(Number(listed.body.atOnce))
      }
    },
  },
  {
    name: 'a rotation and a retirement are planned in a dry run, with If-Match, and shown in the history',
    run: async (send, world) => {
      for (const address of OVERLAPPING) {
        const client = await make(send, world, address)
        const planned = await rotate(send, world, client, { query: '&dryRun=true' })
        expect(planned).toMatchObject({ status: 200, body: { dryRun: true, requests: [{}] } })
        expect(JSON.stringify(planned.body.requests)).not.toContain('{id}')
        expect(planned.body).not.toHaveProperty('secret')
        expect((await list(send, world, client)).body.secrets).toHaveLength(1)
        const stale = await rotate(send, world, client, { headers: { 'if-match': '"other"' } })
        expect(stale.status).toBe(412)
        const headers = { 'if-match': planned.headers.etag ?? '' }
        const rotated = await rotate(send, world, client, { headers })
        expect(rotated.status).toBe(200)
        const [old = ''] = idsOf(rotated.body.previous)
        const plan = await retire(send, world, client, old, '&dryRun=true')
        expect(plan).toMatchObject({ status: 200, body: { dryRun: true } })
        expect((await list(send, world, client)).body.secrets).toHaveLength(2)
        await retire(send, world, client, old)
        const { path, query } = client
        const history = { method: 'GET', path: `${path}/history`, query }
        const { body } = await send(await withToken(world, history))
        const { id } = rotated.body.secret as { id: string }
        expect(body.items).toMatchObject([
          { action: 'retire', outcome: 'applied', secretId: old, surprises: [] },
          { action: 'rotate', outcome: 'applied', secretId: id, surprises: [] },
          { action: 'create' },
        ])
      }
    },
  },
  {
    name: 'a client without a secret of use is refused one, and lists none',
    run: async (send, world) => {
      for (const address of [{}, ...OVERLAPPING]) {
        const client = await make(send, world, address, 'spa')
        for (const cutOver of [true, false]) {
          const answer = await rotate(send, world, client, { body: { cutOver } })
          expect(answer).toMatchObject({ status: 400, body: { code: 'unsupported_operation' } })
        }
        const listed = await list(send, world, client)
        expect(listed).toMatchObject({ status: 200, body: { secrets: [], atOnce: 0 } })
      }
      const bad = await make(send, world, {})
      const answer = await rotate(send, world, bad, { body: { cutOver: 'yes' } })
      expect(answer).toMatchObject({ status: 400, body: { field: 'cutOver' } })
    },
  },
]
