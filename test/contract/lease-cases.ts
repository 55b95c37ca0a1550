/** Leases on list values over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Case, CLIENT, COGNITO, stateOf, withToken } from './http-case.ts'
import type { World } from './world.ts'

const PREVIEW = 'https://pr-7.preview.example/cb'
const LEASE = { field: 'callbacks', value: PREVIEW, owner: 'pr-7', ttlSeconds: 3_600 }
const PATH = `${CLIENT}/leases`
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const put = (world: World, body: JsonObject, more: object = {}) =>
  withToken(world, { method: 'PUT', path: PATH, ...more }, body)
const end = (world: World, query: JsonObject, more: object = {}) =>
  withToken(world, {
    method: 'DELETE',
    path: PATH,
    query: new URLSearchParams(query as Record<string, string>).toString(),
    ...more,
  })
const get = (world: World, query: JsonObject, path = PATH) =>
  withToken(world, {
    method: 'GET',
    path,
    query: new URLSearchParams(query as Record<string, string>).toString(),
  })

export const LEASE_CASES: readonly Case[] = [
  {
    name: 'what holds for a client, at every provider',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const taken = await send(await put(world, { ...address, ...LEASE }))
        const { body, headers } = await send(await get(world, address, `${CLIENT}/standing`))
        expect(body).toMatchObject({ protected: false, endingSecrets: [] })
        expect(body.leases).toEqual(taken.body.leases)
        expect(stateOf(headers.etag)).toBe(stateOf(taken.headers.etag))
        await send(await end(world, { ...address, owner: LEASE.owner }))
      }
    },
  },
  {
    name: 'a value is leased, renewed and given back, at every provider',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const before = (await send(await get(world, address, CLIENT))).body.callbacks as string[]
        const planned = await send(
          await put(world, { ...address, ...LEASE }, { query: 'dryRun=true' }),
        )
        expect(planned).toMatchObject({
          status: 200,
          body: {
            dryRun: true,
            changes: [{ field: 'callbacks', added: [PREVIEW] }],
            client: { leases: [{ value: PREVIEW, owner: 'pr-7' }] },
          },
        })
        const taken = await send(await put(world, { ...address, ...LEASE }))
        const { ttlSeconds: _, ...shown } = LEASE
        expect(taken.status).toBe(200)
        expect(taken.body.leases).toEqual([
          { ...shown, expiresAt: expect.stringMatching(RFC_3339) },
        ])
        expect(taken.body).not.toHaveProperty('callbacks')
        expect(taken.body).not.toHaveProperty('name')
        const client = (await send(await get(world, address, CLIENT))).body
        expect(client.callbacks).toEqual(expect.arrayContaining([...before, PREVIEW]))
        expect(client.leases).toEqual(taken.body.leases)
        expect((await send(await get(world, address))).body.leases).toEqual(taken.body.leases)
        const renewed = await send(await put(world, { ...address, ...LEASE, ttlSeconds: 7_200 }))
        expect(stateOf(renewed.headers.etag)).toBe(stateOf(taken.headers.etag))
        const told = await withToken(world, {
          method: 'GET',
          path: `/operations/${renewed.headers['operation-id']}`,
        })
        expect((await send(told)).body).toMatchObject({
          action: 'lease',
          changes: [],
          leases: { taken: renewed.body.leases, ended: [] },
        })
        const ended = await send(await end(world, { ...address, owner: 'pr-7' }))
        expect(ended).toMatchObject({ status: 200, body: { leases: [] } })
        const after = (await send(await get(world, address, CLIENT))).body
        expect([...(after.callbacks as string[])].sort()).toEqual([...before].sort())
        expect(after).not.toHaveProperty('leases')
        const again = await send(await end(world, { ...address, owner: 'pr-7' }))
        expect(again.status).toBe(200)
        expect(again.headers).not.toHaveProperty('operation-id')
      }
    },
  },
  {
    name: 'leases end by owner, list and value, and those of others stay',
    run: async (send, world) => {
      const other = 'https://pr-8.preview.example/cb'
      for (const lease of [
        LEASE,
        { ...LEASE, value: other },
        { ...LEASE, field: 'allowedLogoutUrls' },
        { ...LEASE, owner: 'pr-8' },
      ]) {
        expect((await send(await put(world, lease))).status).toBe(200)
      }
      const left = async () =>
        ((await send(await get(world, {}))).body.leases as JsonObject[]).map(
          ({ field, value, owner }) => [field, value, owner],
        )
      await send(await end(world, { owner: 'pr-7', field: 'callbacks', value: other }))
      await send(await end(world, { owner: 'pr-7', field: 'allowedLogoutUrls' }))
      expect(await left()).toEqual([
        ['callbacks', PREVIEW, 'pr-7'],
        ['callbacks', PREVIEW, 'pr-8'],
      ])
      await send(await end(world, { owner: 'pr-7' }))
      expect((await send(await get(world, {}, CLIENT))).body.callbacks).toContain(PREVIEW)
      await send(await end(world, { owner: 'pr-8' }))
      expect((await send(await get(world, {}, CLIENT))).body.callbacks).not.toContain(PREVIEW)
    },
  },
  {
    name: 'a lease is taken once for a key, and for the state that it is meant for',
    run: async (send, world) => {
      const headers = { 'idempotency-key': `lease-${Math.random()}` }
      const first = await send(await put(world, LEASE, { headers }))
      const again = await send(await put(world, LEASE, { headers }))
      expect(again.headers['idempotent-replayed']).toBe('true')
      expect(again.body).toEqual(first.body)
      const longer = await send(await put(world, { ...LEASE, ttlSeconds: 1 }, { headers }))
      expect(longer).toMatchObject({ status: 422, body: { code: 'key_reused' } })
      const stale = { headers: { 'if-match': '"other"' } }
      expect((await send(await put(world, LEASE, stale))).status).toBe(412)
      expect((await send(await end(world, { owner: 'pr-7' }, stale))).status).toBe(412)
    },
  },
  {
    name: 'a client with leases is sent back as it was answered, and leases are not set so',
    run: async (send, world) => {
      await send(await put(world, LEASE))
      const { body } = await send(await get(world, {}, CLIENT))
      const patch = (client: JsonObject) =>
        withToken(world, { method: 'PATCH', path: CLIENT }, { client })
      const same = await send(await patch(body))
      expect(same.status).toBe(200)
      expect(same.body.leases).toEqual(body.leases)
      expect(await send(await patch({ leases: [] }))).toMatchObject({
        status: 400,
        body: { code: 'read_only_field', field: 'client.leases' },
      })
    },
  },
  {
    name: 'a lease that cannot be is refused, naming what is wrong',
    run: async (send, world) => {
      const bad: readonly (readonly [JsonObject, string])[] = [
        [{ field: 'grantTypes', value: 'implicit' }, 'field'],
        [{ field: 'callbacks', value: '' }, 'value'],
        [{ value: 'https://*.preview.example/cb' }, 'value'],
        [{ value: 'http://pr-7.preview.example/cb' }, 'value'],
        [{ value: 'https://pr-7.preview.example/cb#part' }, 'value'],
        [{ value: `https://pr-7.preview.example/${'a'.repeat(500)}` }, 'value'],
        [{ owner: '' }, 'owner'],
        [{ owner: 'pr\n7' }, 'owner'],
        [{ owner: 'a'.repeat(129) }, 'owner'],
        [{ owner: 7 }, 'owner'],
        [{ ttlSeconds: 0 }, 'ttlSeconds'],
        [{ ttlSeconds: 7_776_001 }, 'ttlSeconds'],
        [{ ttlSeconds: 1.5 }, 'ttlSeconds'],
        [{ ttlSeconds: '60' }, 'ttlSeconds'],
        [{ more: true }, 'more'],
        [{ ...COGNITO, field: 'webOrigins', value: 'https://pr-7.example' }, 'client.webOrigins'],
      ]
      for (const [body, field] of bad) {
        const answer = await send(await put(world, { ...LEASE, ...body }))
        expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { field } })
      }
      // Refused before the client is read.
      const calls = world.upstreamCalls()
      const wild = { ...LEASE, field: 'allowedOrigins', value: 'https://*.preview.example.com' }
      const { body } = await send(await put(world, wild))
      expect(body.error).toBe('value must be one URL, without a wildcard.')
      expect(world.upstreamCalls()).toBe(calls)
      expect(await send(await end(world, {}))).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', field: 'owner' },
      })
      const gone = { path: `${CLIENT}-gone/leases` }
      expect((await send(await put(world, LEASE, gone))).status).toBe(404)
      expect((await send(await end(world, { owner: 'pr-7' }, gone))).status).toBe(404)
      expect((await send(await get(world, {}, gone.path))).status).toBe(404)
    },
  },
  {
    name: 'how much of a list is left, before it is full, and who holds it when it is',
    run: async (send, world) => {
      const own = Array.from({ length: 78 }, (_, index) => `https://app.example/${index}`)
      for (const address of [{}, COGNITO]) {
        const patch = { ...address, client: { callbacks: own, defaultCallback: null } }
        const filled = await send(await withToken(world, { method: 'PATCH', path: CLIENT }, patch))
        expect(filled.status).toBe(200)
        const near = await send(await put(world, { ...address, ...LEASE }))
        expect(near.body.warnings).toMatchObject([
          {
            code: 'near_limit',
            field: 'client.callbacks',
            message: expect.stringContaining('79 of the 80'),
          },
        ])
        const second = { ...LEASE, value: `${PREVIEW}/2`, owner: 'pr-8', ttlSeconds: 600 }
        await send(await put(world, { ...address, ...second }))
        const third = { ...address, ...LEASE, value: `${PREVIEW}/3` }
        for (const query of ['', 'dryRun=true']) {
          const full = await send(await put(world, third, { query }))
          expect(full).toMatchObject({
            status: 409,
            body: { code: 'list_full', field: 'client.callbacks' },
          })
          expect(full.body.error).toMatch(
            /80 values, 2 of them leased, and leases may fill at most 80 of its 100 places\. Nothing was sent\. The next leases to end: "pr-8" until .*, "pr-7" until /,
          )
          expect(Number(full.headers['retry-after'])).toBeGreaterThan(590)
          expect(Number(full.headers['retry-after'])).toBeLessThanOrEqual(600)
        }
        expect((await send(await put(world, { ...address, ...LEASE }))).status).toBe(200)
      }
    },
  },
]
