/** G8: trying again, on a clock that only pauses move: what is tried again, how often and when no more. */

import { describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import { checkDeadline, untilSeen, withRetries } from '../../src/service/base/retry.ts'
import type { Service } from '../../src/service/base/service.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { onShared } from '../fixtures/opened.ts'

let bench: Bench
const it = onShared(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)

/** A service at time 0 whose pauses take no time; gives the pauses too. */
function clock(): { readonly service: Service; readonly pauses: number[] } {
  const pauses: number[] = []
  const now = () => pauses.reduce((sum, pause) => sum + pause, 0)
  const sleep = async (milliseconds: number) => {
    pauses.push(milliseconds)
  }
  return { pauses, service: { ...bench.service, now, sleep } }
}

const failure = (code: ErrorCode, retryAfter?: number) =>
  new ClientError(code, 'It failed.', retryAfter === undefined ? {} : { retryAfter })

/** Fails with the errors given, one after the other, then succeeds; counts the attempts. */
async function attempts(deadline: number, errors: readonly unknown[]) {
  const { service, pauses } = clock()
  let count = 0
  const outcome = await withRetries(service, deadline, async () => {
    count += 1
    if (count <= errors.length) throw errors[count - 1]
    return 'done'
  }).catch((error: unknown) => error)
  return { outcome, count, pauses }
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const LATER = 1_000_000

describe('what is tried again', () => {
  it('gives what the first attempt gives', async () => {
    expect(await attempts(LATER, [])).toEqual({ outcome: 'done', count: 1, pauses: [] })
  })

  it('a provider that fails is asked three times', async () => {
    const passing = failure('provider_unavailable')
    expect(await attempts(LATER, times(2, passing))).toMatchObject({ outcome: 'done', count: 3 })
    expect(await attempts(LATER, times(3, passing))).toMatchObject({ outcome: passing, count: 3 })
  })

  it('a provider that throttles is asked as long as there is time', async () => {
    const throttled = failure('provider_throttled')
    expect(await attempts(LATER, times(20, throttled))).toMatchObject({
      outcome: 'done',
      count: 21,
    })
    const { outcome, count, pauses } = await attempts(10_000, times(1_000, throttled))
    expect(outcome).toBe(throttled)
    expect(count).toBeGreaterThan(5)
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(10_000 - 500)
  })

  it.each([
    failure('provider_refused', 1),
    failure('outcome_unknown', 1),
    failure('deadline_exceeded'),
    new TypeError('a fault of ours'),
    'no error at all',
  ])('nothing else: %s', async (error) => {
    expect(await attempts(LATER, [error])).toEqual({ outcome: error, count: 1, pauses: [] })
  })
})

describe('the pauses', () => {
  it('are random, below a bound that doubles up to two seconds', async () => {
    const runs = await Promise.all(
      times(300, 0).map(() => attempts(LATER, times(8, failure('provider_throttled')))),
    )
    for (const [index, bound] of [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000].entries()) {
      const pauses = runs.map((run) => run.pauses[index] ?? Number.NaN)
      expect(Math.max(...pauses)).toBeLessThanOrEqual(bound)
      // Of 300 within the bound, all below nine tenths of it would be one chance in 10^13.
      expect(Math.max(...pauses)).toBeGreaterThan(bound * 0.9)
      expect(Math.min(...pauses)).toBeLessThan(bound * 0.1)
    }
  })

  it('are never shorter than the provider asks for, in seconds', async () => {
    const { pauses } = await attempts(LATER, times(3, failure('provider_throttled', 7)))
    expect(pauses).toEqual([7_000, 7_000, 7_000])
  })

  it('leave half a second for the next attempt, or there is none', async () => {
    const asking = [failure('provider_throttled', 1)]
    expect(await attempts(1_500, asking)).toMatchObject({ outcome: 'done', pauses: [1_000] })
    expect(await attempts(1_499, asking)).toMatchObject({ outcome: asking[0], pauses: [] })
  })
})

describe('a deadline', () => {
  it('lets begin before it, and not at it', () => {
    const { service } = clock()
    expect(() => checkDeadline(service, 1)).not.toThrow()
    expect(() => checkDeadline(service, 0)).toThrow(
      expect.objectContaining({
        code: 'deadline_exceeded',
        message: expect.stringMatching(/.{10}/),
      }),
    )
  })
})

describe('looking again at what a provider may not show yet', () => {
  /** Looks that give these answers, one after the other and the last one again; an error is thrown. */
  async function looked(answers: readonly unknown[], { lagMs = 1_000, deadline = LATER } = {}) {
    const { service, pauses } = clock()
    let looks = 0
    const outcome = await untilSeen(service, deadline)(
      async () => {
        const answer = answers[Math.min(looks, answers.length - 1)]
        looks += 1
        if (answer instanceof Error) throw answer
        return answer
      },
      (answer) => answer === 'new',
      lagMs,
    ).catch((error: unknown) => error)
    return { outcome, looks, pauses }
  }

  it('ends as soon as it is seen, after pauses that double up to two seconds', async () => {
    expect(await looked(['new'])).toEqual({ outcome: 'new', looks: 1, pauses: [] })
    const old = times(7, 'old')
    expect(await looked([...old, 'new'], { lagMs: LATER })).toEqual({
      outcome: 'new',
      looks: 8,
      pauses: [100, 200, 400, 800, 1_600, 2_000, 2_000],
    })
  })

  it('ends with what is there once nothing can be behind any more', async () => {
    expect(await looked(['old'])).toMatchObject({ outcome: 'old', looks: 5 })
    expect(await looked(['old'], { lagMs: 100 })).toMatchObject({ outcome: 'old', looks: 2 })
    expect(await looked(['old'], { lagMs: 0 })).toEqual({ outcome: 'old', looks: 1, pauses: [] })
    const missing = failure('not_found')
    expect(await looked([missing], { lagMs: 100 })).toMatchObject({ outcome: missing, looks: 2 })
  })

  it.each([
    failure('not_found'),
    failure('provider_throttled'),
    failure('provider_unavailable'),
    new ClientError('provider_unavailable', 'It failed.', { lasting: false } as never),
  ])('goes on after what a copy that is behind answers, and what passes: %s', async (error) => {
    expect(await looked([error, 'new'])).toMatchObject({ outcome: 'new', looks: 2 })
  })

  it.each([
    failure('provider_refused'),
    new ClientError('provider_unavailable', 'It failed.', { lasting: true }),
    new TypeError('a fault of ours'),
  ])('ends with any other failure: %s', async (error) => {
    expect(await looked([error, 'new'])).toEqual({ outcome: error, looks: 1, pauses: [] })
  })

  it('is refused where there is no time for another look', async () => {
    expect(await looked(['old', 'new'], { deadline: 600 })).toMatchObject({ outcome: 'new' })
    const { outcome, pauses } = await looked(['old', 'new'], { deadline: 599 })
    expect(outcome).toMatchObject({
      code: 'deadline_exceeded',
      message:
        'The provider may still show what was before, and there is no time left to wait for that.',
    })
    expect(pauses).toEqual([])
  })
})
