/** Copying a client over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Case, CLIENT, COGNITO, type Received, routeIn, withToken } from './http-case.ts'
import type { World } from './world.ts'

const PLACES: readonly JsonObject[] = [{ provider: 'auth0' }, COGNITO, { provider: 'local' }]
const PAIRS = PLACES.flatMap((from) => PLACES.map((to) => ({ from, to })))
const LOCAL = { provider: 'local' }
/** What every place takes. */
const SCOPES = { scopes: ['openid'] }

const queryOf = (place: JsonObject, more = {}) =>
  new URLSearchParams({ ...(place as Record<string, string>), ...more }).toString()

const copy = (world: World, from: JsonObject, body: JsonObject, more = {}, headers = {}) =>
  withToken(
    world,
    { method: 'POST', path: `${CLIENT}/copy`, query: queryOf(from, more), headers },
    body,
  )

/** Takes a copy away again: other cases count the clients that there are. */
async function removed(send: Send, world: World, made: Received): Promise<void> {
  const [path = '', query = ''] = routeIn(made.headers.location).split('?')
  const headers = { 'if-match': '*' }
  const answer = await send(await withToken(world, { method: 'DELETE', path, query, headers }))
  expect(answer.status).toBe(200)
}

type Send = Parameters<Case['run']>[0]

const fieldsOf = (report: unknown, fate: string) =>
  ((report as JsonObject)[fate] as readonly JsonObject[]).map(({ field }) => field)

export const COPY_CASES: readonly Case[] = [
  {
    name: 'a client is copied from every provider to every provider, after a dry run',
    run: async (send, world) => {
      for (const { from, to } of PAIRS) {
        const says = `${queryOf(from)} to ${queryOf(to)}`
        const before = world.upstreamWrites()
        const planned = await send(await copy(world, from, to, { dryRun: 'true' }))
        expect(planned, says).toMatchObject({ status: 200, body: { dryRun: true } })
        expect(planned.body.requests).toHaveLength(1)
        expect(world.upstreamWrites()).toBe(before)
        const made = await send(await copy(world, from, { ...to, allowLoss: true }))
        expect(made, says).toMatchObject({ status: 201, body: to })
        expect(made.body.secret).toEqual(expect.any(String))
        expect(fieldsOf(made.body.report, 'carried')).toContain('callbacks')
        expect(fieldsOf(made.body.report, 'new')).toContain('secret')
        const [path = '', query = ''] = routeIn(made.headers.location).split('?')
        const read = await send(await withToken(world, { method: 'GET', path, query }))
        expect(read).toMatchObject({ status: 200, headers: { etag: made.headers.etag } })
        const told = await withToken(world, { method: 'GET', path: `${path}/history`, query })
        const origin = { id: 'exampleClientId', ...from }
        expect((await send(told)).body).toMatchObject({ items: [{ copiedFrom: origin }] })
        await removed(send, world, made)
      }
    },
  },
  {
    name: 'a copy that would lose something is refused until that is agreed to',
    run: async (send, world) => {
      const refused = await send(await copy(world, LOCAL, COGNITO))
      expect(refused).toMatchObject({ status: 409, body: { code: 'lossy_copy' } })
      expect(refused.body.error).toContain('client.description')
      const planned = await send(await copy(world, LOCAL, COGNITO, { dryRun: 'true' }))
      expect((planned.body.report as JsonObject).lost).toContainEqual({
        field: 'description',
        before: 'An example',
        after: null,
        why: 'Cognito app clients have no description',
      })
      const made = await send(await copy(world, LOCAL, LOCAL))
      expect(made).toMatchObject({ status: 201, body: { report: { lost: [], derived: [] } } })
      await removed(send, world, made)
    },
  },
  {
    name: 'a copy is made once for a key, of the state that was looked at, with changes of its own',
    run: async (send, world) => {
      const planned = await send(await copy(world, LOCAL, LOCAL, { dryRun: 'true' }))
      const headers = {
        'idempotency-key': `copy-${Math.random()}`,
        'if-match': planned.headers.etag ?? '',
      }
      const body = { ...LOCAL, kind: 'web', client: { name: 'Staging', ...SCOPES } }
      const first = await send(await copy(world, LOCAL, body, {}, headers))
      expect(first).toMatchObject({ status: 201, body: body.client })
      const again = await send(await copy(world, LOCAL, body, {}, headers))
      expect(again).toMatchObject({ status: 201, body: { id: first.body.id } })
      expect(again.headers['idempotent-replayed']).toBe('true')
      for (const other of [
        { ...body, allowLoss: true },
        { ...body, ...COGNITO },
      ]) {
        const answer = await send(await copy(world, LOCAL, other, {}, headers))
        expect(answer).toMatchObject({ status: 422, body: { code: 'key_reused' } })
      }
      const stale = { 'if-match': '"another"' }
      expect((await send(await copy(world, LOCAL, body, {}, stale))).status).toBe(412)
      await removed(send, world, first)
    },
  },
  {
    name: 'a client that was removed is made anew, and a copy can be sent back whole',
    run: async (send, world) => {
      const client = { name: 'Short-lived', clientMetadata: { team: 'identity' } }
      const first = await send(await copy(world, LOCAL, { ...LOCAL, client }))
      const [gone = '', query = ''] = routeIn(first.headers.location).split('?')
      await removed(send, world, first)
      const again = { method: 'POST', path: `${gone}/copy`, query }
      const made = await send(await withToken(world, again, LOCAL))
      expect(made).toMatchObject({ status: 201, body: { ...client, report: { lost: [] } } })
      const [path = ''] = routeIn(made.headers.location).split('?')
      const back = { method: 'PATCH', path, query }
      const answer = await send(await withToken(world, back, { client: made.body }))
      expect(answer).toMatchObject({ status: 200, headers: { etag: made.headers.etag } })
      await removed(send, world, made)
    },
  },
  {
    name: 'a copy of nothing, or to nowhere, is refused, naming what is wrong',
    run: async (send, world) => {
      const bad: readonly (readonly [JsonObject, string])[] = [
        [{}, 'provider'],
        [{ provider: 'okta' }, 'provider'],
        [{ provider: 'cognito-client' }, 'userPoolId'],
        [{ ...LOCAL, userPoolId: COGNITO.userPoolId }, 'userPoolId'],
        [{ ...LOCAL, kind: 'desktop' }, 'kind'],
        [{ ...LOCAL, allowLoss: 'yes' }, 'allowLoss'],
        [{ ...LOCAL, name: 'Portal' }, 'name'],
        [{ ...LOCAL, client: { nonsense: 1 } }, 'client.nonsense'],
        [{ ...LOCAL, client: { supportedIdp: ['Google'] } }, 'client.supportedIdp'],
        [{ ...LOCAL, client: { callbacks: [] } }, 'client.callbacks'],
      ]
      for (const [body, field] of bad) {
        const answer = await send(await copy(world, LOCAL, body))
        expect(answer, JSON.stringify(body)).toMatchObject({ status: 400, body: { field } })
      }
      const elsewhere = { ...COGNITO, userPoolId: 'us-east-1_unknown' }
      const nowhere = await send(await copy(world, LOCAL, elsewhere))
      const gone = { method: 'POST', path: '/clients/gone/copy', query: queryOf(LOCAL) }
      const nobody = await send(await withToken(world, gone, LOCAL))
      for (const answer of [nowhere, nobody]) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
      }
      expect(nowhere.body.error).toBe(nobody.body.error)
    },
  },
]
