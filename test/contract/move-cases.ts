/** Moves of redirect URIs over HTTP, as cases that run through every entry. */

import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { AUTHORIZATION } from '../../src/emulators/authorization.ts'
import {
  type Case,
  CLIENT,
  COGNITO,
  type Received,
  type Sent,
  stateOf,
  withToken,
} from './http-case.ts'
import type { World } from './world.ts'

const FROM = 'https://app.example.com/callback'
const TO = 'https://new.example.com/callback'
const PATH = `${CLIENT}/move`
const ADDRESSES: readonly JsonObject[] = [{}, COGNITO, { provider: 'local' }]

const post = (world: World, body: JsonObject, how = '', more: object = {}) =>
  withToken(world, { method: 'POST', path: `${PATH}${how}`, ...more }, body)
const get = (world: World, address: object, path = PATH) =>
  withToken(world, {
    method: 'GET',
    path,
    query: new URLSearchParams(address as Record<string, string>).toString(),
  })
const patch = (world: World, body: JsonObject) =>
  withToken(world, { method: 'PATCH', path: CLIENT }, body)

type Send = (request: Sent) => Promise<Received>

/** The client as each case expects it, whatever others have left: no open move, and only the old redirect URI. */
async function begin(send: Send, world: World, address: JsonObject = {}): Promise<void> {
  await end(send, world, address)
  const client = { defaultCallback: null, callbacks: { add: [FROM], remove: [TO] } }
  expect((await send(await patch(world, { ...address, client }))).status).toBe(200)
}

async function end(send: Send, world: World, address: JsonObject = {}): Promise<void> {
  const { moves } = (await send(await get(world, address))).body
  for (const { from } of moves as { from: string }[]) {
    expect((await send(await post(world, { ...address, from }, '/end'))).status).toBe(200)
  }
}

export const MOVE_CASES: readonly Case[] = [
  {
    name: 'a redirect URI is moved: planned, widened, kept by every other change, narrowed, at every provider',
    run: async (send, world) => {
      for (const address of ADDRESSES) {
        const move = { ...address, from: FROM, to: TO }
        await begin(send, world, address)
        const planned = await send(await post(world, move, '', { query: 'dryRun=true' }))
        expect(planned).toMatchObject({
          status: 200,
          body: { dryRun: true, changes: [{ field: 'callbacks', added: [TO] }] },
        })
        expect((await send(await get(world, address))).body.moves).toEqual([])
        const begun = await send(await post(world, move))
        expect(begun).toMatchObject({
          status: 200,
          body: { moves: [{ from: FROM, to: TO, state: 'widened' }] },
        })
        const [open] = begun.body.moves as JsonObject[]
        expect(open?.acceptedBy).toBe(address === ADDRESSES[0] ? 'endpoint' : 'wait')
        const shown = await send(await get(world, address))
        expect(shown.body.moves).toEqual(begun.body.moves)
        expect(stateOf(shown.headers.etag)).toBe(stateOf(begun.headers.etag))
        const { body: standing } = await send(await get(world, address, `${CLIENT}/standing`))
        expect(standing.moves).toEqual(begun.body.moves)
        const kept = await send(
          await patch(world, { ...address, client: { callbacks: { remove: [FROM] } } }),
        )
        expect(kept).toMatchObject({
          status: 409,
          body: { code: 'move_state', field: 'client.callbacks' },
        })
        expect(kept.body.error).not.toContain('example.com')
        const early = await send(await post(world, { ...address, from: FROM }, '/narrow'))
        if (address === COGNITO) expect(early).toMatchObject({ status: 200, body: { moves: [] } })
        else {
          expect(early).toMatchObject({ status: 409, body: { code: 'move_state' } })
          expect(Number(early.headers['retry-after'])).toBeGreaterThan(50)
          const ended = await send(await post(world, { ...address, from: FROM }, '/end'))
          expect(ended).toMatchObject({ status: 200, body: { moves: [] } })
        }
        const { body } = await send(await get(world, address, CLIENT))
        const [gone, there] = address === COGNITO ? [FROM, TO] : [TO, FROM]
        expect(body.callbacks).toContain(there)
        expect(body.callbacks).not.toContain(gone)
        const operation = await withToken(world, {
          method: 'GET',
          path: `/operations/${begun.headers['operation-id']}`,
        })
        expect((await send(operation)).body).toMatchObject({ action: 'move', outcome: 'applied' })
      }
    },
  },
  {
    name: 'a move is begun once for a key, and for the state that it is meant for',
    run: async (send, world) => {
      await begin(send, world)
      const move = { from: FROM, to: TO }
      const stale = { headers: { 'if-match': '"other"' } }
      expect((await send(await post(world, move, '', stale))).status).toBe(412)
      const headers = { 'idempotency-key': `move-${Math.random()}` }
      const first = await send(await post(world, move, '', { headers }))
      const again = await send(await post(world, move, '', { headers }))
      expect(again.headers['idempotent-replayed']).toBe('true')
      expect(again.body).toEqual(first.body)
      const later = { ...move, narrowAt: '2999-01-31T12:00:00Z' }
      expect(await send(await post(world, later, '', { headers }))).toMatchObject({
        status: 422,
        body: { code: 'key_reused' },
      })
      // Without a key the same again goes on with it.
      const timed = await send(await post(world, later))
      expect(timed.body.moves).toMatchObject([
        { ...(first.body.moves as JsonObject[])[0], narrowAt: '2999-01-31T12:00:00.000Z' },
      ])
      expect((await send(await post(world, { from: FROM }, '/end', stale))).status).toBe(412)
      await end(send, world)
    },
  },
  {
    name: 'a move is answered before it is widened where the provider does not accept the new one yet',
    run: async (send, world) => {
      await begin(send, world)
      world.auth0.clearCalls()
      const refuse = { kind: 'error_before_apply', operation: AUTHORIZATION, times: 1 } as const
      world.auth0.inject(refuse)
      // It looks again within the same request.
      const begun = await send(await post(world, { from: FROM, to: TO }))
      expect(begun.body.moves).toMatchObject([{ state: 'widened', acceptedBy: 'endpoint' }])
      expect(world.auth0.calls.filter(({ operation }) => operation === AUTHORIZATION)).toHaveLength(
        4,
      )
      await end(send, world)
    },
  },
  {
    name: 'a move that cannot be is refused, naming what is wrong',
    run: async (send, world) => {
      const bad: readonly (readonly [JsonObject, number, string, string?])[] = [
        [{ from: '' }, 400, 'invalid_field', 'from'],
        [{ to: '' }, 400, 'invalid_field', 'to'],
        [{ to: 'https://*.example.com/cb' }, 400, 'invalid_field', 'to'],
        [{ to: 'http://new.example.com/cb' }, 400, 'invalid_field', 'to'],
        [{ to: 'https://new.example.com/cb#part' }, 400, 'invalid_field', 'to'],
        [{ to: FROM }, 400, 'invalid_field', 'to'],
        [{ narrowAt: '2026-02-30T12:00:00Z' }, 400, 'invalid_field', 'narrowAt'],
        [{ narrowAt: 'tomorrow' }, 400, 'invalid_field', 'narrowAt'],
        [{ more: true }, 400, 'unknown_field', 'more'],
        [{ from: 'https://absent.example.com/cb' }, 409, 'move_state', 'from'],
      ]
      await begin(send, world)
      for (const [body, status, code, field] of bad) {
        const answer = await send(await post(world, { from: FROM, to: TO, ...body }))
        expect(answer, JSON.stringify(body)).toMatchObject({ status, body: { code, field } })
      }
      for (const how of ['/narrow', '/end']) {
        expect(await send(await post(world, { from: FROM }, how))).toMatchObject({
          status: 409,
          body: { code: 'move_state', field: 'from' },
        })
      }
      await send(await post(world, { from: FROM, to: TO }))
      const other = { from: TO, to: 'https://third.example.com/cb' }
      expect(await send(await post(world, other))).toMatchObject({
        status: 409,
        body: { code: 'move_state', field: 'from' },
      })
      await end(send, world)
      const gone = { path: `${CLIENT}-gone/move` }
      expect((await send(await post(world, { from: FROM, to: TO }, '', gone))).status).toBe(404)
      expect((await send(await get(world, {}, gone.path))).status).toBe(404)
    },
  },
]
