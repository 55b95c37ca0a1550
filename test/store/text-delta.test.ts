/** Deltas give back the text they were made of, whatever the texts are, and are short where texts repeat. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deltaOf, textOf } from '../../src/store/log/text-delta.ts'
import { runs } from '../property.ts'

const LONGEST = 1_000_000
/** Texts made of few pieces, so that they repeat themselves and each other; lone surrogates too. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'a'.repeat(40),
      '"https://app.example.com/callback/",',
      '\ud800',
      '😀'.repeat(20),
    ),
    fc.string({ unit: 'binary', maxLength: 80 }),
  ),
  { maxLength: 40 },
)
const texts = fc
  .tuple(pieces, pieces)
  .chain(([shared, more]) =>
    fc
      .tuple(fc.shuffledSubarray([...shared, ...more]), fc.shuffledSubarray([...shared, ...shared]))
      .map(([one, other]) => [one.join(''), other.join('')] as const),
  )

describe('a delta', () => {
  it('gives the text back, as it is and spelled as JSON', () => {
    fc.assert(
      fc.property(texts, ([text, base]) => {
        const delta = deltaOf(text, base)
        expect(textOf(delta, base, LONGEST)).toBe(text)
        expect(textOf(JSON.parse(JSON.stringify(delta)), base, LONGEST)).toBe(text)
      }),
      { numRuns: runs(500) },
    )
  })

  it('gives the text back where a part of it is not looked through, whatever that part is', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), ([text, base], one, other) => {
        const [from = 0, to = 0] = [one % (text.length + 1), other % (text.length + 1)].sort(
          (first, second) => first - second,
        )
        const delta = deltaOf(text, base, { from, to })
        expect(textOf(JSON.parse(JSON.stringify(delta)), base, LONGEST)).toBe(text)
      }),
      { numRuns: runs(500) },
    )
  })

  it('looks for copies on both sides of a part that is not looked through', () => {
    const numbers = (power: number) =>
      Array.from({ length: 100 }, (_, index) => (index + 7) ** power).join('!')
    const [before, random, after] = [numbers(2), `${numbers(4)}#`, numbers(5)]
    const base = `${before}${numbers(3)}${after}`
    const part = { from: before.length, to: before.length + random.length }
    expect(deltaOf(`${before}${random}${after}`, base, part)).toEqual([
      [0, before.length],
      random,
      [base.length - after.length, after.length],
    ])
  })

  it('is short where little is new', () => {
    const lines = Array.from(
      { length: 500 },
      (_, index) => `https://app.example.com/${index ** 3}/`,
    )
    const base = lines.join()
    const text = lines.toSpliced(250, 1, 'https://new.example.com/').join()
    expect(JSON.stringify(deltaOf(text, base)).length).toBeLessThan(150)
    expect(JSON.stringify(deltaOf(base + base, '')).length).toBeLessThan(base.length + 100)
  })

  it('takes a time that grows with the text alone, whatever repeats in it', () => {
    // Each step of the work goes forward in the text, so a text of one letter is no more than any other.
    const text = 'a'.repeat(300_000)
    expect(deltaOf(text, '').length).toBeLessThan(40)
    expect(textOf(deltaOf(text, ''), '', LONGEST)).toBe(text)
  })
})

describe('what is no delta', () => {
  it.each([
    [{}],
    [[1]],
    [[[0]]],
    [[[0, 5]]],
    [[[-1, 2]]],
    [[[0, 0]]],
    [[[0.5, 1]]],
    [[['0', 1]]],
    [[[0, 1, 2]]],
  ])('makes no text: %j', (delta) => {
    expect(textOf(delta, 'base', LONGEST)).toBeUndefined()
  })

  it('makes no more than it may', () => {
    const doubling = ['a'.repeat(32), ...Array.from({ length: 60 }, (_, at) => [0, 32 * 2 ** at])]
    expect(textOf(doubling, '', LONGEST)).toBeUndefined()
    expect(textOf(doubling.slice(0, 2), '', 64)).toHaveLength(64)
    expect(textOf(doubling.slice(0, 2), '', 63)).toBeUndefined()
  })
})
