/** Jobs through the routes: the dry run, the changes, what stops them, and what takes them back. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { SCOPE_EACH, SHORT_WAITS } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const PATCH = { description: 'Changed by a job' }
const NUMBER = 12
const WRITE = 'PATCH /clients/{id}'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld(NUMBER)
})
afterEach(() => world.close())

const clients = (ids: readonly string[] = world.ids) => ids.map((id) => ({ id }))

async function submit(more: JsonObject = {}, headers: Record<string, string> = {}) {
  const body = { clients: clients(), patch: PATCH, ...more }
  const answer = await world.send('POST', '/jobs', body, { headers })
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  expect(answer.headers.location).toBe(`/jobs/${answer.body.id}`)
  return answer.body
}

const tell = (id: unknown, control: string, body?: JsonObject) =>
  world.send('POST', `/jobs/${id}/${control}`, body)

const descriptionOf = (id: string) => world.auth0.client(id)?.description
const descriptions = () => world.ids.map(descriptionOf)
const writes = () => [...world.writes().values()]
const each = <T>(value: T) => world.ids.map(() => value)
const runOf = async (id: unknown) =>
  (await world.results(id)).filter(({ phase }) => phase === 'run')

describe('a job', () => {
  it('plans first and sends nothing, then changes what was planned', async () => {
    const { id, state } = await submit()
    expect(state).toBe('planning')
    const planned = await world.until(id, 'planned')
    expect(planned).toMatchObject({ total: NUMBER, counts: { planned: NUMBER, left: 0 } })
    expect(writes()).toEqual([])
    const [first] = await world.results(id)
    expect(first).toMatchObject({
      outcome: 'planned',
      phase: 'plan',
      changes: [{ field: 'description', after: PATCH.description }],
      etag: expect.stringMatching(/^"[\w-]+"$/),
    })
    expect((await tell(id, 'start')).body.state).toBe('running')
    const done = await world.until(id, 'done')
    expect(done.counts).toEqual({ applied: NUMBER, planned: 0, unchanged: 0, failed: 0, left: 0 })
    expect(descriptions()).toEqual(each(PATCH.description))
    expect(writes()).toEqual(each(1))
    const items = (await runOf(id)).map(({ item }) => Number(item))
    expect(items.sort((one, other) => one - other)).toEqual(world.ids.map((_, index) => index))
  })

  it('costs no write and no second look for a client that is as asked', async () => {
    for (const id of world.ids.slice(2)) {
      world.auth0.put({ ...world.auth0.client(id), description: PATCH.description } as never)
    }
    const { id } = await submit()
    expect((await world.until(id, 'planned')).counts).toMatchObject({ planned: 2, unchanged: 10 })
    const calls = world.upstreamCalls()
    await tell(id, 'start')
    const { counts } = await world.until(id, 'done')
    expect(counts).toMatchObject({ applied: 2, unchanged: 10 })
    expect([...world.writes().keys()].sort()).toEqual(world.ids.slice(0, 2))
    // Two reads and a write each.
    expect(world.upstreamCalls() - calls).toBe(6)
  })

  it('runs at once where that is asked for, each client with its own patch and state', async () => {
    const own = world.ids.map((id) => ({ id, patch: { description: `Of ${id}` } }))
    const [, ...rest] = own
    const stale = { ...own[0], id: world.ids[0], ifMatch: '"no-such-state"' }
    const { id } = await submit({
      clients: [stale, ...rest] as never,
      autoStart: true,
      maxFailures: 1,
    })
    const { counts } = await world.until(id, 'done')
    expect(counts).toMatchObject({ applied: NUMBER - 1, failed: 1 })
    expect(descriptions().slice(1)).toEqual(rest.map(({ patch }) => patch.description))
    const failed = (await runOf(id)).find(({ outcome }) => outcome === 'failed')
    expect(failed).toMatchObject({ item: 0, code: 'precondition_failed', field: 'If-Match' })
  })

  it('changes nothing that differs from the dry run, unless there is nothing left to do', async () => {
    const [moved = '', there = ''] = world.ids
    const { id } = await submit({ maxFailures: null })
    await world.until(id, 'planned')
    world.auth0.put({ ...world.auth0.client(moved), name: 'Moved' } as never)
    world.auth0.put({ ...world.auth0.client(there), name: 'Moved', ...PATCH } as never)
    await tell(id, 'start')
    expect((await world.until(id, 'done')).counts).toMatchObject({ failed: 1, unchanged: 1 })
    expect((await runOf(id)).find(({ item }) => item === 0)).toMatchObject({
      code: 'precondition_failed',
    })
    expect(descriptionOf(moved)).not.toBe(PATCH.description)
    expect(world.writes().size).toBe(NUMBER - 2)
  })

  it('selects clients by a part of their name', async () => {
    const selection = { clients: undefined, select: { q: 'client 1' } } as unknown as JsonObject
    const { id, total } = await submit({ ...selection, autoStart: true })
    expect(total).toBe(3)
    await world.until(id, 'done')
    expect([...world.writes().keys()].sort()).toEqual(['client001', 'client010', 'client011'])
  })

  it('goes over several providers, and names each client with its place', async () => {
    const places = [
      { id: 'exampleClientId' },
      { provider: 'cognito-client', userPoolId: POOL_ID, id: 'exampleClientId' },
      { provider: 'local', id: 'exampleClientId' },
    ]
    const patch = { callbacks: { add: ['https://app.example.com/job'] } }
    const { id, providers } = await submit({ clients: places, patch, autoStart: true })
    expect(providers).toEqual(['auth0', 'cognito-client', 'local'])
    expect((await world.until(id, 'done')).counts).toMatchObject({ applied: 3 })
    const found = (await runOf(id)).map(({ client }) => (client as JsonObject).provider)
    expect(found.sort()).toEqual(['auth0', 'cognito-client', 'local'])
    const history = await world.send('GET', '/clients/exampleClientId/history')
    expect((history.body.items as JsonObject[])[0]).toMatchObject({
      requestId: `job:${id}`,
      actor: { subject: 'tester' },
    })
  })

  it('has its effect once for an Idempotency-Key, and another body is refused', async () => {
    const key = { 'idempotency-key': 'job-1' }
    const first = await submit({ autoStart: true }, key)
    await world.until(first.id, 'done')
    const again = await world.send(
      'POST',
      '/jobs',
      { clients: clients(), patch: PATCH, autoStart: true },
      { headers: key },
    )
    expect([again.status, again.body.id, again.headers['idempotent-replayed']]).toEqual([
      202,
      first.id,
      'true',
    ])
    const other = await world.send(
      'POST',
      '/jobs',
      { clients: clients(), patch: {} },
      { headers: key },
    )
    expect(other.body).toMatchObject({ code: 'key_reused' })
    expect(writes()).toEqual(each(1))
  })
})

describe('a failure that stops a job', () => {
  beforeEach(async () => {
    await world.close()
    world = await startJobWorld(NUMBER, { limits: SHORT_WAITS })
  })
  const failing = (more: object = {}) =>
    world.auth0.inject({ kind: 'error_before_apply', operation: WRITE, times: 1_000, ...more })

  it('is the first failure, with nothing begun after it; it can be resumed', async () => {
    failing({ skip: 3 })
    const { id } = await submit({ autoStart: true })
    const stopped = await world.until(id, 'stopped')
    const { applied, failed, left } = stopped.counts as Record<string, number>
    expect([applied, failed]).toEqual([3, expect.any(Number)])
    expect(left).toBeGreaterThan(0)
    expect((await runOf(id)).find(({ outcome }) => outcome === 'failed')).toMatchObject({
      code: 'provider_unavailable',
      operationId: expect.any(String),
    })
    world.auth0.clearFaults()
    expect((await tell(id, 'resume')).body.state).toBe('running')
    const { counts } = await world.until(id, 'done')
    // Those under way at the stop may have failed too.
    const end = counts as Record<string, number>
    expect([end.left, Number(end.applied) + Number(end.failed)]).toEqual([0, NUMBER])
    expect(writes().filter((times) => times === 1).length).toBeGreaterThanOrEqual(3)
  })

  it('is a canary part that fails, however many failures there may be', async () => {
    failing()
    const { id } = await submit({ autoStart: true, maxFailures: null, canary: { share: 0.25 } })
    const { counts } = await world.until(id, 'stopped')
    expect(counts).toMatchObject({ failed: 3, left: NUMBER - 3 })
  })
})

describe('what stops a job', () => {
  it('is a canary part after which someone is to look', async () => {
    const canary = { share: 0.01, thenPause: true }
    const { id } = await submit({ autoStart: true, canary })
    expect((await world.until(id, 'paused')).counts).toMatchObject({ applied: 1 })
    expect([...world.writes().keys()]).toEqual([world.ids[0]])
    await tell(id, 'resume')
    await world.until(id, 'done')
    expect(writes()).toEqual(each(1))
  })

  it('is a pause: what is under way ends and is recorded, and the rest waits', async () => {
    world.auth0.inject({ kind: 'delay', operation: WRITE, delayMs: 100, times: 4 })
    const { id } = await submit({ autoStart: true })
    const paused = await tell(id, 'pause')
    expect(paused.body.state).toBe('paused')
    expect((await tell(id, 'pause')).status).toBe(200)
    await tell(id, 'resume')
    expect((await world.until(id, 'done')).counts).toMatchObject({ applied: NUMBER })
    expect(writes()).toEqual(each(1))
  })

  it('is a cancellation, for good', async () => {
    const { id } = await submit()
    await world.until(id, 'planned')
    expect((await tell(id, 'cancel')).body.state).toBe('cancelled')
    for (const control of ['start', 'pause', 'resume']) {
      const { status, body } = await tell(id, control)
      expect([status, body.code], control).toEqual([409, 'job_state'])
    }
    expect(writes()).toEqual([])
  })
})

describe('a job that changes what takes a permission of its own', () => {
  const SCOPES = ['jobs:read', 'jobs:write', 'clients:write']
  const LOCAL = { clients: [{ provider: 'local', id: 'exampleClientId' }] }
  const tellAs = (id: unknown, control: string, scopes: readonly string[]) =>
    world.send('POST', `/jobs/${id}/${control}`, undefined, { scopes })

  beforeEach(async () => {
    await world.close()
    world = await startJobWorld(0, { permissions: SCOPE_EACH, scopes: PERMISSIONS })
  })

  it.each([
    ['for all clients', { ...LOCAL, patch: { disabled: true } }],
    ['for one', { clients: [{ ...LOCAL.clients[0], patch: { disabled: true } }] }],
    ['as operations', { ...LOCAL, patch: [{ op: 'replace', path: '/disabled', value: true }] }],
  ])('is set to work by those who have it alone, %s', async (_, body) => {
    const { id } = (await world.send('POST', '/jobs', body as never)).body
    await world.until(id, 'planned')
    const { status, body: refusal } = await tellAs(id, 'start', SCOPES)
    expect([status, refusal.code]).toEqual([403, 'insufficient_scope'])
    expect(refusal.error).toMatch(/client\.disabled.*clients:suspend/)
    expect((await tellAs(id, 'start', [...SCOPES, 'clients:suspend'])).status).toBe(200)
    expect((await world.until(id, 'done')).counts).toMatchObject({ applied: 1 })
  })

  it.each([
    ['for all clients', { ...LOCAL, patch: { clientMetadata: { pin: '1234' } } }],
    [
      'as operations',
      { ...LOCAL, patch: [{ op: 'add', path: '/clientMetadata/pin', value: '1' }] },
    ],
    ['by a copy', { ...LOCAL, patch: [{ op: 'copy', from: '/id', path: '/clientMetadata/pin' }] }],
  ])('is set to work with a hidden value by those who may set one, %s', async (_, body) => {
    const { id } = (await world.send('POST', '/jobs', body as never)).body
    await world.until(id, 'planned')
    const { status, body: refusal } = await tellAs(id, 'start', SCOPES)
    expect([status, refusal.code]).toEqual([403, 'insufficient_scope'])
    expect(refusal.error).toMatch(/client\.clientMetadata\.pin.*secrets:rotate/)
    expect((await tellAs(id, 'start', [...SCOPES, 'secrets:rotate'])).status).toBe(200)
  })

  it('is set to work by others where that field is not in it, or not for this job', async () => {
    const { id } = (await world.send('POST', '/jobs', { ...LOCAL, patch: PATCH })).body
    await world.until(id, 'planned')
    expect((await tellAs(id, 'start', SCOPES)).status).toBe(200)
    expect((await world.until(id, 'done')).counts).toMatchObject({ applied: 1 })
  })
})

describe('undoing a job', () => {
  it('takes back what it did, and leaves what came later', async () => {
    const before = descriptions()
    const [first = '', second = ''] = world.ids
    const { id } = await submit({
      autoStart: true,
      patch: { ...PATCH, callbacks: { add: ['https://app.example.com/job'] } },
    })
    await world.until(id, 'done')
    world.auth0.put({ ...world.auth0.client(first), name: 'Since' } as never)
    await world.send('PATCH', `/clients/${second}`, {
      client: { callbacks: { add: ['https://app.example.com/later'] } },
    })
    const undo = await tell(id, 'undo', { autoStart: true })
    expect([undo.status, undo.body.undoes, undo.body.total]).toEqual([202, id, NUMBER])
    await world.until(undo.body.id, 'done')
    expect(descriptions()).toEqual(before)
    expect(world.auth0.client(first)?.name).toBe('Since')
    expect(world.auth0.client(second)?.callbacks).toEqual([
      'https://app.example.com/callback',
      'https://app.example.com/later',
    ])
  })

  it('shows first what it would do, and fails where it cannot do it whole', async () => {
    const [first = ''] = world.ids
    const { id } = await submit({ autoStart: true })
    await world.until(id, 'done')
    world.auth0.put({ ...world.auth0.client(first), description: 'Mine' } as never)
    const undo = await tell(id, 'undo', { autoStart: false })
    expect((await world.until(undo.body.id, 'planned')).counts).toMatchObject({
      planned: NUMBER - 1,
      failed: 1,
    })
    expect(
      (await world.results(undo.body.id)).find(({ outcome }) => outcome === 'failed'),
    ).toMatchObject({
      client: { id: first },
      code: 'not_restorable',
    })
    const partly = await tell(id, 'undo', { autoStart: true, allowPartial: true })
    expect((await world.until(partly.body.id, 'done')).counts).toMatchObject({
      applied: NUMBER - 1,
      unchanged: 1,
    })
    expect(descriptionOf(first)).toBe('Mine')
  })

  it('is refused while it is at work, and where it did nothing', async () => {
    const { id } = await submit()
    await world.until(id, 'planned')
    expect((await tell(id, 'undo', { autoStart: true })).body).toMatchObject({ code: 'job_state' })
  })
})

describe('POST /jobs?dryRun=true', () => {
  it('plans a small job at once, and keeps nothing', async () => {
    const body = { clients: clients(), patch: PATCH }
    const answer = await world.send('POST', '/jobs', body, { query: 'dryRun=true' })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ dryRun: true })
    const results = answer.body.results as JsonObject[]
    expect(results.map(({ outcome }) => outcome)).toEqual(each('planned'))
    expect(writes()).toEqual([])
    expect((await world.send('GET', '/jobs')).body.items).toEqual([])
  })
})

describe('a body', () => {
  const refusals: readonly [string, JsonObject, string][] = [
    ['names clients and a selection', { clients: [{ id: 'a' }], select: {}, patch: {} }, 'clients'],
    ['names neither', { patch: {} }, 'clients'],
    ['names no client', { clients: [], patch: {} }, 'clients'],
    [
      'has no patch for one',
      { clients: [{ id: 'a', patch: {} }, { id: 'b' }] },
      'clients[1].patch',
    ],
    ['names a client twice', { clients: [{ id: 'a' }, { id: 'a' }], patch: {} }, 'clients[1]'],
    ['has an odd id', { clients: [{ id: 'a/b' }], patch: {} }, 'clients[0].id'],
    ['has an id that is none', { clients: ['a'], patch: {} }, 'clients[0]'],
    ['has a member that no one knows', { clients: [{ id: 'a', x: 1 }], patch: {} }, 'clients[0].x'],
    [
      'is for a provider that is none',
      { clients: [{ provider: 'x', id: 'a' }], patch: {} },
      'clients[0].provider',
    ],
    ['sets a secret', { clients: [{ id: 'a' }], patch: { secret: 'abc' } }, 'patch.secret'],
    [
      'tests a secret',
      { clients: [{ id: 'a', patch: [{ op: 'test', path: '/secret', value: 'x' }] }] },
      'clients[0].patch.secret',
    ],
    [
      'sets what is not allowed',
      { clients: [{ id: 'a' }], patch: { callbacks: ['http://'] } },
      'patch.callbacks[0]',
    ],
    [
      'sets what no one knows',
      { clients: [{ id: 'a' }], patch: { colour: 'red' } },
      'patch.colour',
    ],
    [
      'has a share of nothing',
      { clients: [{ id: 'a' }], patch: {}, canary: { share: 0 } },
      'canary.share',
    ],
    [
      'counts failures oddly',
      { clients: [{ id: 'a' }], patch: {}, maxFailures: -1 },
      'maxFailures',
    ],
    ['finds nothing', { select: { q: 'nobody' }, patch: {} }, 'select'],
    ['selects without a patch', { select: {} }, 'patch'],
  ]

  it.each(refusals)('that %s is refused, and the path is named', async (_, body, field) => {
    const answer = await world.send('POST', '/jobs', body)
    expect(answer.body).toMatchObject({ field })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatch(/^[\w"].*\.$/)
  })
})
