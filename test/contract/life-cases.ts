/** Making and removing a client over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Case, CLIENT, COGNITO, withToken } from './http-case.ts'
import type { World } from './world.ts'

const CALLBACK = 'https://portal.example.com/cb'
const NEW = { kind: 'web', client: { name: 'Portal', callbacks: [CALLBACK] } }

const make = (world: World, body: JsonObject, headers = {}, query = '') =>
  withToken(world, { method: 'POST', path: '/clients', query, headers }, body)

const remove = (world: World, path: string, query: string, headers = {}) =>
  withToken(world, { method: 'DELETE', path, query, headers })

export const LIFE_CASES: readonly Case[] = [
  {
    name: 'a client is made, found, and removed, at every provider',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const made = await send(await make(world, { ...address, ...NEW }))
        expect(made).toMatchObject({ status: 201, body: NEW.client })
        expect(made.body.secret).toEqual(expect.any(String))
        const [path = '', query = ''] = (made.headers.location ?? '').split('?')
        const read = await send(await withToken(world, { method: 'GET', path, query }))
        expect(read).toMatchObject({ status: 200, headers: { etag: made.headers.etag } })
        const blind = await send(await remove(world, path, query))
        expect(blind).toMatchObject({ status: 428, body: { code: 'precondition_required' } })
        const stale = await send(await remove(world, path, query, { 'if-match': '"other"' }))
        expect(stale.status).toBe(412)
        const match = { 'if-match': read.headers.etag ?? '' }
        const planned = await send(await remove(world, path, `${query}&dryRun=true`, match))
        expect(planned).toMatchObject({ status: 200, body: { dryRun: true, client: NEW.client } })
        expect((planned.body.lost as string[])[0]).toContain('client id')
        const removed = await send(await remove(world, path, query, match))
        expect(removed).toMatchObject({ status: 200, body: { removed: true } })
        const told = await withToken(world, {
          method: 'GET',
          path: `/operations/${removed.headers['operation-id']}`,
        })
        expect((await send(told)).body).toMatchObject({ action: 'remove', outcome: 'applied' })
        expect((await send(await withToken(world, { method: 'GET', path, query }))).status).toBe(
          404,
        )
      }
    },
  },
  {
    name: 'a protected client is changed and not removed, until that is lifted, at every provider',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const made = await send(await make(world, { ...address, ...NEW }))
        const [path = '', query = ''] = (made.headers.location ?? '').split('?')
        const protect = (on: boolean, more = '') =>
          withToken(
            world,
            { method: 'PUT', path: `${path}/protection`, query: query + more },
            { protected: on },
          )
        const read = async () =>
          (await send(await withToken(world, { method: 'GET', path, query }))).body
        const planned = await send(await protect(true, '&dryRun=true'))
        expect(planned.body).toMatchObject({
          dryRun: true,
          requests: [],
          client: { protected: true },
        })
        expect(await read()).not.toHaveProperty('protected')
        const held = await send(await protect(true))
        expect(held).toMatchObject({ status: 200, body: { protected: true } })
        expect(held.headers.etag).toBe(made.headers.etag)
        const again = await send(await protect(true))
        expect(again.headers).not.toHaveProperty('operation-id')
        const any = { 'if-match': '*' }
        for (const more of ['', '&dryRun=true']) {
          const refused = await send(await remove(world, path, query + more, any))
          expect(refused).toMatchObject({ status: 409, body: { code: 'client_protected' } })
        }
        const change = (client: JsonObject) =>
          withToken(world, { method: 'PATCH', path }, { ...address, client })
        expect(await send(await change({ name: 'Desk', protected: true }))).toMatchObject({
          status: 200,
          body: { name: 'Desk', protected: true },
        })
        expect(await send(await change({ protected: false }))).toMatchObject({
          status: 400,
          body: { code: 'read_only_field', field: 'client.protected' },
        })
        expect(await read()).toMatchObject({ name: 'Desk', protected: true })
        const lifted = await send(await protect(false))
        expect(lifted.body).not.toHaveProperty('protected')
        const told = await withToken(world, {
          method: 'GET',
          path: `/operations/${lifted.headers['operation-id']}`,
        })
        expect((await send(told)).body).toMatchObject({ action: 'unprotect', changes: [] })
        expect((await send(await remove(world, path, query, any))).status).toBe(200)
      }
    },
  },
  {
    name: 'a client is planned in a dry run, and made once for a key',
    run: async (send, world) => {
      const planned = await send(await make(world, NEW, {}, 'dryRun=true'))
      expect(planned).toMatchObject({
        status: 200,
        body: { dryRun: true, client: NEW.client, requests: [{ method: 'POST' }] },
      })
      const key = { 'idempotency-key': `portal-${Math.random()}` }
      const first = await send(await make(world, NEW, key))
      const again = await send(await make(world, NEW, key))
      expect(again).toMatchObject({ status: 201, body: { id: first.body.id } })
      expect(again.headers['idempotent-replayed']).toBe('true')
      const other = await send(await make(world, { ...NEW, kind: 'spa' }, key))
      expect(other).toMatchObject({ status: 422, body: { code: 'key_reused' } })
    },
  },
  {
    name: 'a client that cannot be made is refused, naming what is wrong',
    run: async (send, world) => {
      const bad: readonly (readonly [JsonObject, string])[] = [
        [{ client: {} }, 'kind'],
        [{ kind: 'desktop', client: {} }, 'kind'],
        [{ kind: 'web' }, 'client'],
        [{ ...NEW, more: 1 }, 'more'],
        [{ ...NEW, client: { name: '' } }, 'client.name'],
        [{ ...COGNITO, ...NEW, client: { description: 'x' } }, 'client.description'],
        [{ ...COGNITO, ...NEW, client: { name: 'Portal' } }, 'client.callbacks'],
        [{ ...NEW, client: { ...NEW.client, id: 'mine' } }, 'client.id'],
      ]
      for (const [body, field] of bad) {
        const answer = await send(await make(world, body))
        expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { field } })
      }
      const gone = await send(await remove(world, `${CLIENT}-gone`, '', { 'if-match': '*' }))
      expect(gone).toMatchObject({ status: 404, body: { code: 'not_found' } })
    },
  },
]
