/** The head of a log: what stands in the way of a change, and what is recorded before it. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { callerOf, callOf, type Service } from '../../src/service/base/service.ts'
import {
  LOST_RACE,
  noteOutsideChange,
  settledHead,
  standingOf,
} from '../../src/service/operation/head.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { refOf, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

const STANDING = { suspended: { since: 1, operations: ['one'] } }

let subject: Subject
let bench: Bench
let provider: Provider
let place: Pick<ChangeRequest, 'ref' | 'provider' | 'deadline'>
let resource: string

beforeAll(async () => {
  const kind = subjectNamed('local')
  subject = await kind.start()
  provider = subject.provider
})
afterAll(() => subject.close())
beforeEach(async () => {
  bench = await openBench(new Map([['it', provider]]))
  place = { ref: subject.ref, provider, deadline: 10_000 }
  resource = resourceOf(subject.ref)
})
afterEach(() => bench.close())

const append = (...entries: Entry[]) =>
  entries.reduce<Promise<unknown>>(
    (before, entry) => before.then(() => bench.service.store.append(entry)),
    Promise.resolve(),
  )
const entries = () => bench.service.store.entries(resource)

/** A service whose store has a watch. `times`: what the clock shows before the first wait and after each one. */
function watching(times: readonly number[], after: (waits: number) => Promise<void>) {
  const seen = { logs: [] as string[], waits: [] as number[], ends: 0, sleeps: [] as number[] }
  const { store } = bench.service
  const watch: typeof store.watch = (log) => {
    seen.logs.push(log)
    return {
      grown: (milliseconds) => after(seen.waits.push(milliseconds)),
      end: () => {
        seen.ends += 1
      },
    }
  }
  const now = () => times[Math.min(seen.waits.length, times.length - 1)] ?? 0
  const sleep = async (milliseconds: number) => void seen.sleeps.push(milliseconds)
  return { service: { ...bench.service, store: { ...store, watch }, now, sleep }, seen }
}

describe('the newest entry', () => {
  it('is none for a client that no one changed', async () => {
    expect(await settledHead(bench.service, place)).toBeUndefined()
  })

  it('is an outcome', async () => {
    await append(intentOf(resource, 1), closingOf(resource, 2))
    expect(await settledHead(bench.service, place)).toMatchObject({ kind: 'outcome', seq: 2 })
  })

  it('is waited for while another instance works, in pauses of 25 to 75 ms', async () => {
    await append(intentOf(resource, 1, { deadline: 5_000 }))
    const sleeps: number[] = []
    const sleep = async (milliseconds: number) => {
      sleeps.push(milliseconds)
      if (sleeps.length === 40) await append(closingOf(resource, 2))
    }
    const head = await settledHead({ ...bench.service, now: () => 4_999, sleep }, place)
    expect(head).toMatchObject({ kind: 'outcome' })
    expect(sleeps).toHaveLength(40)
    expect(Math.min(...sleeps)).toBeGreaterThanOrEqual(25)
    expect(Math.max(...sleeps)).toBeLessThanOrEqual(75)
    expect(Math.max(...sleeps) - Math.min(...sleeps)).toBeGreaterThan(10)
  })

  it('is waited for without pauses where the store says when it ends, with a look now and then', async () => {
    await append(intentOf(resource, 1, { deadline: 5_000 }))
    const times = [4_100, 4_600, 4_999.5]
    const { service, seen } = watching(times, async (waits) => {
      if (waits === times.length) await append(closingOf(resource, 2))
    })
    expect(await settledHead(service, place)).toMatchObject({ kind: 'outcome' })
    // Half a second, until the end of the other one's time, and at least a millisecond.
    expect(seen).toEqual({ logs: [resource], waits: [500, 400, 1], ends: 1, sleeps: [] })
  })

  it('is no longer watched once the time of the request is over', async () => {
    await append(intentOf(resource, 1, { deadline: 20_000 }))
    const { service, seen } = watching([9_900, 10_000], async () => {})
    await expect(settledHead(service, place)).rejects.toMatchObject({ code: 'client_busy' })
    expect(seen).toEqual({ logs: [resource], waits: [100], ends: 1, sleeps: [] })
  })

  it('is not waited for by a repetition with the same key, which is refused with that reason', async () => {
    await append(intentOf(resource, 1, { deadline: 5_000, key: 'the log of a key' }))
    const sleep = async () => void (await append(closingOf(resource, 2)))
    const service = { ...bench.service, now: () => 4_999, sleep }
    const key = { log: 'the log of a key', fingerprint: 'f' }
    await expect(settledHead(service, { ...place, key })).rejects.toMatchObject({
      code: 'key_in_use',
    })
    const other = { ...key, log: 'the log of another' }
    expect(await settledHead(service, { ...place, key: other })).toMatchObject({ seq: 2 })
  })

  it('is waited for until the deadline and no longer', async () => {
    await append(intentOf(resource, 1, { deadline: 20_000 }))
    const at = (time: number): Service => ({ ...bench.service, now: () => time })
    await expect(settledHead(at(10_000), place)).rejects.toMatchObject({ code: 'client_busy' })
  })

  it('is settled when the time of its own process is over', async () => {
    await append(intentOf(resource, 1, { deadline: 5_000 }))
    const service = { ...bench.service, now: () => 5_000 }
    expect(await settledHead(service, place)).toMatchObject({
      kind: 'outcome',
      outcome: 'conflict',
      settledBy: 'settlement',
    })
  })

  it('stays open, and the failure is reported, when the provider is not configured any more', async () => {
    await append(intentOf(resource, 1, { deadline: 5_000 }))
    const service = { ...bench.service, now: () => 5_000, providers: new Map() }
    await expect(settledHead(service, place)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('provider it '),
    })
    expect(await entries()).toHaveLength(1)
  })
})

describe('what someone else changed since', () => {
  const note = async (head: Entry | undefined, base: JsonObject) => {
    const tag = bench.service.fingerprints.ofState(provider.mapping, base)
    return noteOutsideChange({ ...bench.service, now: () => 77 }, place, head, base, tag)
  }
  const masked = (native: JsonObject) => bench.service.fingerprints.masked(provider.mapping, native)
  const headOf = (native: JsonObject, more: Partial<Entry> = {}): Entry =>
    ({
      ...closingOf(resource, 2),
      tag: bench.service.fingerprints.ofState(provider.mapping, native),
      state: masked(native),
      ...more,
    }) as Entry

  it('is nothing where there is no entry: what is appended next is the first', async () => {
    expect(await note(undefined, subject.stored())).toBeUndefined()
    expect(await entries()).toEqual([])
  })

  it('is nothing where the state is the one that was recorded', async () => {
    const head = headOf(subject.stored())
    expect(await note(head, subject.stored())).toBe(head)
    expect(await entries()).toEqual([])
  })

  it('is nothing where another release of this program took another fingerprint of that state', async () => {
    const head = headOf(subject.stored(), { tag: 'of another release' })
    expect(await note(head, subject.stored())).toBe(head)
    expect(await entries()).toEqual([])
  })

  it('is nothing where the fingerprint is the one that was recorded, whatever else is kept', async () => {
    const head = headOf(subject.stored(), { state: { description: 'as an older release kept it' } })
    expect(await note(head, subject.stored())).toBe(head)
    expect(await entries()).toEqual([])
  })

  it('cannot be judged where no state was recorded', async () => {
    const { tag: _, state: __, ...unknown } = closingOf(resource, 2)
    expect(await note(unknown, subject.stored())).toBe(unknown)
    expect(await entries()).toEqual([])
  })

  it('is recorded, each secret as its fingerprint', async () => {
    await append(intentOf(resource, 1), closingOf(resource, 2))
    const before = subject.stored()
    const after = { ...before, description: 'Foreign', client_secret: 'foreign-secret-foreign' }
    const head = headOf(before)
    const noted = await note(head, after)
    const [, , third] = await entries()
    expect(noted).toEqual(third)
    const print = bench.service.fingerprints.ofSecret
    expect(third).toMatchObject({
      kind: 'outside_change',
      seq: 3,
      previous: head.hash,
      at: 77,
      resource,
      tag: bench.service.fingerprints.ofState(provider.mapping, after),
      state: { description: 'Foreign', client_secret: print('foreign-secret-foreign') },
      changes: [
        {
          field: 'secret',
          before: print(String(before.client_secret)),
          after: print('foreign-secret-foreign'),
        },
        { field: 'description', before: 'An example', after: 'Foreign' },
      ],
    })
  })

  it('is recorded without its parts where only a fingerprint was kept', async () => {
    await append(intentOf(resource, 1), closingOf(resource, 2))
    const { state: _, ...untold } = headOf({ other: true }) as Extract<Entry, { kind: 'outcome' }>
    const noted = await note(untold, subject.stored())
    expect((await entries())[2]).toEqual(noted)
    expect(noted).toMatchObject({ kind: 'outside_change', changes: [] })
  })

  it('is left to another instance that was first', async () => {
    await append(intentOf(resource, 1), closingOf(resource, 2), outsideChangeOf(resource, 3))
    expect(await note(headOf({ other: true }), subject.stored())).toBe(LOST_RACE)
    expect(await entries()).toHaveLength(3)
  })
})

it('what holds for a client is what its newest entry says, if there is one', async () => {
  expect(await standingOf(bench.service, resource)).toBeUndefined()
  await append(intentOf(resource, 1, { standing: STANDING }))
  expect(await standingOf(bench.service, resource)).toEqual(STANDING)
})

describe('the names under which the log keeps things', () => {
  it.each([
    { provider: 'auth0', id: 'a' },
    { provider: 'cognito', userPoolId: 'pool', id: 'a' },
    { provider: 'x', userPoolId: '', id: '["x",null,"a"]' },
  ])('lead back to the client: %j', (ref) => {
    expect(refOf(resourceOf(ref))).toEqual(ref)
  })

  it('are one for one client and one for one caller', () => {
    const names = [
      resourceOf({ provider: 'a', id: 'b' }),
      resourceOf({ provider: 'a', userPoolId: 'b', id: 'b' }),
      resourceOf({ provider: 'a', userPoolId: '', id: 'b' }),
    ]
    expect(new Set(names).size).toBe(3)
    const actor = { issuer: 'i', subject: 's' }
    const callers = [actor, { ...actor, clientId: 'c' }, { ...actor, clientId: '' }].map(callerOf)
    expect(new Set(callers).size).toBe(3)
    expect(callerOf({ ...actor })).toBe(callers[0])
  })
})

it('a call carries what the request has, and nothing that it lacks', () => {
  const onUpstream = () => {}
  const context = { operationId: 'o', deadline: 5 }
  const { upstreamTimeoutMs } = bench.service
  const own = { timeoutMs: upstreamTimeoutMs, untilSeen: expect.any(Function) }
  expect(callOf(bench.service, context)).toStrictEqual({ ...context, ...own })
  const whole = { ...context, requestId: 'r', caller: 'c', reserve: 0.5, onUpstream }
  expect(callOf(bench.service, whole)).toStrictEqual({ ...whole, ...own })
})
