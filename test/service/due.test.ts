/** What is due by itself: what is tried and when again, provider by provider, on a clock that the test moves. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Call, ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { carryOutDue, type Pauses } from '../../src/service/upkeep/due.ts'
import { registrationResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const VALUE = 'https://preview.example.com/callback'
const NOW = 1_800_000_000_000

let subject: Subject
let bench: Bench
let now: number
let pauses: Pauses
let reads: string[]
let calls: Call[]
let fails: (id: string) => unknown

beforeEach(async () => {
  const local = subjectNamed('local')
  subject = await local.start()
  bench = await openBench(new Map())
  now = NOW
  pauses = new Map()
  reads = []
  calls = []
  fails = () => undefined
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

function service(): Service {
  const provider: Provider = {
    ...subject.provider,
    read: async (ref, call) => {
      reads.push(ref.id)
      calls.push(call)
      const failure = fails(ref.id)
      if (failure !== undefined) throw failure
      return subject.provider.read(ref, call)
    },
  }
  const providers = new Map([
    ['it', provider],
    ['other', provider],
  ])
  return { ...bench.service, providers, now: () => now }
}
const due = (at = service()) => carryOutDue(at, pauses)
const logOf = (id: string, provider = 'it') => resourceOf({ provider, id })

/** A client with a value whose lease is over. */
async function leased(id: string, provider = 'it'): Promise<void> {
  const callbacks = [...(fullLocalClient.redirect_uris as string[]), VALUE]
  await subject.put({ ...fullLocalClient, client_id: id, redirect_uris: callbacks })
  const lease = { field: 'callbacks' as const, value: VALUE, owner: 'pull request 1' }
  const standing = { leases: [{ ...lease, expiresAt: NOW, actor: ACTOR }] }
  const log = logOf(id, provider)
  const { tag: _, state: __, ...closing } = closingOf(log, 2, { standing })
  expect(await bench.service.store.append(intentOf(log, 1))).toBe(true)
  expect(await bench.service.store.append(closing)).toBe(true)
}
const callbacksOf = async (id: string) =>
  (await subject.provider.read({ provider: 'it', id }, {} as Call)).redirect_uris
const refused = () => new ClientError('provider_refused', 'No.')

describe('what is due', () => {
  it('is done once, and not before its time', async () => {
    await leased('a')
    now = NOW - 1
    expect(await due()).toEqual({ done: 0, failed: [], notices: [] })
    expect(reads).toEqual([])
    now = NOW
    expect(await due()).toEqual({ done: 1, failed: [], notices: [] })
    expect(await callbacksOf('a')).toEqual(fullLocalClient.redirect_uris)
    expect(await due()).toEqual({ done: 0, failed: [], notices: [] })
  })

  it('is done with the provider of its client alone', async () => {
    await leased('a')
    await leased('b', 'other')
    expect(await due()).toEqual({ done: 2, failed: [], notices: [] })
    expect([...new Set(reads)].sort()).toEqual(['a', 'b'])
  })

  it('may turn out to be nothing', async () => {
    const { store } = bench.service
    const nothing = { ...store, due: async () => [logOf('nobody')] }
    expect(await due({ ...service(), store: nothing })).toEqual({
      done: 1,
      failed: [],
      notices: [],
    })
    expect(reads).toEqual([])
  })

  it('is a notice where what opens a client is about to end, and nothing else is done then', async () => {
    const ref = { provider: 'it', id: 'a' }
    const notice = { code: 'token_ends', message: 'It ends soon.' }
    const calls: [ClientRef, Call][] = []
    const noticing = (found: unknown, name = 'it') => {
      const store = { ...bench.service.store, due: async () => [registrationResource('it', 'a')] }
      const asked = async (client: ClientRef, call: Call) => {
        calls.push([client, call])
        if (found instanceof Error) throw found
        return found
      }
      const provider = { ...subject.provider, notice: asked } as unknown as Provider
      const providers = new Map([[name, provider]])
      return { ...service(), store, providers }
    }
    expect(await due(noticing(notice))).toEqual({
      done: 1,
      failed: [],
      notices: [{ ...notice, ref }],
    })
    expect(calls).toMatchObject([
      [ref, { deadline: NOW + bench.service.upstreamTimeoutMs + 15_000, caller: 'due' }],
    ])
    expect(await due(noticing(undefined))).toEqual({ done: 1, failed: [], notices: [] })
    expect(await due(noticing(notice, 'other'))).toEqual({ done: 0, failed: [], notices: [] })
    expect(await due(noticing(refused()))).toEqual({
      done: 0,
      failed: [{ resource: resourceOf(ref), code: 'provider_refused' }],
      notices: [],
    })
    const plain = { ...noticing(notice), providers: new Map([['it', subject.provider]]) }
    pauses.clear()
    expect(await due(plain)).toEqual({ done: 1, failed: [], notices: [] })
  })

  it('has fifteen seconds beyond what a call may take', async () => {
    await leased('a')
    await due()
    expect(calls[0]?.deadline).toBe(NOW + bench.service.upstreamTimeoutMs + 15_000)
  })
})

describe('what could not be done', () => {
  it('is tried again after longer and longer pauses, fifteen minutes at most', async () => {
    await leased('a')
    fails = refused
    const failed = [{ resource: logOf('a'), code: 'provider_refused' }]
    const seconds = [10, 20, 40, 80, 160, 320, 640, 900, 900]
    for (const [index, pause] of seconds.entries()) {
      expect(await due()).toEqual({ done: 0, failed, notices: [] })
      const until = now + pause * 1_000
      expect(pauses.get(logOf('a'))).toEqual({ failures: index + 1, until })
      reads = []
      now = until - 1
      expect(await due()).toEqual({ done: 0, failed: [], notices: [] })
      expect(reads).toEqual([])
      now = until
    }
    fails = () => undefined
    expect(await due()).toEqual({ done: 1, failed: [], notices: [] })
    expect([...pauses]).toEqual([])
  })

  it('is forgotten where it is not due any more, and nothing else is', async () => {
    await leased('a')
    const pause = { failures: 1, until: NOW + 1 }
    pauses.set(logOf('a'), pause).set(logOf('gone'), pause)
    await due()
    expect([...pauses]).toEqual([[logOf('a'), pause]])
  })

  it('is in the way of no other client, and a fault of ours has a code too', async () => {
    await leased('a')
    await leased('b')
    fails = (id) => (id === 'a' ? new TypeError('a fault of ours') : undefined)
    const failed = [{ resource: logOf('a'), code: 'internal' }]
    expect(await due()).toEqual({ done: 1, failed, notices: [] })
  })

  it.each([
    [29_999, 2],
    [30_000, 1],
  ])('after %i ms of one provider leaves %i begun', async (took, begun) => {
    await leased('a')
    await leased('b')
    fails = () => {
      now += took
      return refused()
    }
    expect((await due()).failed).toHaveLength(begun)
  })
})
