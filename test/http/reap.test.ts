/** `POST /jobs/reap`: who may, what is asked for, and that nothing is touched before the start. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { SCOPE_EACH } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const DAY = 86_400
const OLD = '2020-01-01T00:00:00.000Z'
const REAP = {
  select: { provider: 'auth0', q: 'client0' },
  olderThanSeconds: 90 * DAY,
  unknownUse: true,
}
const NEEDED = ['clients:read', 'clients:suspend', 'clients:delete', 'jobs:write'] as const

/** Claims by which a caller may do all of it without a scope. */
const WORKFLOW = { repository: 'acme/shop' }

let world: JobWorld
async function open(): Promise<void> {
  const permissions = [...SCOPE_EACH, { claims: WORKFLOW, grants: [...NEEDED, 'clients:write'] }]
  world = await startJobWorld(3, { permissions, scopes: PERMISSIONS })
  for (const id of world.ids) {
    const name = `Client ${id}`
    const old = { created_at: OLD, updated_at: OLD, client_aliases: [] }
    world.auth0.put({ ...fullAuth0Client, ...old, client_id: id, name })
  }
}
beforeAll(open)
afterAll(() => world.close())

describe('who may', () => {
  it.each(NEEDED)('not without %s', async (lost) => {
    const scopes = NEEDED.filter((one) => one !== lost)
    const { status, headers, body } = await world.send('POST', '/jobs/reap', REAP, { scopes })
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'insufficient_scope' })
    expect(headers['www-authenticate']).toContain(`scope="${lost}"`)
  })

  it('start it, nor undo it, without the right to do so oneself', async () => {
    const { body } = await world.send('POST', '/jobs/reap', REAP, { scopes: NEEDED })
    await world.until(body.id, 'planned')
    const others = PERMISSIONS.filter((one) => one !== 'clients:delete')
    const started = await world.send('POST', `/jobs/${body.id}/start`, undefined, {
      scopes: others,
    })
    expect(started.status).toBe(403)
    const scopes = PERMISSIONS.filter((one) => one !== 'clients:suspend')
    const undo = { autoStart: false }
    const undone = await world.send('POST', `/jobs/${body.id}/undo`, undo, { scopes })
    expect(undone.status).toBe(403)
    expect((await world.send('POST', `/jobs/${body.id}/cancel`)).status).toBe(200)
  })
})

describe('what is asked for', () => {
  it.each([
    [{ ...REAP, olderThanSeconds: 60 }, 'olderThanSeconds'],
    [{ ...REAP, graceSeconds: 60 }, 'graceSeconds'],
    [{ ...REAP, graceSeconds: 1.5 * DAY * 365 }, 'graceSeconds'],
    [{ ...REAP, unknownUse: 'yes' }, 'unknownUse'],
    [{ ...REAP, select: undefined }, 'select'],
    [{ ...REAP, select: { provider: 'auth0', filter: 'registered:by-hand' } }, 'filter'],
    [{ ...REAP, autoStart: true }, 'autoStart'],
    [{ ...REAP, patch: {} }, 'patch'],
  ])('%j is refused for %s', async (body, field) => {
    const answer = await world.send('POST', '/jobs/reap', body as never)
    expect(answer.status, JSON.stringify(answer.body)).toBe(400)
    expect(answer.body.field).toMatch(new RegExp(`${field}$`))
  })
})

it('a key makes one job of a request that comes twice', async () => {
  const more = { headers: { 'idempotency-key': 'once' } }
  const first = await world.send('POST', '/jobs/reap', REAP, more)
  const again = await world.send('POST', '/jobs/reap', REAP, more)
  expect([first.status, again.status]).toEqual([202, 202])
  expect(again.body.id).toBe(first.body.id)
  expect(again.headers['idempotent-replayed']).toBe('true')
  await world.send('POST', `/jobs/${first.body.id}/cancel`)
})

it('looks first, suspends when started, and is undone', async () => {
  const before = world.ids.map((id) => world.auth0.client(id)?.grant_types)
  const submitted = await world.send('POST', '/jobs/reap', { ...REAP, graceSeconds: 7 * DAY })
  const { id } = submitted.body
  expect(submitted.body.reap).toEqual({
    olderThanSeconds: 90 * DAY,
    graceSeconds: 7 * DAY,
    unknownUse: true,
  })
  const planned = await world.until(id, 'planned')
  expect(planned.counts).toMatchObject({ planned: world.ids.length })
  expect(world.writes().size).toBe(0)
  const [found] = await world.results(id)
  expect(found?.reap).toEqual({
    verdict: 'reap',
    createdAt: OLD,
    changedAt: OLD,
    lastUse: 'unknown',
  })
  await world.send('POST', `/jobs/${id}/start`)
  expect(await world.until(id, 'done')).toMatchObject({ counts: { applied: world.ids.length } })
  const standing = await world.send('GET', `/clients/${world.ids[0]}/standing`)
  const removedAt = Date.parse(String(standing.body.removedAt))
  expect(removedAt).toBeGreaterThan(Date.now() + 6 * DAY * 1_000)
  expect(standing.body.suspension).toBeDefined()
  const history = await world.send('GET', `/clients/${world.ids[0]}/history`)
  expect(history.body.items).toMatchObject([{ action: 'suspend', job: { id } }])
  const undo = await world.send('POST', `/jobs/${id}/undo`, { autoStart: true })
  await world.until(undo.body.id, 'done')
  expect(world.ids.map((one) => world.auth0.client(one)?.grant_types)).toEqual(before)
  const after = await world.send('GET', `/clients/${world.ids[0]}/standing`)
  expect(after.body).not.toHaveProperty('removedAt')
  expect(after.body).not.toHaveProperty('suspension')
})

it('goes by the claims of the caller who submitted it, as long as they grant that', async () => {
  // Clients that no job has touched.
  await world.close()
  await open()
  const workflow = { scopes: [], claims: WORKFLOW }
  const { body } = await world.send('POST', '/jobs/reap', { ...REAP, graceSeconds: DAY }, workflow)
  await world.until(body.id, 'planned')
  expect((await world.send('POST', `/jobs/${body.id}/start`, undefined, workflow)).status).toBe(200)
  expect(await world.until(body.id, 'done')).toMatchObject({ counts: { applied: 3 } })
  const undo = await world.send('POST', `/jobs/${body.id}/undo`, { autoStart: true })
  await world.until(undo.body.id, 'done')
})
