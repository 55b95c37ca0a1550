/** G8: many changes at once on accounts with the real limits, over sockets, and a neighbour there. */

import { afterEach, describe, expect, it } from 'vitest'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { type PacedAccount, POOLS, pacedAuth0, pacedCognito } from './paced-provider.ts'

const CHANGES = 60

let account: PacedAccount
let bench: Bench

afterEach(async () => {
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
    expect(throttles()).toBe(0)
    expect(neighbour.length).toBeGreaterThan(10)
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
    expect(throttles()).toBe(0)
    expect(neighbour.length).toBeGreaterThan(10)
    expect(new Set(neighbour)).toEqual(new Set([200]))
  })
})

describe('a Retry-After', () => {
  it('that outlasts the deadline ends every request at once, and nothing more is sent', async () => {
    account = await pacedAuth0(5)
    bench = await openBench(new Map([['it', account.provider]]))
    const change = () => bench.change({ provider: 'it', id: 'client0' }, { name: 'New' })
    account.emulator.inject({ kind: 'throttle', operation: 'GET /clients/{id}', retryAfter: 60 })
    const started = Date.now()
    await expect(change()).rejects.toMatchObject({ code: 'provider_throttled', status: 503 })
    const sent = account.emulator.calls.length
    const others = await Promise.all(
      [1, 2, 3].map((id) =>
        bench.change({ provider: 'it', id: `client${id}` }, {}).catch((e) => e),
      ),
    )
    for (const error of others) {
      expect(error).toMatchObject({ code: 'provider_throttled', status: 503 })
      const { retryAfter } = (error as { details: { retryAfter: number } }).details
      const left = 60 - (Date.now() - started) / 1_000
      expect(retryAfter).toBeGreaterThan(left - 1)
      expect(retryAfter).toBeLessThan(left + 3)
    }
    expect(account.emulator.calls.length).toBe(sent)
    // All of it took a part of the ten seconds that each of them had.
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  it('that is over in time is waited for once, however many come meanwhile', async () => {
    account = await pacedAuth0(5)
    bench = await openBench(new Map([['it', account.provider]]))
    const ids = ['client1', 'client2', 'client3']
    account.emulator.inject({ kind: 'throttle', operation: 'GET /clients/{id}', retryAfter: 1 })
    const first = bench.change({ provider: 'it', id: 'client0' }, { name: 'New' })
    while (account.emulator.calls.every(({ status }) => status !== 429)) {
      await new Promise(setImmediate)
    }
    const others = ids.map((id) => bench.change({ provider: 'it', id }, { name: 'New' }))
    await Promise.all([first, ...others])
    const [throttle] = account.emulator.calls.filter(({ status }) => status === 429)
    const after = account.emulator.calls.filter(({ at }) => at > (throttle?.at ?? 0) + 50)
    expect(after.length).toBeGreaterThan(8)
    const soonest = Math.min(...after.map(({ at }) => at)) - (throttle?.at ?? 0)
    expect(soonest).toBeGreaterThanOrEqual(1_000)
    expect(soonest).toBeLessThan(2_900)
  })
})
