/** Making and removing a client over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Case, CLIENT, COGNITO, routeIn, stateOf, withToken } from './http-case.ts'
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
        const [path = '', query = ''] = routeIn(made.headers.location).split('?')
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
        const [path = '', query = ''] = routeIn(made.headers.location).split('?')
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
        expect(stateOf(held.headers.etag)).toBe(stateOf(made.headers.etag))
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
    name: 'a client is suspended and resumed, once for a key, at every provider',
    run: async (send, world) => {
      for (const address of [{}, COGNITO, { provider: 'local' }]) {
        const made = await send(await make(world, { ...address, ...NEW }))
        const [path = '', query = ''] = routeIn(made.headers.location).split('?')
        const post = (what: string, more = '', headers = {}) =>
          withToken(world, {
            method: 'POST',
            path: `${path}/${what}`,
            query: query + more,
            headers,
          })
        const read = async () =>
          (await send(await withToken(world, { method: 'GET', path, query }))).body
        const planned = await send(await post('suspend', '&dryRun=true'))
        expect(planned.body).toMatchObject({ dryRun: true, client: { disabled: true } })
        expect(planned.body.requests).toHaveLength(1)
        expect(await read()).toMatchObject({ disabled: false, grantTypes: made.body.grantTypes })
        const stale = await send(await post('suspend', '', { 'if-match': '"other"' }))
        expect(stale.status).toBe(412)
        const key = { 'idempotency-key': `suspend-${Math.random()}` }
        const off = await send(await post('suspend', '', key))
        const doesNotStop = expect.arrayContaining([expect.stringMatching(/access tokens/)])
        expect(off).toMatchObject({
          status: 200,
          body: { disabled: true, suspension: { doesNotStop } },
        })
        expect(off.body).not.toHaveProperty('warnings')
        expect(await read()).toEqual(off.body)
        const again = await send(await post('suspend', '', key))
        expect(again).toMatchObject({ status: 200, body: off.body })
        expect(again.headers['idempotent-replayed']).toBe('true')
        const { secret: _, ...client } = off.body
        const back = await withToken(world, { method: 'PATCH', path }, { ...address, client })
        expect((await send(back)).headers).not.toHaveProperty('operation-id')
        const on = await send(await post('resume'))
        expect(stateOf(on.headers.etag)).toBe(stateOf(made.headers.etag))
        expect(on.body).toMatchObject({ disabled: false, grantTypes: made.body.grantTypes })
        expect(on.body).not.toHaveProperty('suspension')
        const told = await withToken(world, {
          method: 'GET',
          path: `/operations/${on.headers['operation-id']}`,
        })
        expect((await send(told)).body).toMatchObject({ action: 'resume', outcome: 'applied' })
      }
    },
  },
  {
    name: 'what a suspended client is without is neither set nor given back unnoticed',
    run: async (send, world) => {
      const post = (what: string) => withToken(world, { method: 'POST', path: `${CLIENT}/${what}` })
      const before = world.auth0.client('exampleClientId') as JsonObject
      await send(await post('suspend'))
      const client = { grantTypes: ['implicit'] }
      const set = await send(await withToken(world, { method: 'PATCH', path: CLIENT }, { client }))
      expect(set).toMatchObject({
        status: 409,
        body: { code: 'client_suspended', field: 'client.grantTypes' },
      })
      const stored = world.auth0.client('exampleClientId') as JsonObject
      world.auth0.put({ ...stored, grant_types: ['password'] })
      const read = await send(await withToken(world, { method: 'GET', path: CLIENT }))
      expect(read.body).toMatchObject({
        disabled: false,
        suspension: { since: expect.any(String), fields: ['grantTypes'] },
        warnings: [{ code: 'suspension_undone', field: 'client.disabled' }],
      })
      const on = await send(await post('resume'))
      expect(on.body).toMatchObject({
        grantTypes: ['password', 'authorization_code', 'refresh_token', 'client_credentials'],
        warnings: [{ code: 'changed_while_suspended', field: 'client.grantTypes' }],
      })
      const bad = await withToken(world, { method: 'POST', path: `${CLIENT}/resume` }, { more: 1 })
      expect(await send(bad)).toMatchObject({ status: 400, body: { code: 'unknown_field' } })
      // Further cases find the client as this one did.
      world.auth0.put(before)
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
        ...[{}, COGNITO, { provider: 'local' }].map((address): readonly [JsonObject, string] => [
          { ...address, kind: 'web', client: { callbacks: [CALLBACK] } },
          'client.name',
        ]),
      ]
      for (const [body, field] of bad) {
        for (const query of ['', 'dryRun=true']) {
          const answer = await send(await make(world, body, {}, query))
          expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { field } })
        }
      }
      const bound = await send(await make(world, NEW, { 'if-match': '*' }))
      expect(bound).toMatchObject({ status: 400, body: { field: 'If-Match' } })
      const gone = await send(await remove(world, `${CLIENT}-gone`, '', { 'if-match': '*' }))
      expect(gone).toMatchObject({ status: 404, body: { code: 'not_found' } })
    },
  },
]
