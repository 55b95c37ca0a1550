/** G8: who goes when, on a clock that the test moves: turns, refusals, pauses, and what answers teach. */

import { describe, expect, it } from 'vitest'
import { isClientError } from '../../src/core/errors.ts'
import { createPace, type Pace } from '../../src/providers/pace/pace.ts'
import { MAX_WAITING, MAX_WAITING_OF_CALLER } from '../../src/providers/pace/pace-queue.ts'
import type { BucketSettings, RateReport } from '../../src/providers/pace/pace-source.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'

const LIMITED: BucketSettings = { name: 'all', perSecond: 1, burst: 1, reserve: 0 }

interface Options {
  readonly caller?: string
  readonly urgent?: boolean
  readonly reserve?: number
  /** Milliseconds from now. */
  readonly within?: number
  readonly buckets?: readonly string[]
  /** What its answer says, and how much later. */
  readonly told?: RateReport
  readonly takes?: number
}

/** Calls that write down when they went, in seconds, or for how long they were refused. */
function callsOn(time: VirtualTime, pace: Pace) {
  const started = time.now()
  const log: string[] = []
  const seconds = () => Math.round((time.now() - started) / 10) / 100
  const call = async (name: string, options: Options = {}): Promise<void> => {
    const { within = 60_000, buckets = ['all'], told = {}, takes = 0, ...who } = options
    try {
      const pass = await pace.turn(buckets, { ...who, deadline: time.now() + within })
      log.push(`${name} at ${seconds()}`)
      if (takes === 0) pass.end(told)
      else time.after(takes, () => pass.end(told))
    } catch (error) {
      if (!isClientError(error, 'provider_throttled')) throw error
      log.push(`${name} refused at ${seconds()} for ${error.details.retryAfter}`)
    }
  }
  return { log, call }
}

function start(buckets: readonly BucketSettings[]) {
  const time = createVirtualTime()
  const pace = createPace({ buckets, ...time })
  return { time, pace, ...callsOn(time, pace) }
}

describe('turns', () => {
  it('come at the rate, after a burst', async () => {
    const { time, log, call } = start([{ ...LIMITED, perSecond: 2, burst: 2 }])
    for (const name of ['a', 'b', 'c', 'd']) call(name)
    await time.pass(5_000)
    expect(log).toEqual(['a at 0', 'b at 0', 'c at 0.5', 'd at 1'])
  })

  it('leave a reserve, and one call of the burst at least', async () => {
    const { time, log, call } = start([{ ...LIMITED, perSecond: 10, burst: 3, reserve: 0.2 }])
    for (const name of ['a', 'b', 'c', 'd']) call(name)
    await time.pass(5_000)
    expect(log).toEqual(['a at 0', 'b at 0', 'c at 0.13', 'd at 0.25'])
  })

  it('alternate between callers, however many calls one of them has waiting', async () => {
    const { time, log, call } = start([LIMITED])
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) call(name, { caller: 'a' })
    await time.pass(1_500)
    for (const name of ['b1', 'b2']) call(name, { caller: 'b' })
    await time.pass(20_000)
    const order = log.map((line) => line.split(' ')[0])
    expect(order).toEqual(['a1', 'a2', 'a3', 'b1', 'a4', 'b2', 'a5'])
  })

  it('come first to calls of changes under way', async () => {
    const { time, log, call } = start([LIMITED])
    for (const name of ['a', 'b', 'c']) call(name)
    call('urgent', { urgent: true })
    await time.pass(20_000)
    expect(log).toEqual(['a at 0', 'urgent at 1', 'b at 2', 'c at 3'])
  })

  it('of other buckets are not held up by an empty one, and share a common one evenly', async () => {
    const all = { ...LIMITED, name: 'common', perSecond: 2, burst: 2 }
    const { time, log, call } = start([
      { ...LIMITED, perSecond: 0.1 },
      { ...LIMITED, name: 'x' },
      all,
    ])
    for (const name of ['a1', 'a2']) call(name, { buckets: ['all', 'common'] })
    for (const name of ['x1', 'x2', 'x3']) call(name, { buckets: ['x', 'common'] })
    await time.pass(20_000)
    expect(log).toEqual(['a1 at 0', 'x1 at 0', 'x2 at 1', 'x3 at 2', 'a2 at 10'])
  })
})

describe('a call that leaves more to others', () => {
  const ACCOUNT = { ...LIMITED, perSecond: 10, burst: 1 }

  it('has its turns at that rate, and holds up no other call', async () => {
    const { time, log, call } = start([ACCOUNT])
    for (const name of ['a1', 'a2', 'a3']) call(name, { reserve: 0.5 })
    await time.pass(5)
    for (const name of ['b1', 'b2']) call(name)
    await time.pass(5_000)
    expect(log).toEqual(['a1 at 0', 'b1 at 0.1', 'a2 at 0.2', 'b2 at 0.3', 'a3 at 0.4'])
  })

  it('leaves no less than the account does', async () => {
    const { time, log, call } = start([{ ...ACCOUNT, reserve: 0.5 }])
    for (const name of ['a1', 'a2']) call(name, { reserve: 0.2 })
    await time.pass(5_000)
    expect(log).toEqual(['a1 at 0', 'a2 at 0.2'])
  })

  it('waits while no more than that is left of the account, and others go on', async () => {
    const { time, log, call } = start([{ name: 'all', reserve: 0 }])
    call('a1', { reserve: 0.5, told: { account: { limit: 10, remaining: 5, perSecond: 1 } } })
    await time.pass(10)
    call('a2', { reserve: 0.5 })
    call('b')
    await time.pass(400)
    expect(log).toEqual(['a1 at 0', 'b at 0.01'])
    await time.pass(5_000)
    expect(log).toContainEqual(expect.stringMatching(/^a2 at [12]/))
  })
})

describe('changes under way', () => {
  it('come first between buckets too', async () => {
    const common = { ...LIMITED, name: 'common' }
    const { time, log, call } = start([
      { ...LIMITED, burst: 9 },
      { ...common, name: 'x', burst: 9 },
      common,
    ])
    for (const name of ['x1', 'x2', 'x3']) call(name, { buckets: ['x', 'common'] })
    await time.pass(1_500)
    call('a', { buckets: ['all', 'common'] })
    call('urgent', { buckets: ['x', 'common'], urgent: true })
    await time.pass(20_000)
    expect(log.map((line) => line.split(' ')[0])).toEqual(['x1', 'x2', 'urgent', 'a', 'x3'])
  })
})

describe('a call whose turn cannot come in time', () => {
  it('is refused when what was a guess does not come true', async () => {
    const { time, log, call } = start([{ name: 'all', reserve: 0.2 }])
    for (const name of ['a', 'b']) call(name, { takes: 60_000 })
    call('c', { within: 1_000 })
    await time.pass(20_000)
    expect(log.slice(0, 2)).toEqual(['a at 0', 'b at 0'])
    expect(log[2]).toMatch(/^c refused at 0.6/)
  })

  it('is refused at once, with when it could go', async () => {
    const { time, log, call } = start([LIMITED])
    for (const name of ['a', 'b', 'c']) call(name)
    call('late', { within: 3_400 })
    call('last', { within: 3_500 })
    await time.pass(20_000)
    expect(log).toEqual(['a at 0', 'late refused at 0 for 3', 'b at 1', 'c at 2', 'last at 3'])
  })

  it('goes at once when its refusal says, also where two lanes become ready in one millisecond', async () => {
    const one = { ...LIMITED, burst: 1 }
    const { time, log, call } = start([
      { ...one, name: 'x', perSecond: 0.3 },
      { ...one, name: 'y' },
      { ...one, name: 'common', perSecond: 0.5 },
    ])
    call('x1', { buckets: ['x'] })
    await time.pass(2_334)
    call('y1', { buckets: ['y'] })
    // x is ready at 3,333.3 ms and y at 3,334: a timer finds both ready, and the urgent call goes first.
    call('x2', { buckets: ['x', 'common'] })
    call('y2', { buckets: ['y', 'common'], urgent: true })
    call('x3', { buckets: ['x'], within: 100 })
    await time.pass(6_334)
    call('x3', { buckets: ['x'] })
    await time.pass(5_000)
    expect(log).toEqual([
      'x1 at 0',
      'y1 at 2.33',
      'x3 refused at 2.33 for 6.334',
      'y2 at 3.33',
      'x2 at 5.33',
      'x3 at 8.67',
    ])
  })

  it('is refused as soon as an urgent one makes it late', async () => {
    const { time, log, call } = start([LIMITED])
    call('a')
    call('b', { within: 1_600 })
    await time.pass(500)
    call('urgent', { urgent: true })
    await time.pass(20_000)
    expect(log).toEqual(['a at 0', 'b refused at 0.5 for 1.5', 'urgent at 1'])
  })

  it('is refused as soon as a pause outlasts it, urgent or not', async () => {
    const { time, log, call } = start([LIMITED])
    call('a', { told: { throttled: true, pauseMs: 30_000 }, takes: 200 })
    call('b', { within: 25_000 })
    call('c', { within: 25_000, urgent: true })
    call('d', { within: 40_000 })
    await time.pass(60_000)
    expect(log.slice(0, 3)).toEqual([
      'a at 0',
      'c refused at 0.2 for 31',
      'b refused at 0.2 for 31',
    ])
    expect(log[3]).toBe('d at 30.2')
  })

  it('is refused when too many of its caller wait; another caller is served next', async () => {
    const { time, log, call } = start([LIMITED])
    const long = { within: 10_000_000 }
    for (let count = 0; count <= MAX_WAITING_OF_CALLER; count += 1) call(`${count}`, long)
    call('too much', long)
    call('other', { ...long, caller: 'other' })
    call('under way', { ...long, urgent: true })
    await time.pass(0)
    const [first, refused] = log
    expect(first).toBe('0 at 0')
    expect(refused).toBe(`too much refused at 0 for ${MAX_WAITING_OF_CALLER + 1}`)
    await time.pass(1_000_000)
    expect(log.slice(2, 5)).toEqual(['under way at 1', '1 at 2', 'other at 3'])
    expect(log).toHaveLength(MAX_WAITING_OF_CALLER + 4)
  })

  it('has a place where all are taken: the last call of the caller with most waiting is refused', async () => {
    const { time, log, call } = start([LIMITED])
    const long = { within: 10_000_000 }
    call('first', long)
    const callers = MAX_WAITING / MAX_WAITING_OF_CALLER
    for (let count = 0; count < MAX_WAITING_OF_CALLER; count += 1) {
      for (let index = 0; index < callers; index += 1) {
        call(`${index}-${count}`, { ...long, caller: `crowd ${index}` })
      }
    }
    call('other', { ...long, caller: 'other' })
    call('under way', { ...long, urgent: true })
    await time.pass(0)
    const last = MAX_WAITING_OF_CALLER - 1
    expect(log).toEqual([
      'first at 0',
      `0-${last} refused at 0 for ${MAX_WAITING}`,
      // With the other call in its place.
      `1-${last} refused at 0 for ${MAX_WAITING}`,
    ])
    await time.pass(10_000)
    expect(log.slice(3, 5)).toEqual(['under way at 1', '0-0 at 2'])
    expect(log).toContain(`other at ${callers + 2}`)
  })

  it('is refused where all places are taken and no one has more waiting', async () => {
    const { time, log, call } = start([LIMITED])
    const long = { within: 10_000_000 }
    call('first', long)
    for (let count = 0; count < MAX_WAITING; count += 1)
      call(`${count}`, { ...long, caller: `${count}` })
    call('too much', { ...long, caller: 'other' })
    await time.pass(0)
    expect(log).toEqual(['first at 0', `too much refused at 0 for ${MAX_WAITING + 1}`])
  })
})

describe('a pause', () => {
  it('holds for every caller, and begins with one call after it', async () => {
    const { time, log, call } = start([{ ...LIMITED, perSecond: 1, burst: 10 }])
    call('a', { told: { pauseMs: 7_000 } })
    await time.pass(1_000)
    for (const name of ['b', 'c', 'd']) call(name, { caller: name, urgent: name === 'd' })
    await time.pass(20_000)
    expect(log).toEqual(['a at 0', 'd at 7', 'b at 8', 'c at 9'])
  })
})

describe('throttles that say nothing', () => {
  it('halve the rate once for all calls of one flight, and it comes back step by step', async () => {
    const { time, pace, call } = start([{ ...LIMITED, perSecond: 8, burst: 8 }])
    for (const name of ['a', 'b', 'c']) call(name, { told: { throttled: true }, takes: 100 })
    await time.pass(100)
    expect(pace.state()[0]).toMatchObject({ perSecond: 4, throttled: 3 })
    await time.pass(2_500)
    expect(pace.state()[0]?.perSecond).toBeCloseTo(6)
    await time.pass(5_000)
    expect(pace.state()[0]?.perSecond).toBe(8)
  })

  it('make turns later, and less and less so', async () => {
    const { time, log, call } = start([LIMITED])
    call('a', { told: { throttled: true } })
    await time.pass(1)
    call('b')
    await time.pass(20_000)
    // Half a call a second, and a tenth more each second: 0.5 t + 0.05 t² = 1.
    expect(log).toEqual(['a at 0', 'b at 1.71'])
  })

  it('pause for a moment', async () => {
    const { time, log, call } = start([{ ...LIMITED, perSecond: 8, burst: 8 }])
    call('a', { told: { throttled: true } })
    await time.pass(10)
    call('b')
    await time.pass(2_000)
    expect(log).toEqual(['a at 0', 'b at 1'])
  })
})

describe('what is known of the account', () => {
  const TOLD = { name: 'all', reserve: 0.2 }
  const account = { limit: 50, remaining: 40, perSecond: 16 }

  it('is never seen in a better light: less the reserve, less the calls not counted in it', async () => {
    const { time, pace, call } = start([{ ...TOLD, perSecond: 16, burst: 50 }])
    call('slow', { takes: 5_000 })
    call('a', { told: { account: { ...account, remaining: 15 } }, takes: 100 })
    await time.pass(50)
    call('later', { takes: 5_000 })
    await time.pass(50)
    expect(pace.state()[0]?.tokens).toBeCloseTo(15 - 10 - 2)
    call('b', { told: { account: { ...account, remaining: 2 } } })
    await time.pass(0)
    expect(pace.state()[0]?.tokens).toBeLessThan(-7)
  })

  it('is not held back by answers that overtake each other', async () => {
    const { time, pace, call } = start([TOLD])
    call('first', { told: { account: { ...account, remaining: 49 } } })
    await time.pass(1)
    // Counted in their order, and answered the other way round.
    for (let count = 0; count < 30; count += 1) {
      const remaining = 48 - count
      call(`${count}`, { told: { account: { ...account, remaining } }, takes: 100 - count })
    }
    await time.pass(99)
    const { tokens = 0 } = pace.state()[0] ?? {}
    // What is there: 49 less 30 calls and the reserve of 10, and what a tenth of a second gives.
    expect(tokens).toBeGreaterThan(5)
    expect(tokens).toBeLessThan(9 + 2)
  })

  it('does not make a configured rate faster', async () => {
    const { time, pace, call } = start([{ ...TOLD, perSecond: 2, burst: 5 }])
    for (const name of ['a', 'b', 'c']) call(name, { told: { account } })
    await time.pass(0)
    expect(pace.state()[0]).toMatchObject({ perSecond: 1.6, tokens: 1 })
  })

  it('is learned where nothing is configured', async () => {
    const { time, pace, log, call } = start([TOLD])
    for (let count = 0; count < 30; count += 1) call(`${count}`, { told: { account }, takes: 100 })
    await time.pass(99)
    expect(log).toHaveLength(2)
    await time.pass(1)
    expect(log.length).toBeGreaterThan(25)
    expect(pace.state()[0]?.perSecond).toBeCloseTo(12.8)
  })

  it('refuses no one while it is a guess', async () => {
    const { time, log, call } = start([TOLD])
    for (let count = 0; count < 60; count += 1) {
      call(`${count}`, { within: 5_000, told: { unlimited: true }, takes: 100 })
    }
    await time.pass(100)
    expect(log).toHaveLength(60)
    expect(log.filter((line) => line.includes('refused'))).toEqual([])
  })

  it('keeps the smallest of several limits', async () => {
    const { time, pace, call } = start([TOLD])
    const told = (limit: number, remaining: number) => ({
      account: { limit, remaining, perSecond: 0 },
    })
    call('a', { told: told(5, 1) })
    await time.pass(0)
    call('b', { told: told(10, 9) })
    await time.pass(700)
    expect(pace.state()[0]?.tokens).toBeLessThan(1)
    await time.pass(10_000)
    expect(pace.state()[0]?.tokens).toBe(4)
  })
})
