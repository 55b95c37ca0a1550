/** What an approval would do, before anyone decides: as the request would be carried out at that moment, and nothing is done by asking. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { fullAuth0Client } from '../fixtures/auth0.ts'
import { DEVELOPER, OWNER, startWaitingJobs, type WaitingJobs, type Who } from './waiting-jobs.ts'

let world: WaitingJobs

beforeAll(async () => {
  world = await startWaitingJobs()
})
afterAll(() => world.close())

const plan = (request: unknown, who: Who = OWNER) =>
  world.as(who, 'GET', `/requests/${request}/plan`)

/** A change of a new client that waits. */
async function waiting(client: JsonObject, name = 'One') {
  const [id = ''] = world.fresh([name])
  const { status, body, text } = await world.ask('PATCH', `/clients/${id}`, { client })
  expect(status, text).toBe(202)
  return { id, request: String(body.id) }
}

it('shows the changes, the warnings and the calls to the provider, and does nothing', async () => {
  const { id, request } = await waiting({ callbacks: { add: ['http://localhost:3000/cb'] } })
  const writes = world.upstreamWrites()
  const { status, body, text } = await plan(request)
  expect(status, text).toBe(200)
  expect(body).toMatchObject({
    dryRun: true,
    changes: [{ field: 'callbacks', added: ['http://localhost:3000/cb'] }],
    requests: [{ method: 'PATCH', target: `/api/v2/clients/${id}` }],
    warnings: expect.any(Array),
  })
  expect(body).not.toHaveProperty('client')
  expect(world.upstreamWrites()).toBe(writes)
  expect(await world.show(request)).toMatchObject({ state: 'pending' })
  // It is what the approval then does.
  expect((await world.decide(request, 'approve')).status).toBe(200)
  expect((world.auth0.client(id) as unknown as JsonObject).callbacks).toContain(
    'http://localhost:3000/cb',
  )
})

it('is for callers who may decide the request, and hidden from all others', async () => {
  const { request } = await waiting({ description: 'not for everyone' })
  const own = await plan(request, DEVELOPER)
  expect([own.status, own.body.code]).toEqual([403, 'insufficient_scope'])
  const same: Who = { ...OWNER, claims: { ...OWNER.claims, client_id: 'pipeline' } }
  expect((await plan(request, same)).status).toBe(403)
  for (const scope of ['reads', 'team', 'waits']) {
    const { status, text } = await plan(request, { ...OWNER, scopes: [scope] })
    expect(status, text).toBe(404)
  }
  expect((await plan('none')).status).toBe(404)
})

it('says that the request is outdated, which it is still asked for afterwards', async () => {
  const { id, request } = await waiting({ description: 'outdated' })
  world.auth0.put({
    ...(world.auth0.client(id) as unknown as typeof fullAuth0Client),
    description: 'theirs',
  })
  const { status, body } = await plan(request)
  expect([status, body.code]).toEqual([409, 'request_state'])
  expect(body.error).toMatch(/no longer as it was/)
  // Nothing is decided by a look, nor does one end it.
  expect((await world.show(request)).state).toBe('pending')
})

it('is refused where the provider fails, and shown once that passes', async () => {
  const { request } = await waiting({ description: 'later' })
  world.auth0.inject({ kind: 'error_before_apply', operation: 'GET /clients/{id}', times: 20 })
  const { status } = await plan(request)
  world.auth0.clearFaults()
  expect(status).toBeGreaterThanOrEqual(500)
  expect((await plan(request)).body).toMatchObject({ changes: [{ after: 'later' }] })
})

it('is none once the request was decided', async () => {
  const { request } = await waiting({ description: 'decided' })
  expect((await world.decide(request, 'reject')).status).toBe(200)
  const { status, body } = await plan(request)
  expect([status, body.code]).toEqual([409, 'request_state'])
  expect(body.error).toMatch(/rejected/)
})

it('holds nothing of a client that its reader may change and not read', async () => {
  const { request } = await waiting({ description: 'of the logos' }, 'Ours')
  const blind = await plan(request, { ...OWNER, scopes: ['unseen'] })
  expect(blind.status, blind.text).toBe(200)
  expect(blind.body).toEqual({ dryRun: true, changes: [], requests: [], warnings: [] })
})

it('is shown by the rights of who decides, and not of who submitted it', async () => {
  const [id = ''] = world.fresh(['One'])
  const blind: Who = { ...DEVELOPER, scopes: ['blindly'] }
  const { body } = await world.ask(
    'PATCH',
    `/clients/${id}`,
    { client: { description: 'x' } },
    blind,
  )
  expect(await plan(body.id)).toMatchObject({
    status: 200,
    body: { changes: [{ after: 'x' }], requests: [{ method: 'PATCH' }] },
  })
})

it('is empty for a job, whose results say what it does', async () => {
  const { request } = await world.waiting('of a job')
  const { status, body, text } = await plan(request)
  expect(status, text).toBe(200)
  expect(body).toEqual({ dryRun: true, changes: [], requests: [], warnings: [] })
  expect((await world.show(request)).state).toBe('pending')
})
