/** Who is behind a job, and who may know that there is one. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { ask } from '../contract/caller.ts'
import { ISSUER } from '../contract/world.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

/** `all`: everything at every provider; `local`: the same at one of them alone. */
const ALL = ['all']
const LOCAL = ['local']

let world: JobWorld
beforeAll(async () => {
  const permissions = [
    { scope: 'all', grants: PERMISSIONS },
    { scope: 'reader', grants: ['clients:read'] },
    { scope: 'local', grants: PERMISSIONS, providers: ['local'] },
  ]
  world = await startJobWorld(3, { permissions: permissions as never, scopes: ALL })
})
afterAll(() => world.close())

const as = (subject: string, method: string, target: string, body?: Json) =>
  ask(world, method, target, { scopes: ALL, claims: { sub: subject }, body })
const person = (subject: string) => ({ subject, issuer: ISSUER, clientId: 'test-client' })
const historyOf = async (id: string) => {
  const { body } = await as('reader', 'GET', `/clients/${id}/history`)
  return (body.items as JsonObject[])[0] ?? {}
}
const submit = (subject: string, more: JsonObject = {}) =>
  as(subject, 'POST', '/jobs', {
    clients: world.ids.map((id) => ({ id })),
    patch: { description: `By ${subject}` },
    ...more,
  })

describe('the callers behind a job', () => {
  it('are in the job and in the history of each client: submitted by one, started by another', async () => {
    const { body } = await submit('submitter')
    const planned = await world.until(body.id, 'planned')
    expect(planned).not.toHaveProperty('startedBy')
    await as('approver', 'POST', `/jobs/${body.id}/start`)
    const behind = { startedBy: person('approver'), approvedBy: person('approver') }
    expect(await world.until(body.id, 'done')).toMatchObject({
      actor: person('submitter'),
      ...behind,
    })
    for (const id of world.ids) {
      expect(await historyOf(id)).toMatchObject({
        actor: person('submitter'),
        job: { id: body.id, submittedBy: person('submitter'), ...behind },
      })
    }
  })

  it('are kept apart where one goes on with what another has approved', async () => {
    const body = { clients: world.ids.map((id) => ({ id })), patch: { description: 'In parts' } }
    const job = await as('submitter', 'POST', '/jobs', {
      ...body,
      canary: { share: 0.3, thenPause: true },
    })
    const { id } = job.body
    await world.until(id, 'planned')
    await as('approver', 'POST', `/jobs/${id}/start`)
    await world.until(id, 'paused')
    await as('second', 'POST', `/jobs/${id}/resume`)
    await world.until(id, 'done')
    const started = await Promise.all(world.ids.map(async (one) => (await historyOf(one)).job))
    expect(started).toEqual(
      ['approver', 'second', 'second'].map((subject) => ({
        id,
        submittedBy: person('submitter'),
        startedBy: person(subject),
        approvedBy: person('approver'),
      })),
    )
  })

  it('are one where it runs at once, and no one has approved it', async () => {
    const { body } = await submit('alone', { autoStart: true })
    const done = await world.until(body.id, 'done')
    expect(done).toMatchObject({ actor: person('alone'), startedBy: person('alone') })
    expect(done).not.toHaveProperty('approvedBy')
    const { job } = await historyOf(world.ids[0] ?? '')
    const callers = { submittedBy: person('alone'), startedBy: person('alone') }
    expect(job).toEqual({ id: body.id, ...callers })
  })

  it('may each look at an operation of it with clients:read alone, and no one else may', async () => {
    const { body } = await submit('first')
    await world.until(body.id, 'planned')
    await as('starter', 'POST', `/jobs/${body.id}/start`)
    await world.until(body.id, 'done')
    const { operationId, job } = await historyOf(world.ids[0] ?? '')
    expect(job).toMatchObject({ startedBy: person('starter') })
    const statuses = await Promise.all(
      ['first', 'starter', 'stranger'].map(async (sub) => {
        const sent = { scopes: ['reader'], claims: { sub } }
        return (await ask(world, 'GET', `/operations/${operationId}`, sent)).status
      }),
    )
    expect(statuses).toEqual([200, 200, 404])
  })
})

describe('a list of jobs', () => {
  it('is byte for byte the same whatever jobs there are that its reader may not know of', async () => {
    const page = async (query: string) => {
      const { body } = await world.send('GET', '/jobs', undefined, { query, scopes: LOCAL })
      return body
    }
    expect(await page('limit=1')).toEqual({ items: [] })
    const patch = { description: 'Of the local provider' }
    const own: string[] = []
    for (let number = 0; number < 3; number += 1) {
      await submit('elsewhere')
      const clients = [{ id: 'exampleClientId', provider: 'local' }]
      const job = await world.send('POST', '/jobs', { clients, patch }, { scopes: LOCAL })
      expect(job.status, JSON.stringify(job.body)).toBe(202)
      own.unshift(String(job.body.id))
      await submit('elsewhere')
    }
    const seen: unknown[] = []
    for (let cursor = ''; ; ) {
      const { items, next } = await page(`limit=1${cursor}`)
      seen.push(...(items as JsonObject[]).map(({ id }) => id))
      if (next === undefined) break
      cursor = `&cursor=${next}`
      // A page that has a next one is full, and the next one is not empty.
      expect(seen.length).toBeLessThan(own.length)
    }
    expect(seen).toEqual(own)
    expect(await page('limit=3')).toEqual({ items: expect.any(Array) })
  })
})
