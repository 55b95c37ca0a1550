/** How large a client may be: what is counted, and which side of each bound is refused. Ways to exceed it are in `bounds.test.ts`. */

import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { parseJson } from '../../src/core/json/json-text.ts'
import {
  checkExtent,
  createMeter,
  type Extent,
  isTooLong,
  MAX_EXTENT,
  MAX_RECORD,
  tooLarge,
} from '../../src/core/patch/bounds.ts'
import { thrown } from './thrown.ts'

const NONE: Extent = { characters: 0, depth: 0, members: 0 }

describe('the extent', () => {
  it.each<[Json, number, number, number]>([
    ['', 2, 0, 0],
    ['ab', 4, 0, 0],
    [12.5, 4, 0, 0],
    [true, 4, 0, 0],
    [null, 4, 0, 0],
    [[], 2, 1, 0],
    [{}, 2, 1, 0],
    [[1, 'a'], 8, 1, 2],
    [{ ab: 1 }, 9, 1, 1],
    [{ a: [[]], b: {} }, 19, 3, 3],
  ])('of %j is that of its JSON', (value, characters, depth, members) => {
    expect(createMeter()(value)).toEqual({ characters, depth, members })
  })

  it('of a number that is kept by its literal is that of the literal', () => {
    const { n } = parseJson('{"n":12345678901234567890123}', 4) as { readonly n: Json }
    expect(createMeter()(n)).toEqual({ characters: 23, depth: 0, members: 0 })
  })

  it('of what was measured before is not worked out again', () => {
    const meter = createMeter()
    const value: Json[] = ['a']
    const before = meter(value)
    value.push('b')
    expect(meter(value)).toBe(before)
    expect(createMeter()(value)).not.toEqual(before)
  })
})

describe('a record that is read', () => {
  const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)])

  it('is too large where one kind is beyond its bound', () => {
    const most = 'x'.repeat(MAX_RECORD.characters - 2)
    expect(tooLarge(most)).toBeUndefined()
    expect(tooLarge(`${most}x`)).toMatchObject({ characters: MAX_RECORD.characters + 1 })
    expect(tooLarge(nested(MAX_RECORD.depth))).toBeUndefined()
    expect(tooLarge(nested(MAX_RECORD.depth + 1))).toMatchObject({ depth: MAX_RECORD.depth + 1 })
    expect(tooLarge(Array(MAX_RECORD.members).fill(1))).toBeUndefined()
    expect(tooLarge(Array(MAX_RECORD.members + 1).fill(1))).toBeDefined()
  })
})

describe('a text', () => {
  const most = MAX_RECORD.characters + 65_536
  const text = (...parts: readonly (readonly [string, number])[]) =>
    parts.map(([part, times]) => part.repeat(times)).join('')

  it.each([
    ['as long as it may be', text(['x', most]), false],
    ['of one character more', text(['x', most + 1]), true],
    ['of one more with white space', text([' ', 1], ['x', most]), false],
    ['of two more with one white space', text(['\n', 1], ['x', most + 1]), true],
    ['of one more with what is no white space', text(['!', 1], ['x', most]), true],
    ['of five more with one escape', text(['\\', 1], ['x', most + 4]), false],
    ['of six more with one escape', text(['\\', 1], ['x', most + 5]), true],
    ['of one more with white space at its end', text(['x', most], ['\t', 1]), false],
  ])('%s may hold a record or not', (_, whole, expected) => {
    expect(isTooLong(whole)).toBe(expected)
  })
})

describe('a change', () => {
  it.each(Object.entries(MAX_EXTENT))(
    'is refused where it makes a client larger: %s',
    (kind, most) => {
      const at = (value: number) => ({ ...NONE, [kind]: value })
      expect(() => checkExtent(NONE, at(most), 'client')).not.toThrow()
      expect(() => checkExtent(at(most + 2), at(most + 1), 'client')).not.toThrow()
      expect(() => checkExtent(at(most + 1), at(most + 1), 'client')).not.toThrow()
      const error = thrown(() => checkExtent(at(most), at(most + 1), 'client[3]'))
      expect(error).toMatchObject({ code: 'too_large', field: 'client[3]' })
      expect(error.message).toMatch(
        new RegExp(
          `^client\\[3\\] would make the client too large, which may have at most ${most} [a-zA-Z]`,
        ),
      )
    },
  )

  it('is refused by the kind that grows, beside one that is over already', () => {
    const before = { ...NONE, characters: MAX_EXTENT.characters + 1 }
    const after = { ...before, depth: MAX_EXTENT.depth + 1 }
    expect(thrown(() => checkExtent(before, after, 'client')).message).toContain(
      'levels of nesting',
    )
  })
})
