/**
 * Instances that share an account, on a clock that the test moves, over notes in a real SQLite store: what all of them send is
 * judged by an account of the test's own, which throttles as the provider does, and by a neighbour on it.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { createPace, type Pace } from '../../src/providers/pace/pace.ts'
import { createBudget } from '../../src/providers/pace/pace-budget.ts'
import type { Notes } from '../../src/store/notes.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { committedAtOnce } from '../../src/store/sqlite/group-commit.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { createWriter } from '../../src/store/sqlite/writer.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'

interface Limits {
  readonly perSecond: number
  readonly burst: number
  readonly reserve: number
}

/** An Auth0 tenant of the enterprise plan, and one operation on a Cognito pool. */
const AUTH0: Limits = { perSecond: 16, burst: 50, reserve: 0.2 }
const COGNITO: Limits = { perSecond: 5, burst: 5, reserve: 0.4 }
/** How long a call is under way, and how long a store does not answer before it is given up (milliseconds). */
const CALL_MS = 150
const HANGS_MS = 3_000

let database: Database
let time: VirtualTime
let notes: Notes

beforeEach(async () => {
  database = await openDatabase(':memory:')
  time = createVirtualTime()
  const store = createSqliteStore(database, createWriter(database, committedAtOnce))
  notes = store.notes as Notes
})
afterEach(() => database.close())

/** A token bucket that refuses what comes when it is empty, and remembers what it served. */
function createAccount({ perSecond, burst, reserve }: Limits) {
  let tokens = burst
  let at = time.now()
  const served: { readonly at: number; readonly who: string }[] = []
  const throttled: string[] = []
  const call = (who: string) => {
    tokens = Math.min(burst, tokens + ((time.now() - at) * perSecond) / 1_000)
    at = time.now()
    // Sums of fractions miss a whole by less than this.
    if (tokens < 1 - 1e-6) {
      throttled.push(who)
      return false
    }
    tokens -= 1
    served.push({ at, who })
    return true
  }
  const neighbour = () => {
    time.after(1_000 / (perSecond * reserve), () => {
      call('neighbour')
      neighbour()
    })
  }
  return {
    throttled,
    call,
    neighbour,
    /** Calls a second that instances sent, in a span of seconds since the start. */
    rate: (started: number, from: number, to: number) =>
      served.filter(
        ({ at, who }) =>
          who !== 'neighbour' && at >= started + from * 1_000 && at < started + to * 1_000,
      ).length /
      (to - from),
  }
}

type Account = ReturnType<typeof createAccount>

interface Instance {
  readonly pace: Pace
  readonly writes: number[]
  /** As many calls as keep it waiting, until it dies. */
  crowd(callers: number): void
  /** One call every so often. */
  drip(everyMs: number): void
  die(): void
  lose(how: 'refuses' | 'hangs' | undefined): void
  sent(): number
}

function createInstance(account: Account, limits: Limits, id: string, clockMs = 0): Instance {
  const writes: number[] = []
  let isDead = false
  let lost: 'refuses' | 'hangs' | undefined
  let sent = 0
  const now = () => time.now() + clockMs
  const after: VirtualTime['after'] = (milliseconds, work) =>
    time.after(milliseconds, () => isDead || work())
  const reach = async () => {
    if (isDead) await new Promise(() => {})
    if (lost === 'hangs') await new Promise<void>((resume) => after(HANGS_MS, resume))
    if (lost !== undefined) throw new ClientError('store_unavailable', 'gone')
  }
  const budget = createBudget({
    id,
    now,
    after,
    notes: {
      read: async (name) => {
        await reach()
        return { ...(await notes.read(name)), now: time.now() }
      },
      replace: async (...values) => {
        await reach()
        const isDone = await notes.replace(...values)
        if (isDone) writes.push(time.now())
        return isDone
      },
    },
  })
  const pace = createPace({ buckets: [{ name: 'all', ...limits }], now, after, budget })
  async function one(): Promise<void> {
    const pass = await pace.turn(['all'], { deadline: now() + 600_000 })
    sent += 1
    const isThrottled = !account.call(id)
    await new Promise<void>((resume) => after(CALL_MS, resume))
    pass.end(isThrottled ? { throttled: true } : {})
  }
  async function loop(): Promise<void> {
    while (!isDead) await one()
  }
  return {
    pace,
    writes,
    crowd: (callers) => {
      for (let count = 0; count < callers; count += 1) void loop()
    },
    drip: (everyMs) => {
      const next = () => {
        void one()
        after(everyMs, next)
      }
      next()
    },
    die: () => {
      isDead = true
    },
    lose: (how) => {
      lost = how
    },
    sent: () => sent,
  }
}

describe.each([
  { name: 'an Auth0 tenant', limits: AUTH0 },
  { name: 'an operation on a Cognito pool', limits: COGNITO },
])('instances that share $name', ({ limits }) => {
  const permitted = limits.perSecond * (1 - limits.reserve)

  function start(count: number, clockMs: (index: number) => number = () => 0) {
    const account = createAccount(limits)
    account.neighbour()
    const instances = Array.from({ length: count }, (_, index) =>
      createInstance(account, limits, `instance ${index}`, clockMs(index)),
    )
    return { account, instances, started: time.now() }
  }

  it.each([1, 2, 4])('send together what is permitted: %d of them', async (count) => {
    const { account, instances, started } = start(count)
    for (const one of instances) one.crowd(24 / count)
    await time.pass(40_000)
    expect(account.throttled).toEqual([])
    const share = account.rate(started, 6, 40) / permitted
    expect(share).toBeGreaterThan(0.95)
    expect(share).toBeLessThanOrEqual(1 + 2 / permitted / 30)
    for (const { writes } of instances) {
      const pauses = writes.slice(1).map((at, index) => at - (writes[index] ?? 0))
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000)
    }
  })

  it('come one after the other, and the first call of each goes at once', async () => {
    const { account, instances, started } = start(4)
    for (const [index, one] of instances.entries()) {
      await time.pass(index * 2_300)
      one.crowd(6)
      await time.pass(1)
      expect(one.sent()).toBeGreaterThan(0)
    }
    await time.pass(30_000)
    expect(account.throttled).toEqual([])
    const share = account.rate(started, 20, 40) / permitted
    expect(share).toBeGreaterThan(0.95)
    expect(share).toBeLessThanOrEqual(1 + 2 / permitted / 30)
    // Each has its fourth of what was sent in the end.
    const before = instances.map(({ sent }) => sent())
    await time.pass(20_000)
    for (const [index, { sent }] of instances.entries()) {
      expect((sent() - (before[index] ?? 0)) / 20 / (permitted / 4)).toBeCloseTo(1, 0)
    }
  })

  it.each([0, 250, 500, 750, 999])(
    'have the share of one that died %d ms after its renewal back within 2 s',
    async (late) => {
      const { account, instances, started } = start(4)
      for (const [index, one] of instances.entries()) {
        one.crowd(6)
        await time.pass(130 + index)
      }
      await time.pass(10_000)
      const [victim] = instances as [Instance]
      const count = victim.writes.length
      for (let ms = 0; ms < 3_000 && victim.writes.length === count; ms += 1) await time.pass(1)
      expect(victim.writes.length).toBe(count + 1)
      await time.pass(late)
      victim.die()
      const died = (time.now() - started) / 1_000
      await time.pass(22_000)
      expect(account.throttled).toEqual([])
      expect(account.rate(started, died + 2, died + 22) / permitted).toBeGreaterThan(0.95)
      // Five seconds are few calls: one may fall on either side.
      const calls = account.rate(started, died + 2, died + 7) * 5
      expect(calls).toBeGreaterThanOrEqual(permitted * 5 * 0.95 - 1)
    },
  )

  it('do so with clocks that are 90 s apart', async () => {
    const { account, instances, started } = start(3, (index) => [0, 90_000, -90_000][index] ?? 0)
    for (const one of instances) one.crowd(8)
    await time.pass(40_000)
    expect(account.throttled).toEqual([])
    const share = account.rate(started, 6, 40) / permitted
    expect(share).toBeGreaterThan(0.95)
    expect(share).toBeLessThanOrEqual(1 + 2 / permitted / 30)
  })

  it('leave to one what others do not use', async () => {
    const { account, instances, started } = start(3)
    const [busy, ...others] = instances as [Instance, ...Instance[]]
    busy.crowd(24)
    for (const one of others) one.drip(2_000)
    await time.pass(60_000)
    expect(account.throttled).toEqual([])
    expect(account.rate(started, 10, 60) / permitted).toBeGreaterThan(0.9)
    for (const one of others) expect(one.sent()).toBeGreaterThanOrEqual(29)
  })
})

describe('an instance whose store cannot be reached', () => {
  it.each(['refuses', 'hangs'] as const)('goes by its own pace while it %s', async (how) => {
    const account = createAccount({ ...AUTH0, perSecond: 1_000, burst: 1_000 })
    const instances = [0, 1].map((index) => createInstance(account, AUTH0, `instance ${index}`))
    const started = time.now()
    for (const one of instances) {
      one.lose(how)
      one.crowd(24)
    }
    await time.pass(20_000)
    // Each as if it were alone: 12.8 calls a second, and what the account has gathered.
    expect(account.rate(started, 5, 20) / 2 / 12.8).toBeCloseTo(1, 1)
    for (const one of instances) one.lose(undefined)
    await time.pass(30_000)
    expect(account.rate(started, 25, 50) / 12.8).toBeCloseTo(1, 1)
  })
})
