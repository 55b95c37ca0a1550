/** G8: many changes at once on accounts with the real limits, over sockets, and a neighbour there. */

import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { eventually } from '../eventually.ts'
import { type PacedAccount, POOLS, pacedAuth0, pacedCognito } from './paced-provider.ts'

const CHANGES = 60

let account: PacedAccount
let bench: Bench
let delays: IntervalHistogram

beforeEach(() => {
  delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
})
afterEach(async () => {
  delays.disable()
  await bench.close()
  await account.emulator.close()
})

/** A call every so often until the work has ended; gives the statuses. */
async function meanwhile(milliseconds: number, work: Promise<unknown>): Promise<readonly number[]> {
  const statuses: Promise<number>[] = []
  const timer = setInterval(() => statuses.push(account.neighbour()), milliseconds)
  await work.finally(() => clearInterval(timer))
  return Promise.all(statuses)
}

function changeAll(pools: readonly (string | undefined)[], options: Partial<ChangeRequest> = {}) {
  return Promise.all(
    Array.from({ length: CHANGES }, (_, index) => {
      const pool = pools[index % pools.length]
      const userPool = pool === undefined ? {} : { userPoolId: pool }
      const ref = { provider: 'it', ...userPool, id: `client${Math.floor(index / pools.length)}` }
      const patient = { deadline: Date.now() + 30_000, ...options }
      return bench.change(ref, { name: `New ${index}` }, patient)
    }),
  )
}

/**
 * Whether the process stood still for longer than the limits allow for: calls that were sent one after the other arrive
 * together then, and may be too many at once.
 */
function wasHeldUp(): boolean {
  const longestMs = delays.max / 1e6
  if (longestMs < 250) return false
  process.stdout.write(`A busy machine: throttles are not counted, ${Math.round(longestMs)} ms.\n`)
  return true
}

const throttles = () =>
  account.emulator.calls.filter(
    ({ status, operation }) =>
      status === 429 || (status === 400 && /Describe|Update|List/.test(operation)),
  ).length

describe.each([
  { name: 'with what the plan allows configured', pace: { perSecond: 16, burst: 50 } },
  { name: 'with nothing configured', pace: undefined },
])('60 changes at Auth0 at once, $name', ({ pace }) => {
  it('end without a throttle, and a neighbour who uses the reserve meets none', async () => {
    account = await pacedAuth0(CHANGES, pace)
    bench = await openBench(new Map([['it', account.provider]]))
    // 16 calls a second less 80 % of them.
    const work = changeAll([undefined])
    const neighbour = await meanwhile(1_000 / 3.2, work)
    expect((await work).map(({ outcome }) => outcome)).toEqual(Array(CHANGES).fill('applied'))
    expect(neighbour.length).toBeGreaterThan(10)
    if (wasHeldUp()) return
    expect(throttles()).toBe(0)
    expect(new Set(neighbour)).toEqual(new Set([200]))
  })
})

describe('60 changes at Cognito at once', () => {
  it('end without a throttle, and a neighbour who uses the reserve meets none', async () => {
    account = await pacedCognito(CHANGES)
    bench = await openBench(new Map([['it', account.provider]]))
    // 5 calls a second less 60 % of them.
    const work = changeAll(POOLS)
    const neighbour = await meanwhile(1_000 / 2, work)
    expect((await work).map(({ outcome }) => outcome)).toEqual(Array(CHANGES).fill('applied'))
    expect(neighbour.length).toBeGreaterThan(10)
    if (wasHeldUp()) return
    expect(throttles()).toBe(0)
    expect(new Set(neighbour)).toEqual(new Set([200]))
  })
})

describe('a Retry-After', () => {
  it('that outlasts the deadline ends every request at once, and nothing more is sent', async () => {
    account = await pacedAuth0(5)
    bench = await openBench(new Map([['it', account.provider]]))
    const inTime = () => ({ deadline: Date.now() + 50_000 })
    const change = () => bench.change({ provider: 'it', id: 'client0' }, { name: 'New' }, inTime())
    account.emulator.inject({ kind: 'throttle', operation: 'GET /clients/{id}', retryAfter: 60 })
    const started = Date.now()
    await expect(change()).rejects.toMatchObject({ code: 'provider_throttled', status: 503 })
    const sent = account.emulator.calls.length
    const others = await Promise.all(
      [1, 2, 3].map((id) =>
        bench.change({ provider: 'it', id: `client${id}` }, {}, inTime()).catch((e) => e),
      ),
    )
    for (const error of others) {
      expect(error).toMatchObject({ code: 'provider_throttled', status: 503 })
      const { retryAfter } = (error as { details: { retryAfter: number } }).details
      const left = 60 - (Date.now() - started) / 1_000
      expect(retryAfter).toBeGreaterThan(left - 1)
      expect(retryAfter).toBeLessThan(63)
    }
    expect(account.emulator.calls.length).toBe(sent)
    // All of it took a part of the time that each of them had.
    expect(Date.now() - started).toBeLessThan(40_000)
  })

  it('that is over in time is waited for once, however many come meanwhile', async () => {
    account = await pacedAuth0(5)
    bench = await openBench(new Map([['it', account.provider]]))
    const ids = ['client1', 'client2', 'client3']
    account.emulator.inject({ kind: 'throttle', operation: 'GET /clients/{id}', retryAfter: 1 })
    const first = bench.change({ provider: 'it', id: 'client0' }, { name: 'New' })
    const pauses = () => account.provider.pace?.().map(({ pausedUntil }) => pausedUntil)
    await eventually(() => expect(pauses()).toContainEqual(expect.toSatisfy((until) => until > 0)))
    const others = ids.map((id) => bench.change({ provider: 'it', id }, { name: 'New' }))
    await Promise.all([first, ...others])
    const [throttle] = account.emulator.calls.filter(({ status }) => status === 429)
    // What the first one had under way may arrive after the throttle.
    const after = account.emulator.calls.filter(({ path }) => /client[123]/.test(path))
    expect(after.length).toBeGreaterThan(5)
    const soonest = Math.min(...after.map(({ at }) => at)) - (throttle?.at ?? 0)
    expect(soonest).toBeGreaterThanOrEqual(1_000)
  })
})
