/** Members of records by dotted path: what is above what, taking away and replacing. */

import { describe, expect, it } from 'vitest'
import { covers, firstOf, leadTo, replacePaths, withoutPaths } from '../../src/core/json/paths.ts'

describe('a path', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'a.b', true],
    ['a.b', 'a.b.c', true],
    ['a.b', 'a', false],
    ['a', 'ab', false],
    ['a', 'b.a', false],
  ])('%s covers %s: %j', (above, path, expected) => {
    expect(covers(above, path)).toBe(expected)
  })
})

describe('the member that a path begins with', () => {
  it.each([
    ['a', 'a'],
    ['a.b.c', 'a'],
    ['.a', ''],
    ['', ''],
  ])('of %j is %j', (path, expected) => {
    expect(firstOf(path)).toBe(expected)
  })
})

describe('taking members away', () => {
  it('leaves everything else, at every depth', () => {
    const record = { a: 1, b: { c: { d: 1, e: 2 }, f: 3 }, g: [1] }
    expect(withoutPaths(record, ['a', 'b.c.d'])).toEqual({ b: { c: { e: 2 }, f: 3 }, g: [1] })
    expect(record).toEqual({ a: 1, b: { c: { d: 1, e: 2 }, f: 3 }, g: [1] })
  })

  it('gives the record itself where there is nothing to take', () => {
    const record = { a: { b: 1 }, c: {} }
    expect(withoutPaths(record, ['x', 'a.x', 'a.b.x', 'c.x'])).toBe(record)
  })

  it('takes an object away with its last member, and leaves one that was empty', () => {
    expect(withoutPaths({ a: { b: 1 }, c: 1 }, ['a.b'])).toEqual({ c: 1 })
    expect(withoutPaths({ a: {}, c: 1 }, ['a.b'])).toEqual({ a: {}, c: 1 })
  })

  it.each([['missing'], ['missing.b'], ['text.length'], ['list.0'], ['nothing.b'], ['toString']])(
    'does nothing for %s, which is no member',
    (path) => {
      const record = { text: 'x', list: ['x'], nothing: null }
      expect(withoutPaths(record, [path])).toEqual(record)
    },
  )
})

describe('replacing members', () => {
  it('gives each value to the function, and keeps a null that it is given', () => {
    const record = { a: { b: 'x', c: 1 }, d: null }
    const replaced = replacePaths(record, ['a.b', 'd', 'e'], (value) => `was ${value}`)
    expect(replaced).toEqual({ a: { b: 'was x', c: 1 }, d: 'was null' })
  })

  it('takes away only what the function gives nothing for', () => {
    const record = { a: 1, b: 2 }
    expect(replacePaths(record, ['a', 'b'], (value) => (value === 1 ? undefined : value))).toEqual({
      b: 2,
    })
  })

  it('leaves what is no record as it is', () => {
    expect(replacePaths([{ a: 1 }], ['a'], () => 2)).toEqual([{ a: 1 }])
  })
})

it('a path leads to a name with dots as well as to members in each other', () => {
  const record = { attributes: { 'logo.uri': 'a', logo: { uri: 'b', size: 1 }, other: 'c' } }
  expect(withoutPaths(record, ['attributes.logo.uri'])).toEqual({
    attributes: { logo: { size: 1 }, other: 'c' },
  })
  expect(withoutPaths(record, ['attributes.logo.ur'])).toBe(record)
})

it.each<[string, readonly string[], boolean, boolean]>([
  ['attributes.logo.uri', ['attributes', 'logo.uri'], true, true],
  ['attributes.logo.uri', ['attributes', 'logo', 'uri'], true, true],
  ['attributes.logo.uri', ['attributes', 'logo.uri', 'more'], false, true],
  ['attributes.logo.uri', ['attributes', 'logo'], false, false],
  ['attributes.*', ['attributes', 'logo.uri'], true, true],
  ['attributes.*.uri', ['attributes', 'a.b', 'uri'], true, true],
  ['attributes.*', ['attributes'], false, false],
  ['attributes.logo.uri', ['settings', 'logo.uri'], false, false],
  ['attributes.logo.uri', ['attributes', 'logo.size'], false, false],
])('%s leads to %j: there %s, or above it %s', (path, place, there, above) => {
  expect(leadTo(path.split('.'), place, 'there')).toBe(there)
  expect(leadTo(path.split('.'), place, 'or above')).toBe(above)
})
