/** Jobs over HTTP, as cases that run through every entry, over a client at each provider. */

import { expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { eventually } from '../eventually.ts'
import { type Case, COGNITO, type Received, routeIn, type Sent, withToken } from './http-case.ts'
import type { World } from './world.ts'

type Send = (request: Sent) => Promise<Received>

const CLIENTS = [{ provider: 'auth0' }, COGNITO, { provider: 'local' }].map((place) => ({
  ...place,
  id: 'exampleClientId',
}))
const ADDED = 'https://app.example.com/job'
const BODY = { clients: CLIENTS, patch: { callbacks: { add: [ADDED] } } }

/** What the caller of one case can do. */
const caller = (send: Send, world: World) => {
  const ask = async (method: string, path: string, body?: Json, more: Partial<Sent> = {}) =>
    send(await withToken(world, { method, path, ...more }, body))
  return {
    ask,
    until: (id: Json | undefined, state: string) =>
      eventually(async () => {
        const { body } = await ask('GET', `/jobs/${id}`)
        expect(body.state).toBe(state)
        return body
      }),
  }
}

const callbacks = async (ask: ReturnType<typeof caller>['ask']) => {
  const shown = await Promise.all(
    CLIENTS.map(({ id, ...place }) =>
      ask('GET', `/clients/${id}`, undefined, { query: new URLSearchParams(place).toString() }),
    ),
  )
  return shown.map(({ body }) => body.callbacks as readonly string[])
}

export const JOB_CASES: readonly Case[] = [
  {
    name: 'a job over every provider, planned, started and undone',
    run: async (send, world) => {
      const { ask, until } = caller(send, world)
      const before = await callbacks(ask)
      const submitted = await ask('POST', '/jobs', BODY)
      expect(submitted.status).toBe(202)
      const { id } = submitted.body
      expect(routeIn(submitted.headers.location)).toBe(`/jobs/${id}`)
      expect(await until(id, 'planned')).toMatchObject({ counts: { planned: 3 } })
      expect(await callbacks(ask)).toEqual(before)
      expect((await ask('POST', `/jobs/${id}/start`)).status).toBe(200)
      expect(await until(id, 'done')).toMatchObject({ counts: { applied: 3 } })
      expect(await callbacks(ask)).toEqual(
        before.map((list) => expect.arrayContaining([...list, ADDED])),
      )
      const { body } = await ask('GET', `/jobs/${id}/results`, undefined, { query: 'limit=100' })
      expect((body.items as JsonObject[]).map(({ phase }) => phase).sort()).toEqual([
        ...['plan', 'plan', 'plan'],
        ...['run', 'run', 'run'],
      ])
      const undo = await ask('POST', `/jobs/${id}/undo`, { autoStart: true })
      expect(await until(undo.body.id, 'done')).toMatchObject({
        undoes: id,
        counts: { applied: 3 },
      })
      const sorted = (lists: readonly (readonly string[])[]) =>
        lists.map((list) => [...list].sort())
      expect(sorted(await callbacks(ask))).toEqual(sorted(before))
      const jobs = await ask('GET', '/jobs', undefined, { query: 'limit=1' })
      expect(jobs.body).toMatchObject({ items: [{ id: undo.body.id }], next: expect.any(String) })
    },
  },
  {
    name: 'a job is planned at once, refused with a bad patch, and takes no command that does not fit its state',
    run: async (send, world) => {
      const { ask, until } = caller(send, world)
      const plan = await ask('POST', '/jobs', BODY, { query: 'dryRun=true' })
      expect(plan.body.results).toHaveLength(3)
      const refused = await ask('POST', '/jobs', { ...BODY, patch: { secret: 'a-new-secret' } })
      expect(refused).toMatchObject({ status: 400, body: { field: 'patch.secret' } })
      const { body } = await ask('POST', '/jobs', { ...BODY, patch: {} })
      expect(await until(body.id, 'done')).toMatchObject({ counts: { unchanged: 3 } })
      const told = await ask('POST', `/jobs/${body.id}/pause`)
      expect(told).toMatchObject({ status: 409, body: { code: 'job_state' } })
      const nobody = await ask('GET', '/jobs/nobody')
      expect(nobody).toMatchObject({ status: 404, body: { code: 'not_found' } })
    },
  },
]
