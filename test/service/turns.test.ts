/** Taking turns: one after the other under one key, side by side under others, never past a deadline. */

import { describe, expect, it } from 'vitest'
import { createTurns, MAX_OF_CALLER } from '../../src/service/base/turns.ts'

const LATER = 100_000

/** A piece of work that ends on request, and says when it has begun. */
function work(log: string[], name: string) {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const run = async () => {
    log.push(`${name} begins`)
    begin()
    await finished
    log.push(`${name} ends`)
    return name
  }
  return { run, finish: () => finish(), begun }
}

/** Lets everything happen that is ready to. */
const settledDown = () => new Promise((resolve) => setImmediate(resolve))

describe('turns under one key', () => {
  it('are waited for until the deadline by the clock, and no longer', async () => {
    const turns = createTurns(() => 1_000_000_000)
    const first = work([], 'first')
    const taken = turns.take({ key: 'key', caller: 'ci', deadline: 1_000_100_000 }, first.run)
    await first.begun
    const late = turns.take(
      { key: 'key', caller: 'ci', deadline: 1_000_000_001 },
      async () => 'never',
    )
    await expect(late).rejects.toMatchObject({ code: 'client_busy' })
    first.finish()
    expect(await taken).toBe('first')
  })

  it('come one after the other, in the order in which they were asked for', async () => {
    const turns = createTurns(() => 0)
    const log: string[] = []
    const all = ['one', 'two', 'three'].map((name) => work(log, name))
    const taken = all.map(({ run }) =>
      turns.take({ key: 'key', caller: 'ci', deadline: LATER }, run),
    )
    for (const { begun, finish } of all) {
      await begun
      await settledDown()
      finish()
    }
    expect(await Promise.all(taken)).toEqual(['one', 'two', 'three'])
    const expected = ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`])
    expect(log).toEqual(expected)
  })

  it('wait for one that is under way although the turn before it has ended', async () => {
    const turns = createTurns(() => 0)
    const log: string[] = []
    const [one, two, three] = [work(log, 'one'), work(log, 'two'), work(log, 'three')]
    const first = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, one.run)
    const second = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, two.run)
    one.finish()
    await first
    await two.begun
    const third = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, three.run)
    await settledDown()
    expect(log).toEqual(['one begins', 'one ends', 'two begins'])
    two.finish()
    three.finish()
    await Promise.all([second, third])
    expect(log.slice(3)).toEqual(['two ends', 'three begins', 'three ends'])
  })

  it('go on after one that failed, and its failure is reported', async () => {
    const turns = createTurns(() => 0)
    const failed = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, () =>
      Promise.reject(new TypeError('broken')),
    )
    const next = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, async () => 'next')
    await expect(failed).rejects.toThrow('broken')
    expect(await next).toBe('next')
  })
})

it('turns under other keys run side by side', async () => {
  const turns = createTurns(() => 0)
  const log: string[] = []
  const [one, other] = [work(log, 'one'), work(log, 'other')]
  const both = [
    turns.take({ key: 'a', caller: 'ci', deadline: LATER }, one.run),
    turns.take({ key: 'b', caller: 'ci', deadline: LATER }, other.run),
  ]
  await Promise.all([one.begun, other.begun])
  expect(log).toEqual(['one begins', 'other begins'])
  one.finish()
  other.finish()
  await Promise.all(both)
})

describe('turns of several callers', () => {
  /** Has one under way, lets the others ask, and gives the order in which they ran. */
  async function orderOf(
    claims: readonly (readonly [name: string, caller: string, first?: true])[],
  ) {
    const turns = createTurns(() => 0)
    const log: string[] = []
    const held = work([], 'held')
    const claim = { key: 'key', deadline: LATER }
    const all = [turns.take({ ...claim, caller: 'ci' }, held.run)]
    for (const [name, caller, first = false] of claims) {
      const run = async () => {
        log.push(name)
        return name
      }
      all.push(turns.take({ ...claim, caller, first }, run))
    }
    held.finish()
    await Promise.all(all)
    return log
  }

  it('come in turn, however many one of them has', async () => {
    expect(
      await orderOf([
        ['a1', 'a'],
        ['a2', 'a'],
        ['a3', 'a'],
        ['b1', 'b'],
        ['c1', 'c'],
        ['b2', 'b'],
      ]),
    ).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('come after what stops the client, by all callers', async () => {
    expect(
      await orderOf([
        ['a1', 'a'],
        ['b1', 'b'],
        ['suspend', 'a', true],
        ['remove', 'a', true],
        ['suspend too', 'b', true],
      ]),
    ).toEqual(['suspend', 'suspend too', 'remove', 'a1', 'b1'])
  })

  it('are so many of one caller at most; others, and what stops the client, still get one', async () => {
    const turns = createTurns(() => 0)
    const held = work([], 'held')
    const claim = { key: 'key', caller: 'a', deadline: LATER }
    const taken = [turns.take(claim, held.run)]
    for (let index = 1; index < MAX_OF_CALLER; index += 1) {
      taken.push(turns.take(claim, async () => 'done'))
    }
    await expect(turns.take(claim, async () => 'never')).rejects.toMatchObject({
      code: 'too_many_requests',
      status: 429,
      message: expect.stringContaining(`has ${MAX_OF_CALLER} changes of this client`),
      details: { retryAfter: 1 },
    })
    const others = [
      turns.take({ ...claim, caller: 'b' }, async () => 'b'),
      turns.take({ ...claim, first: true }, async () => 'suspend'),
      turns.take({ ...claim, key: 'other' }, async () => 'other'),
    ]
    held.finish()
    expect(await Promise.all(others)).toEqual(['b', 'suspend', 'other'])
    await Promise.all(taken)
    expect(await turns.take(claim, async () => 'again')).toBe('again')
  })
})

describe('a turn that does not come in time', () => {
  it('is refused as busy, and its work never runs', async () => {
    const turns = createTurns(() => 1_000)
    const log: string[] = []
    const [one, late] = [work(log, 'one'), work(log, 'late')]
    const first = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, one.run)
    // The clock stands still; 5 ms are real ones.
    await expect(
      turns.take({ key: 'key', caller: 'ci', deadline: 1_005 }, late.run),
    ).rejects.toMatchObject({
      code: 'client_busy',
      details: { retryAfter: 1 },
      message: expect.stringMatching(/Nothing was sent/),
    })
    one.finish()
    await first
    await settledDown()
    expect(log).toEqual(['one begins', 'one ends'])
  })

  it('lets no one overtake the one that it waited for', async () => {
    const turns = createTurns(() => 0)
    const log: string[] = []
    const [one, late, next] = [work(log, 'one'), work(log, 'late'), work(log, 'next')]
    const first = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, one.run)
    const refused = turns.take({ key: 'key', caller: 'ci', deadline: 1 }, late.run)
    const third = turns.take({ key: 'key', caller: 'ci', deadline: LATER }, next.run)
    await expect(refused).rejects.toMatchObject({ code: 'client_busy' })
    await settledDown()
    expect(log).toEqual(['one begins'])
    one.finish()
    next.finish()
    await Promise.all([first, third])
    expect(log).toEqual(['one begins', 'one ends', 'next begins', 'next ends'])
  })

  it('comes all the same when no one is before it', async () => {
    const turns = createTurns(() => 10)
    expect(await turns.take({ key: 'key', caller: 'ci', deadline: 0 }, async () => 'done')).toBe(
      'done',
    )
  })

  it('leaves no timer behind once turns have come', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const turns = createTurns(() => 0)
    const before = timers()
    await Promise.all(
      [1, 2, 3].map((one) =>
        turns.take({ key: 'key', caller: 'ci', deadline: LATER }, async () => one),
      ),
    )
    expect(timers()).toBe(before)
  })
})
