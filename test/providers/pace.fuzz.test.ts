/** What must hold for every rate and every crowd, on a clock that the test moves. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isClientError } from '../../src/core/errors.ts'
import { CALL_MS, createPace } from '../../src/providers/pace/pace.ts'
import type { RateReport } from '../../src/providers/pace/pace-source.ts'
import { createTally, runs } from '../property.ts'
import { createVirtualTime } from './virtual-time.ts'

const RUNS = { numRuns: runs(300) }
/** The oracle of one property counts in fractions; calls go at whole milliseconds, and each may lose what is beyond. */
const TOLERANCE_MS = 2

interface Asked {
  readonly at: number
  readonly caller: string
  readonly urgent: boolean
  readonly within: number
  readonly takes: number
  readonly buckets: readonly string[]
  readonly told: RateReport
}

interface Ended extends Asked {
  /** When it was sent; `undefined`: refused. */
  readonly sentAt: number | undefined
  readonly refusedAt: number | undefined
  readonly retryAfterMs: number
  readonly answeredAt: number | undefined
}

const rates = fc.record({
  perSecond: fc.constantFrom(0.5, 2, 3.7, 16),
  burst: fc.constantFrom(1, 2, 7.5, 20),
  reserve: fc.constantFrom(0, 0.2, 0.4),
})
const told = fc.oneof(
  { weight: 12, arbitrary: fc.constant<RateReport>({}) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 9_000 }).map((pauseMs): RateReport => ({ pauseMs })),
  },
  { weight: 1, arbitrary: fc.constant<RateReport>({ throttled: true }) },
  {
    weight: 1,
    arbitrary: fc
      .nat({ max: 20 })
      .map((remaining): RateReport => ({ account: { limit: 20, remaining, perSecond: 0 } })),
  },
)
const asked = (say: fc.Arbitrary<RateReport>): fc.Arbitrary<Asked> =>
  fc.record({
    at: fc.nat({ max: 8_000 }),
    caller: fc.constantFrom('a', 'b', 'c'),
    urgent: fc.boolean(),
    within: fc.integer({ min: 1, max: 25_000 }),
    takes: fc.integer({ min: 1, max: 900 }),
    buckets: fc.constantFrom(['one'], ['two'], ['one', 'common'], ['two', 'common']),
    told: say,
  })
/** No two come in the same millisecond, so that it is known who came first. */
const crowd = (say = told) =>
  fc.uniqueArray(asked(say), { minLength: 1, maxLength: 60, size: 'max', selector: ({ at }) => at })

/** Lets them all come and go; none may be left. */
async function play(
  all: readonly Asked[],
  limits: readonly (typeof rates extends fc.Arbitrary<infer R> ? R : never)[],
) {
  const time = createVirtualTime(0)
  const names = ['one', 'two', 'common']
  const buckets = names.map((name, index) => ({ name, ...(limits[index] ?? limits[0]) }))
  const pace = createPace({ buckets: buckets as never, ...time })
  const ended: Ended[] = []
  for (const one of all) {
    time.after(one.at, () => {
      const unset = {
        sentAt: undefined,
        refusedAt: undefined,
        answeredAt: undefined,
        retryAfterMs: 0,
      }
      pace.turn(one.buckets, { ...one, deadline: one.at + one.within }).then(
        (pass) => {
          const sentAt = time.now()
          time.after(one.takes, () => {
            pass.end(one.told)
            ended.push({ ...one, ...unset, sentAt, answeredAt: time.now() })
          })
        },
        (error) => {
          const { retryAfter = 0 } = isClientError(error) ? error.details : {}
          ended.push({ ...one, ...unset, refusedAt: time.now(), retryAfterMs: retryAfter * 1_000 })
        },
      )
    })
  }
  await time.pass(120_000)
  return { ended, pace, buckets, time }
}

const sentFrom = (ended: readonly Ended[], name: string) =>
  ended
    .filter(({ buckets, sentAt }) => buckets.includes(name) && sentAt !== undefined)
    .map(({ sentAt = 0 }) => sentAt)
    .sort((one, other) => one - other)

const limits = fc.tuple(rates, rates, rates)

it('every call ends, and none after its deadline', async () => {
  const property = fc.asyncProperty(crowd(), limits, async (all, rates) => {
    const { ended, pace } = await play(all, rates)
    expect(ended).toHaveLength(all.length)
    for (const { at, within, sentAt, refusedAt } of ended) {
      if (sentAt !== undefined && sentAt > at) expect(sentAt).toBeLessThan(at + within)
      if (refusedAt !== undefined) expect(refusedAt).toBeLessThanOrEqual(at + within)
    }
    expect(pace.state().map(({ waiting }) => waiting)).toEqual([0, 0, 0])
  })
  await fc.assert(property, RUNS)
})

it('no window holds more than the burst and the rate of it, less the reserve', async () => {
  const property = fc.asyncProperty(crowd(), limits, async (all, rates) => {
    const { ended, buckets } = await play(all, rates)
    for (const { name, perSecond = 0, burst = 0, reserve = 0 } of buckets) {
      const times = sentFrom(ended, name)
      const ours = Math.max(1, burst - (reserve === 0 ? 0 : Math.max(1, burst * reserve)))
      for (const [first, from] of times.entries()) {
        for (const [count, to] of times.slice(first).entries()) {
          const most = ours + (perSecond * (1 - reserve) * (to - from)) / 1_000
          expect(count + 1).toBeLessThanOrEqual(most + 1e-3)
        }
      }
    }
  })
  await fc.assert(property, RUNS)
})

it('nothing is sent inside a pause', async () => {
  let pauses = 0
  const property = fc.asyncProperty(crowd(), limits, async (all, rates) => {
    const { ended } = await play(all, rates)
    for (const { told, answeredAt = 0, sentAt, buckets } of ended) {
      if (sentAt === undefined || told.pauseMs === undefined) continue
      for (const name of buckets) {
        const inside = sentFrom(ended, name).filter(
          (at) => at > answeredAt && at < answeredAt + (told.pauseMs ?? 0),
        )
        expect(inside).toEqual([])
        pauses += 1
      }
    }
  })
  await fc.assert(property, RUNS)
  // About 600 in 300 independent samples, of which most have some: 100 is never met by chance.
  expect(pauses).toBeGreaterThan(100)
})

it('a call is refused exactly when it cannot be sent in time, at once', async () => {
  const refused: number[] = []
  const silent = fc.constant<RateReport>({})
  const property = fc.asyncProperty(crowd(silent), rates, async (all, rates) => {
    const plain = all.map((one) => ({ ...one, urgent: false, caller: 'a', buckets: ['one'] }))
    const { ended } = await play(plain, [rates])
    const { perSecond, reserve, burst } = rates
    const ours = Math.max(1, burst - (reserve === 0 ? 0 : Math.max(1, burst * reserve)))
    const step = 1_000 / (perSecond * (1 - reserve))
    // The oracle: a theoretical time of arrival (ITU-T I.371), which is another way to say a bucket.
    let theoretical = Number.NEGATIVE_INFINITY
    for (const [index, one] of plain.sort((a, b) => a.at - b.at).entries()) {
      const tolerance = TOLERANCE_MS + index
      const turn = Math.max(one.at, theoretical - (ours - 1) * step)
      const latest = latestOf(one)
      if (Math.abs(turn - latest) < tolerance) return
      const found = ended.find((other) => sameCall(other, one))
      if (turn > one.at && turn > latest) {
        refused.push(turn)
        expect(found?.refusedAt).toBe(one.at)
        expect(Math.abs(one.at + (found?.retryAfterMs ?? 0) - turn)).toBeLessThan(tolerance)
      } else {
        expect(Math.abs((found?.sentAt ?? Number.NaN) - turn)).toBeLessThan(tolerance)
        theoretical = Math.max(one.at, theoretical) + step
      }
    }
  })
  await fc.assert(property, RUNS)
  // About 1,350 in 300 samples.
  expect(refused.length).toBeGreaterThan(100)
})

/** When a call is no use any more. */
const latestOf = ({ at, within }: Pick<Asked, 'at' | 'within'>) =>
  at + within - Math.min(CALL_MS, within / 2)

const sameCall = (one: Asked, other: Asked) =>
  one.at === other.at && one.within === other.within && one.takes === other.takes

it('a refused call goes at once at the millisecond that its refusal names', async () => {
  const tally = createTally('calls that come again when their refusal says')
  const property = fc.asyncProperty(
    crowd(fc.constant<RateReport>({})),
    limits,
    fc.nat(),
    async (all, rates, pick) => {
      const { ended } = await play(all, rates)
      const refused = ended.filter(({ refusedAt }) => refusedAt !== undefined)
      const one = refused[pick % Math.max(refused.length, 1)]
      if (one === undefined) return tally.add('without a refusal')
      // The same crowd up to the refusal, and then no one but the one who comes again.
      const until = all.filter(({ at }) => at <= (one.refusedAt ?? 0))
      const at = (one.refusedAt ?? 0) + Math.ceil(one.retryAfterMs)
      const again = { ...one, at, within: 2_000, takes: 901 }
      const second = await play([...until, again], rates)
      const found = second.ended.find((other) => other.takes === 901)
      expect(found?.sentAt).toBe(at)
      tally.add('repeated')
    },
  )
  await fc.assert(property, RUNS)
  tally.print()
  // About 150 of 300: 50 is 11 standard deviations below.
  expect(tally.count('repeated')).toBeGreaterThan(50)
})

it('two callers who both wait alternate, whatever the length of their queues', async () => {
  const length = fc.integer({ min: 1, max: 30 })
  const property = fc.asyncProperty(length, length, rates, async (many, few, rates) => {
    const ask = (caller: string, at: number): Asked => ({
      at,
      caller,
      urgent: false,
      within: 10_000_000,
      takes: 1,
      buckets: ['one'],
      told: {},
    })
    const crowd = [
      ...Array.from({ length: many }, () => ask('a', 0)),
      ...Array.from({ length: few }, () => ask('b', 1)),
    ]
    const { ended } = await play(crowd, [rates])
    const waited = ended
      .filter(({ sentAt = 0 }) => sentAt > 1)
      .sort((one, other) => (one.sentAt ?? 0) - (other.sentAt ?? 0))
    const counts = { a: 0, b: 0 }
    const left = (caller: string) => waited.filter((one) => one.caller === caller).length
    for (const { caller } of waited) {
      counts[caller as 'a' | 'b'] += 1
      if (counts.a < left('a') && counts.b < left('b')) {
        expect(Math.abs(counts.a - counts.b)).toBeLessThanOrEqual(1)
      }
    }
  })
  await fc.assert(property, RUNS)
})
