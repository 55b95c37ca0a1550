/** The bound on what a change may make a client, whatever the way in. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { checkExtent, createMeter, isTooLong, MAX_EXTENT } from '../../src/core/patch/bounds.ts'
import { operationsToFields, parseOperations } from '../../src/core/patch/json-patch.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { runs } from '../property.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

const settings = (value: JsonObject): JsonObject => ({ providerSettings: value })
const mapping = mappingOf({}, { settings: ['big', 'small'], omitted: 'reset' })

/** Each copies the whole into itself: the client doubles with every one. */
const doublings = (count: number) =>
  parseOperations(
    Array.from({ length: count }, (_, index) => ({
      op: 'copy',
      from: '/providerSettings/addons',
      path: `/providerSettings/addons/copy${index}`,
    })),
  )

describe('the extent of a value', () => {
  it('is that of its JSON, its nesting and all its members', () => {
    const extent = createMeter()({ a: [1, 'two'], b: { c: null } })
    expect(extent).toEqual({ characters: 33, depth: 2, members: 5 })
  })

  it('is never less than the JSON without escapes, and of a part never more than of the whole', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (generated) => {
        const value = generated as Json
        const text = JSON.stringify(value)
        const escapes = text.match(/\\(u....|.)/g)?.join('').length ?? 0
        const extentOf = createMeter()
        const { characters, depth } = extentOf(value)
        expect(characters).toBeGreaterThanOrEqual(text.length - escapes)
        const whole = extentOf([value])
        expect(whole.characters).toBeGreaterThan(characters)
        expect(whole.depth).toBe(depth + 1)
      }),
      { numRuns: runs() },
    )
  })

  it('of what occurs in many places is counted in each, and walked through once', () => {
    let value: Json = 'x'
    for (let index = 0; index < 60; index += 1) value = [value, value]
    // 2 ** 60 places: code that walked through each would not come back.
    expect(createMeter()(value).characters).toBeGreaterThan(2 ** 60)
  })
})

describe('JSON Patch', () => {
  const client = settings({ addons: { slack: { team: 'identity', notes: 'n'.repeat(500) } } })

  it.each([20, 30, 200])('stops before %i copies have doubled the client', (count) => {
    const error = thrown(() => operationsToFields(doublings(count), client))
    expect(error).toMatchObject({ code: 'too_large', status: 413 })
    expect(error.field).toMatch(/^client\[\d+\]$/)
    expect(error.message).toMatch(
      /^client\[\d+\] would make the client too large, which may have at/,
    )
  })

  it('takes copies that stay within the bound', () => {
    const { providerSettings } = operationsToFields(doublings(5), client)
    expect(JSON.stringify(providerSettings).length).toBeGreaterThan(10_000)
  })

  it('bounds nesting', () => {
    const nest = Array.from({ length: 40 }, (_, index) => ({
      op: 'add',
      path: `/providerSettings${'/a'.repeat(index + 1)}`,
      value: {},
    }))
    const error = thrown(() => operationsToFields(parseOperations(nest), settings({})))
    expect(error).toMatchObject({ code: 'too_large' })
    expect(error.message).toContain('levels of nesting')
  })

  it('bounds members, of lists too', () => {
    const list = Array.from({ length: 900 }, (_, index) => `${index}`)
    const many = Array.from({ length: 30 }, (_, index) => ({
      op: 'copy',
      from: '/callbacks',
      path: `/providerSettings/list${index}`,
    }))
    const client = { callbacks: list, providerSettings: {} }
    const error = thrown(() => operationsToFields(parseOperations(many), client))
    expect(error).toMatchObject({ code: 'too_large', field: 'client[21]' })
  })
})

describe('a merge patch', () => {
  const big = { big: { text: 'x'.repeat(MAX_EXTENT.characters) }, small: 'a' }
  const plan = (base: JsonObject, providerSettings: JsonObject) =>
    planChange(mapping, base, parseMergePatch({ providerSettings }))

  it('may not make a client larger than the bound', () => {
    const half = 'x'.repeat(MAX_EXTENT.characters / 2)
    const error = thrown(() => plan({ big: { one: half } }, { big: { two: half } }))
    expect(error).toMatchObject({ code: 'too_large', field: 'client' })
  })

  it('may not make a client grow that is beyond it', () => {
    expect(thrown(() => plan(big, { small: 'ab' }))).toMatchObject({ code: 'too_large' })
  })

  it('may change such a client, and make it smaller', () => {
    expect(plan(big, { small: 'b' }).next).toMatchObject({ small: 'b' })
    expect(plan(big, { big: { text: 'y' } }).next).toEqual({ big: { text: 'y' }, small: 'a' })
  })
})

it('refuses by the kind that is over, and only where that kind has grown', () => {
  const within = { characters: 10, depth: 1, members: 1 }
  const over = { ...within, members: MAX_EXTENT.members + 1 }
  expect(() => checkExtent(over, over, 'client')).not.toThrow()
  expect(thrown(() => checkExtent(within, over, 'client')).message).toBe(
    'client would make the client too large, which may have at most 20000 members and list values.',
  )
})

describe('a text that holds a record', () => {
  it.each([
    ['as long as a record may be', 'x'.repeat(1_310_720), false],
    ['longer by white space', `${'x'.repeat(1_000_000)}${' '.repeat(5_000_000)}`, false],
    ['longer by escapes', '\\u4e2d'.repeat(1_310_720), false],
    ['longer in any spelling', 'x'.repeat(1_400_000), true],
    ['longer beside escapes', `${'\\n'.repeat(9)}${'x'.repeat(1_400_000)}`, true],
  ])('%s', (_, text, expected) => {
    expect(isTooLong(text)).toBe(expected)
  })
})
