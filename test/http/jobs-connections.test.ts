/**
 * Connections of Auth0 in a job. They are read for all clients at once, and what is read so may be minutes old: it
 * must neither pass for a change by someone else, nor for the state that a caller relies on.
 */

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const NUMBER = 40
const PATCH = { description: 'Changed by a job' }
const WRITE = 'PATCH /clients/{id}'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld(NUMBER, { limits: { upstreamTimeoutMs: 10_000 } })
  enable(world.ids)
})
afterEach(() => world.close())

/** By someone else, at Auth0. */
const enable = (ids: readonly string[]) =>
  world.auth0.putConnection({ id: 'con_1', name: 'users', strategy: 'auth0', enabledClients: ids })

async function submit(more: JsonObject): Promise<JsonObject> {
  const body = { patch: PATCH, maxFailures: null, ...more }
  const answer = await world.send('POST', '/jobs', body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  return answer.body
}

async function run(clients: Json, more: JsonObject = {}): Promise<JsonObject> {
  const { id } = await submit({ clients, autoStart: true, ...more })
  return world.until(id, 'done')
}

const each = () => world.ids.map((id) => ({ id }))
const idpsOf = async (id: string) => (await world.send('GET', `/clients/${id}`)).body.supportedIdp

async function history(id: string): Promise<readonly JsonObject[]> {
  const { body } = await world.send('GET', `/clients/${id}/history`)
  return body.items as readonly JsonObject[]
}

/** Calls by operation since the last look. */
function calls(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { operation } of world.auth0.calls) counts[operation] = (counts[operation] ?? 0) + 1
  world.auth0.clearCalls()
  delete counts['POST /oauth/token']
  return counts
}

it('takes two calls for a client and a few for all of them', async () => {
  await world.send('GET', `/clients/${world.ids[0]}`)
  calls()
  expect(await run(each())).toMatchObject({ counts: { applied: NUMBER } })
  expect(calls()).toEqual({
    'GET /clients/{id}': NUMBER,
    [WRITE]: NUMBER,
    'GET /connections': 1,
    'GET /connections/{id}/clients': 2,
  })
  const [id = ''] = world.ids
  expect(await idpsOf(id)).toEqual(['users'])
  expect((await history(id)).map(({ kind }) => kind)).toEqual(['change'])
})

it('plans with one call for a client, and changes what was planned with two', async () => {
  const { id } = await submit({ clients: each() })
  await world.until(id, 'planned')
  expect(calls()).toMatchObject({ 'GET /clients/{id}': NUMBER, 'GET /connections': 1 })
  await world.send('POST', `/jobs/${id}/start`)
  expect(await world.until(id, 'done')).toMatchObject({ counts: { applied: NUMBER } })
  const run = calls()
  expect(run).toMatchObject({ 'GET /clients/{id}': NUMBER, [WRITE]: NUMBER })
  expect(Object.values(run).reduce((sum, count) => sum + count)).toBe(2 * NUMBER + 3)
})

it('records what someone else has done to connections before it', async () => {
  await run(each())
  enable(world.ids.slice(1))
  await run(each(), { patch: { description: 'Again' } })
  const [changed = '', other = ''] = world.ids
  const kinds = async (id: string) => (await history(id)).map(({ kind }) => kind)
  expect(await kinds(changed)).toEqual(['change', 'outside_change', 'change'])
  expect(await kinds(other)).toEqual(['change', 'change'])
})

it('records nothing of others where this program has changed connections meanwhile', async () => {
  const last = world.ids.at(-1) ?? ''
  const { id } = await submit({
    clients: each(),
    autoStart: true,
    canary: { share: 0.02, thenPause: true },
  })
  await world.until(id, 'paused')
  await world.send('PATCH', `/clients/${last}`, { client: { supportedIdp: ['google'] } })
  await world.send('POST', `/jobs/${id}/resume`)
  await world.until(id, 'done')
  expect(await idpsOf(last)).toEqual(['google'])
  expect((await history(last)).map(({ kind }) => kind)).toEqual(['change', 'change'])
})

it('keeps to the tag that a caller gives a client, connections included', async () => {
  const { headers } = await world.send('GET', `/clients/${world.ids[0]}`)
  enable(world.ids.slice(1))
  const clients = each().map((client, index) =>
    index === 0 ? { ...client, ifMatch: headers.etag ?? '' } : client,
  )
  const done = await run(clients)
  expect(done).toMatchObject({ counts: { applied: NUMBER - 1, failed: 1 } })
})

it('changes connections by what they are', async () => {
  const { id } = await submit({
    clients: each().slice(0, 12),
    patch: { supportedIdp: { add: ['google'] } },
    autoStart: true,
  })
  await world.until(id, 'done')
  expect(await idpsOf(world.ids[0] ?? '')).toEqual(['google', 'users'])
  expect(world.auth0.enabledClients('con_1')).toHaveLength(NUMBER)
})
