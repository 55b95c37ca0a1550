/** One client of a job: what is recorded of it, what is tried again, and what it may do. */

import { describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../../src/core/errors.ts'
import { parseMergePatch } from '../../../src/core/patch/patch.ts'
import type { Call } from '../../../src/providers/call.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import type { Service } from '../../../src/service/base/service.ts'
import { planAtOnce } from '../../../src/service/jobs/run/plan-at-once.ts'
import { type Task, work } from '../../../src/service/jobs/run/work.ts'
import type { Intent } from '../../../src/store/log/entry.ts'
import { resourceOf } from '../../../src/store/resource.ts'
import type { Bench } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { onSubject } from '../../fixtures/bench.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const JOBS_OF_ACTOR = 'jobs of ["https://issuer.example","tester",null]'
const PATCH = parseMergePatch({ description: 'Changed' })
/** Allowed, and worth a warning. */
const RISKY = parseMergePatch({ callbacks: ['https://203.0.113.7/cb'] })

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const task = (more: Partial<Task> = {}): Task => ({
  job: { id: 'j1', submittedBy: ACTOR },
  rights: [],
  index: 3,
  item: { ref: subject.ref },
  patch: PATCH,
  phase: 'run',
  limitMs: 5_000,
  ...more,
})
const run = (more: Partial<Task> = {}, service: Service = bench.service) =>
  work(service, task(more))
const plan = (more: Partial<Task> = {}, service?: Service) =>
  run({ phase: 'plan', ...more }, service)
const withProvider = (change: Partial<Provider>): Service => ({
  ...bench.service,
  providers: new Map([['it', { ...subject.provider, ...change }]]),
})
const failing = (error: unknown) =>
  withProvider({
    read: async () => {
      throw error
    },
  })
const logged = () => bench.service.store.entries(resourceOf(subject.ref))
const client = { item: 3, client: { provider: 'it', id: 'exampleClientId' } }

describe('a dry run', () => {
  it('records the differences and the state that they are from, and does nothing', async () => {
    const before = subject.stored()
    const worked = await plan()
    expect(worked).toEqual({
      result: {
        ...client,
        outcome: 'planned',
        changes: [{ field: 'description', before: 'An example', after: 'Changed' }],
        tag: bench.service.fingerprints.ofState(
          subject.provider.mapping,
          await subject.provider.read(subject.ref, callUntil(Date.now() + 5_000)),
        ),
      },
      waitedMs: 0,
      refused: false,
    })
    expect(Object.keys(worked)).not.toContain('againMs')
    expect(subject.stored()).toEqual(before)
    expect(await logged()).toEqual([])
  })

  it('records no more than that where nothing would change', async () => {
    const { result } = await plan({ patch: parseMergePatch({ description: 'An example' }) })
    expect(result).toStrictEqual({ ...client, outcome: 'unchanged' })
  })

  it('names differences that are long, without their values', async () => {
    const value = (characters: number) => ({ long: 'x'.repeat(characters) })
    const shown = async (characters: number) => {
      const patch = { kind: 'merge' as const, fields: { clientMetadata: value(characters) } }
      return (await plan({ patch: patch as never })).result.changes ?? []
    }
    const short = JSON.stringify(await shown(100)).length - 100
    const [fits] = await shown(10_000 - short)
    const [exceeds] = await shown(10_001 - short)
    expect(JSON.stringify(fits)).toContain('xxx')
    expect(JSON.stringify(exceeds)).not.toContain('xxx')
    expect(exceeds?.field).toBe(fits?.field)
  })

  it('confirms no guess of a hidden value: it differs, whatever is there', async () => {
    await subject.put({ ...subject.stored(), metadata: { api_secret: 'guess' } })
    const patch = parseMergePatch({ clientMetadata: { api_secret: 'guess' } })
    const { result } = await plan({ patch, rights: ['secrets:rotate'] })
    expect(result.outcome).toBe('planned')
    expect(JSON.stringify(result)).not.toContain('guess')
  })
})

describe('a change', () => {
  it('is recorded with its operation and its warnings', async () => {
    const { result } = await run({ patch: RISKY })
    const [intent] = (await logged()) as readonly Intent[]
    expect(result).toStrictEqual({
      ...client,
      outcome: 'applied',
      warnings: [expect.objectContaining({ code: 'ip_host', field: 'client.callbacks' })],
      operationId: intent?.operationId,
    })
    expect(intent).toMatchObject({
      actor: ACTOR,
      requestId: 'job:j1',
      job: { id: 'j1', submittedBy: ACTOR },
    })
  })

  it('is done once, however often it is worked on, and again for another job or client', async () => {
    const first = await run()
    await bench.change(subject.ref, { description: 'Mine' })
    expect((await run()).result).toEqual(first.result)
    expect(subject.stored().description).toBe('Mine')
    const other = await run({ index: 4 })
    expect(other.result.operationId).not.toBe(first.result.operationId)
    await bench.change(subject.ref, { description: 'Mine' })
    const another = await run({ job: { id: 'j2', submittedBy: ACTOR } })
    expect(another.result).toMatchObject({ outcome: 'applied' })
    expect(subject.stored().description).toBe('Changed')
  })

  it('is unchanged where there is nothing to do', async () => {
    const { result } = await run({ patch: parseMergePatch({ description: 'An example' }) })
    expect(result).toStrictEqual({ ...client, outcome: 'unchanged' })
  })

  it('of a client that was changed since fails, unless nothing is left to do', async () => {
    const { result: planned } = await plan()
    await bench.change(subject.ref, { name: 'Mine' })
    const failed = await run({ ...(planned.tag !== undefined && { planned: planned.tag }) })
    expect(failed).toMatchObject({
      result: { ...client, outcome: 'failed', code: 'precondition_failed' },
      refused: false,
    })
    expect(failed).not.toHaveProperty('againMs')
    expect(subject.stored().description).toBe('An example')
    await bench.change(subject.ref, { description: 'Changed' })
    const nothing = await run({ index: 5, ...(planned.tag && { planned: planned.tag }) })
    expect(nothing.result).toStrictEqual({ ...client, item: 5, outcome: 'unchanged' })
  })

  it('is meant for the state that its client names, before that of the dry run', async () => {
    const { result: planned } = await plan()
    const tag = planned.tag ?? ''
    const item = (ifMatch: string) => ({ ref: subject.ref, ifMatch })
    const failed = await run({ item: item('another'), planned: tag })
    expect(failed.result).toMatchObject({ code: 'precondition_failed' })
    const done = await run({ index: 6, item: item(tag), planned: 'another' })
    expect(done.result).toMatchObject({ outcome: 'applied' })
  })

  it('that its job may not make is refused by its field', async () => {
    const { result } = await run({ patch: parseMergePatch({ disabled: true }) })
    expect(result).toStrictEqual({
      ...client,
      outcome: 'failed',
      code: 'insufficient_scope',
      error: 'This job may not change client.disabled. Leave it out to change the rest.',
      field: 'client.disabled',
    })
    const allowed = await run({
      patch: parseMergePatch({ disabled: true }),
      rights: ['clients:suspend'],
      index: 7,
    })
    expect(allowed.result.outcome).toBe('applied')
  })
})

const callUntil = (deadline: number): Call => ({ operationId: 'o', deadline, timeoutMs: 1_000 })

describe('calls of a client', () => {
  it('take turns with the other jobs of their submitter, end in time, and report how long they waited', async () => {
    const calls: Call[] = []
    const seen = withProvider({
      read: (ref, call) => {
        calls.push(call)
        const event = { operation: 'read', status: 200, durationMs: 1, attempt: 1 }
        call.onUpstream?.({ ...event, waitedMs: 30 } as never)
        call.onUpstream?.({ ...event, waitedMs: 12 } as never)
        call.onUpstream?.(event as never)
        return subject.provider.read(ref, call)
      },
    })
    const worked = await run({ limitMs: 4_000 }, { ...seen, now: () => 1_000_000 })
    expect(worked.waitedMs).toBe(42 * calls.length)
    expect(calls[0]).toMatchObject({
      caller: JOBS_OF_ACTOR,
      requestId: 'job:j1',
      deadline: 1_004_000,
    })
  })
})

describe('a failure', () => {
  const passing: readonly ErrorCode[] = [
    'provider_throttled',
    'store_unavailable',
    'client_busy',
    'too_many_requests',
    'key_in_use',
    'deadline_exceeded',
    'outcome_unknown',
  ]

  it.each(passing)('%s is no end: the client is worked on again', async (code) => {
    const late = new ClientError(code, 'Not now.', { retryAfter: 60 })
    expect(await run({}, failing(late))).toEqual({
      result: { ...client, outcome: 'failed', code, error: 'Not now.' },
      waitedMs: 0,
      againMs: 60_000,
      refused: code === 'provider_throttled',
    })
    const soon = new ClientError(code, 'Not now.', { retryAfter: 0.5 })
    expect((await run({ limitMs: 100 }, failing(soon))).againMs).toBe(1_000)
    const unsaid = new ClientError(code, 'Not now.')
    expect((await run({ limitMs: 100 }, failing(unsaid))).againMs).toBe(1_000)
  })

  it.each<ErrorCode>(['provider_refused', 'not_found', 'provider_misconfigured'])(
    '%s is an end',
    async (code) => {
      const error = new ClientError(code, 'No.', { field: 'client.name', operationId: 'op' })
      const worked = await run({}, failing(error))
      expect(worked).toStrictEqual({
        result: {
          ...client,
          outcome: 'failed',
          code,
          error: 'No.',
          field: 'client.name',
          operationId: 'op',
        },
        waitedMs: 0,
        refused: false,
      })
    },
  )

  it('of ours is reported as such, without what was thrown', async () => {
    const worked = await run({}, failing(new Error('secret detail')))
    expect(worked.result).toStrictEqual({
      ...client,
      outcome: 'failed',
      code: 'internal',
      error: 'An internal error occurred for this client.',
    })
    expect(worked).not.toHaveProperty('againMs')
  })

  it('of a client whose provider is no longer configured says so', async () => {
    const worked = await run({}, { ...bench.service, providers: new Map() })
    expect(worked).toStrictEqual({
      result: {
        ...client,
        outcome: 'failed',
        code: 'not_found',
        error: 'The provider it is no longer configured.',
      },
      waitedMs: 0,
      refused: false,
    })
  })

  it('says nothing while a change of the same key is open, and is one where another is', async () => {
    const { store } = bench.service
    // The outcome cannot be recorded, so the intent stays open.
    const append: Service['store']['append'] = async (entry) => {
      if (entry.kind === 'outcome') throw new ClientError('store_unavailable', 'The disk is full.')
      return store.append(entry)
    }
    await run({}, { ...bench.service, store: { ...store, append } })
    const [intent] = (await logged()) as readonly Intent[]
    expect((await logged()).map(({ kind }) => kind)).toEqual(['intent'])
    // Once the time of that attempt is over.
    const now = () => Date.now() + 20_000
    const down = { ...failing(new ClientError('provider_refused', 'No.')), now }
    const worked = await run({}, down)
    expect(worked).toEqual({
      result: {
        ...client,
        outcome: 'failed',
        code: 'outcome_unknown',
        error: expect.stringMatching(
          new RegExp(`not known yet.* GET /operations/${intent?.operationId} `),
        ),
        operationId: intent?.operationId,
      },
      waitedMs: 0,
      againMs: 1_000,
      refused: false,
    })
    expect((await run({ index: 9 }, down)).result.code).toBe('provider_refused')
    expect((await plan({}, down)).result.code).toBe('provider_refused')
  })

  it('stays what it is where the log cannot be read after it', async () => {
    const { store } = bench.service
    const down = failing(new ClientError('provider_refused', 'No.'))
    let times = 0
    const last: Service['store']['last'] = async (resource) => {
      times += 1
      if (times > 1) throw new Error('the disk is gone')
      return store.last(resource)
    }
    const { result } = await run({}, { ...down, store: { ...store, last } })
    expect(result.code).toBe('provider_refused')
    expect(times).toBe(2)
  })
})

describe('a plan at once', () => {
  const submission = {
    actor: ACTOR,
    items: [{ ref: { provider: 'it', id: 'exampleClientId' } }],
    options: { autoStart: false, maxFailures: 0 },
    rights: [],
  }
  const within = { requestId: 'r1', deadline: Date.now() + 60_000 }

  it('reports each client in order, by its own patch or that of all', async () => {
    const own = parseMergePatch({ description: 'Own' })
    const items = [...submission.items, { ...submission.items[0], patch: own }] as never
    const results = await planAtOnce(bench.service, { ...submission, items, patch: PATCH }, within)
    expect(results).toMatchObject([
      { item: 0, outcome: 'planned', changes: [{ after: 'Changed' }] },
      { item: 1, outcome: 'planned', changes: [{ after: 'Own' }] },
    ])
    expect(await logged()).toEqual([])
  })

  it('reads eight clients at a time, for the caller, until the request ends', async () => {
    const calls: Call[] = []
    let [now, most] = [0, 0]
    const service = withProvider({
      read: async (ref, call) => {
        calls.push(call)
        now += 1
        most = Math.max(most, now)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        return subject.provider.read({ ...ref, id: 'exampleClientId' }, call)
      },
    })
    const items = Array.from({ length: 30 }, (_, index) => ({
      ref: { provider: 'it', id: `client${index}` },
    }))
    const at = 5_000_000
    const asked = { ...submission, items, patch: PATCH }
    const until = { requestId: 'r1', deadline: at + 3_000 }
    const results = await planAtOnce({ ...service, now: () => at }, asked, until)
    expect(results.map(({ item }) => item)).toEqual(items.map((_, index) => index))
    expect(most).toBe(8)
    expect(calls[0]).toMatchObject({ deadline: at + 3_000, caller: JOBS_OF_ACTOR })
  })

  it('needs a patch for each client', async () => {
    await expect(planAtOnce(bench.service, submission, within)).rejects.toThrow(
      'each client of a job has a patch',
    )
  })
})
