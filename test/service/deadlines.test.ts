/**
 * Every request ends within its deadline and a little (guarantee G8): whatever stalls, a provider, the
 * store, or other changes of the same client. What was sent is never reported as a plain failure.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { FaultKind } from '../../src/emulators/faults.ts'
import type { HttpRequest } from '../../src/http/wire/message.ts'
import { boundedStore, GRACE_MS } from '../../src/service/base/deadline.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { startWorld, type World } from '../contract/world.ts'
import { eventually } from '../eventually.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

/** Time that a request has which is to run out of it (milliseconds). */
const DEADLINE_MS = 500
/** It gets twice the time while it is too slow for its test, but no more than this. */
const LONGEST_MS = 15_000
/** Time that a request has which is to end well. */
const AMPLE_MS = 60_000
/** What a request may take beyond its deadline: the store's grace, and a slow machine. A call that stalls takes longer. */
const SLACK_MS = GRACE_MS + 20_000
const STALL_MS = 60_000
/** Where no provider stalls: a change that did not arrive is waited for as long. */
const UPSTREAM_MS = 2_000

/** What a request without any effect ends with when its provider stalls. */
const LATE = ['deadline_exceeded', 'provider_unavailable']

const CLIENT = '/clients/exampleClientId'
const WHERE = [
  { provider: 'auth0', read: 'GET /clients/{id}', write: 'PATCH /clients/{id}' },
  {
    provider: 'cognito-client',
    userPoolId: POOL_ID,
    read: 'DescribeUserPoolClient',
    write: 'UpdateUserPoolClient',
  },
]

type Call = readonly [operation: keyof Store, first: unknown]

let world: World
/** Decides which calls to the store do not come back. */
let hangs: (call: Call) => boolean
/** Those that hang; each does what it was to do when it is let go. */
let hanging: (() => Promise<unknown>)[]

/** The real store, some of whose calls do not come back, as those of a service behind a dead link. */
function around(store: Store): Store {
  const names = [
    'append',
    'last',
    'entries',
    'operation',
    'search',
    'openIntents',
    'check',
  ] as const
  const wrapped = names.map((name) => {
    const call = store[name] as (...values: unknown[]) => Promise<unknown>
    const outer = (...values: unknown[]) => {
      if (!hangs([name, values[0]])) return call(...values)
      return new Promise((resolve) => {
        hanging.push(() => {
          const late = call(...values)
          resolve(late)
          return late
        })
      })
    }
    return [name, outer] as const
  })
  return { ...store, ...(Object.fromEntries(wrapped) as unknown as Store) }
}

async function letGo(): Promise<void> {
  hangs = () => false
  await Promise.all(hanging.splice(0).map((go) => go()))
}

/** With the keys of the issuer fetched: how long that takes is no part of any test. */
async function start(upstreamTimeoutMs: number): Promise<void> {
  hangs = () => false
  hanging = []
  const limits = { upstreamTimeoutMs, deadlineMs: 2 * STALL_MS }
  world = await startWorld({ around, metrics: true, limits })
  const query = 'provider=local'
  expect(await send({ query, deadline: Date.now() + AMPLE_MS })).toMatchObject({ status: 200 })
}
afterEach(() => world.close())

interface Told {
  readonly status: number
  readonly body: JsonObject
}

/** Sends a request; one that goes on beyond its deadline is a failure of the test. */
async function send(more: Partial<HttpRequest>): Promise<Told> {
  const authorization = [`Bearer ${await world.token()}`]
  const { deadline = Date.now() + DEADLINE_MS } = more
  let timer: NodeJS.Timeout | undefined
  const overrun = new Promise<never>((_, reject) => {
    const left = deadline - Date.now() + SLACK_MS
    timer = setTimeout(() => reject(new Error('beyond its deadline')), left)
  })
  const request = {
    method: 'GET',
    path: CLIENT,
    query: '',
    body: undefined,
    ...more,
    deadline,
    headers: { authorization, 'content-type': ['application/json'], ...more.headers },
  }
  const { status, body } = await Promise.race([world.clientry.app(request), overrun])
  clearTimeout(timer)
  const parsed = body.startsWith('{') ? (JSON.parse(body) as JsonObject) : { text: body }
  return { status, body: parsed }
}

const json = (body: object) => Buffer.from(JSON.stringify(body))
const patch = (name: string, address: object = {}, more: Partial<HttpRequest> = {}) =>
  send({ method: 'PATCH', body: json({ ...address, client: { name } }), ...more })
/** One that is to end well. */
const patchInTime = (name: string, more: Partial<HttpRequest> = {}) =>
  patch(name, {}, { ...more, deadline: Date.now() + AMPLE_MS })

/**
 * Sends with twice the time again and again, until a request comes as far as the test is about before its time is over:
 * a slow machine needs longer for that.
 */
async function reaching<T>(
  attempt: (more: Pick<HttpRequest, 'deadline'>) => Promise<T>,
  isThere: (answer: T) => boolean,
): Promise<T> {
  for (let ms = DEADLINE_MS; ; ms *= 2) {
    const answer = await attempt({ deadline: Date.now() + ms })
    if (isThere(answer) || ms > LONGEST_MS) return answer
  }
}
const someHangs = () => hanging.length > 0
const wasSent = ({ body }: Told) => !LATE.includes(String(body.code))
const nameAtAuth0 = () => world.auth0.client('exampleClientId')?.name
const writes = () => world.auth0.calls.filter(({ operation }) => operation.startsWith('PATCH'))
const isEntry = (kind: Entry['kind']) => (call: Call) =>
  call[0] === 'append' && (call[1] as Entry).kind === kind

describe.each(WHERE)('a stalled provider: $provider', ({ read, write, ...address }) => {
  const faults = () => (address.provider === 'auth0' ? world.auth0 : world.cognito)

  beforeEach(() => start(STALL_MS))

  it('ends a read', async () => {
    faults().inject({ kind: 'stall_before_apply', operation: read, times: 9 })
    const query = new URLSearchParams(address).toString()
    expect(LATE).toContain((await send({ query })).body.code)
  })

  it('ends a change before anything was sent', async () => {
    faults().inject({ kind: 'stall_before_apply', operation: read, times: 9 })
    const { body } = await patch('Stalled', address)
    expect(LATE).toContain(body.code)
    expect(body.operationId).toBeUndefined()
  })

  it.each<FaultKind>(['stall_before_apply', 'stall_after_apply'])(
    'says that the outcome is not known under %s',
    async (kind) => {
      faults().inject({ kind, operation: write, times: 9 })
      const answer = await reaching((more) => patch('Stalled', address, more), wasSent)
      expect(answer).toMatchObject({
        status: 504,
        body: { code: 'outcome_unknown', outcome: 'unknown', operationId: expect.any(String) },
      })
    },
  )

  it('ends each of many changes that wait for one', async () => {
    faults().inject({ kind: 'stall_before_apply', operation: write, times: 1 })
    const answers = await reaching(
      (more) =>
        Promise.all(
          Array.from({ length: 10 }, (_, index) => patch(`Queued ${index}`, address, more)),
        ),
      (all) => all.some(wasSent),
    )
    const codes = answers.map(({ body }) => body.code)
    expect(codes.filter((code) => code === 'outcome_unknown')).toHaveLength(1)
    for (const code of codes) expect(['outcome_unknown', 'client_busy', ...LATE]).toContain(code)
  })
})

describe('a stalled token endpoint', () => {
  beforeEach(() => start(STALL_MS))

  it('ends a change', async () => {
    world.auth0.inject({ kind: 'stall_before_apply', operation: 'POST /oauth/token', times: 9 })
    expect((await patch('Stalled')).status).toBe(504)
  })
})

describe('a store that hangs', () => {
  beforeEach(() => start(UPSTREAM_MS))

  it.each<[string, keyof Store, Partial<HttpRequest>]>([
    ['a change', 'last', { method: 'PATCH', body: json({ client: { name: 'Hung' } }) }],
    [
      'a rollback',
      'entries',
      { method: 'POST', path: `${CLIENT}/rollback`, body: json({ to: 0 }) },
    ],
    ['the history of a client', 'entries', { path: `${CLIENT}/history` }],
    ['the history', 'search', { path: '/history' }],
    ['open changes', 'openIntents', { path: '/history', query: 'outcome=open' }],
    ['an operation', 'operation', { path: '/operations/any' }],
    ['readiness', 'check', { path: '/readyz' }],
  ])('ends %s', async (_, operation, request) => {
    hangs = ([called]) => called === operation
    expect(await reaching((more) => send({ ...request, ...more }), someHangs)).toMatchObject({
      status: 503,
      body: { code: 'store_unavailable' },
    })
    expect(hanging.length).toBeGreaterThan(0)
    expect(writes()).toEqual([])
  })

  it('ends metrics, which then say nothing about changes', async () => {
    hangs = ([called]) => called === 'openIntents'
    expect(await send({ path: '/metrics' })).toMatchObject({ status: 200 })
  })

  it('ends a change with a key', async () => {
    hangs = ([called, first]) => called === 'entries' && String(first).startsWith('["$key')
    const headers = { 'idempotency-key': ['"one"'] }
    expect(
      await reaching((more) => patch('Hung', {}, { headers, ...more }), someHangs),
    ).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
    await letGo()
    expect(await patchInTime('Hung', { headers })).toMatchObject({ status: 200 })
  })

  it('ends a change before anything was sent, and an intent that lands late does no harm', async () => {
    const before = nameAtAuth0()
    hangs = isEntry('intent')
    const { status, body } = await reaching((more) => patch('Hung', {}, more), someHangs)
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
    expect(body.outcome).toBeUndefined()
    await letGo()
    expect(await world.clientry.service.store.openIntents()).toHaveLength(1)
    await settled()
    expect(nameAtAuth0()).toBe(before)
    expect(await patchInTime('Next')).toMatchObject({ status: 200, body: { name: 'Next' } })
  })

  it('says that the outcome is not known once a write was sent, and reports it later', async () => {
    hangs = isEntry('outcome')
    const { status, body } = await reaching((more) => patch('Sent', {}, more), someHangs)
    expect({ status, body }).toMatchObject({
      status: 504,
      body: { code: 'outcome_unknown', outcome: 'unknown', operationId: expect.any(String) },
    })
    expect(nameAtAuth0()).toBe('Sent')
    hangs = () => false
    await settled()
    const path = `/operations/${body.operationId}`
    const answer = await send({ path, deadline: Date.now() + AMPLE_MS })
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'applied', kind: 'change' } })
    // The outcome that hung comes second, and changes nothing.
    await letGo()
    const resource = resourceOf({ provider: 'auth0', id: 'exampleClientId' })
    const entries = await world.clientry.service.store.entries(resource)
    const own = entries.filter(
      (one) => 'operationId' in one && one.operationId === body.operationId,
    )
    expect(own).toHaveLength(2)
  })

  it('does not keep the turn of its client', async () => {
    hangs = isEntry('intent')
    const { first } = await reaching(async (more) => {
      const begun = patch('First', {}, more)
      await Promise.race([begun, eventually(() => expect(hanging).not.toEqual([]))])
      return { first: begun }
    }, someHangs)
    expect(hanging).toHaveLength(1)
    hangs = () => false
    const second = await patchInTime('Second')
    expect([200, 503]).toContain(second.status)
    expect((await first).status).toBe(503)
    expect(await patchInTime('Third')).toMatchObject({ status: 200 })
  })

  it('ends each of many changes that wait for one', async () => {
    hangs = ([called]) => called === 'last'
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => patch(`${index}`)))
    for (const { body } of answers) {
      expect(['store_unavailable', 'client_busy', 'deadline_exceeded']).toContain(body.code)
    }
    expect(writes()).toEqual([])
  })
})

describe('a store within a deadline', () => {
  beforeEach(() => start(UPSTREAM_MS))

  it('gives what comes in time, fails as the store does, and has a little left at the end', async () => {
    const { store } = world.clientry.service
    const bounded = boundedStore(store, Date.now() - 60_000, Date.now)
    expect(await bounded.last('none')).toBeUndefined()
    await bounded.check()
    world.database.exec('drop table probe')
    await expect(bounded.check()).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

/** Sweeps until no change is open any more: each is settled once its own deadline is over. */
async function settled(): Promise<void> {
  const { service, sweep } = world.clientry
  while ((await service.store.openIntents()).length > 0) {
    await sweep()
    await new Promise(setImmediate)
  }
}
