/** Members by dotted paths: what is removed or replaced, and that the rest stays as it is. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { replacePaths, withoutPaths } from '../../src/core/json/paths.ts'
import { runs } from '../property.ts'

it.each<[string, JsonObject, readonly string[], JsonObject]>([
  ['a member', { a: 1, b: 2 }, ['a'], { b: 2 }],
  ['an inner member', { a: { b: 1, c: 2 } }, ['a.b'], { a: { c: 2 } }],
  ['an object with its last member', { a: { b: 1 }, c: 1 }, ['a.b'], { c: 1 }],
  ['nothing of an object that was empty', { a: {} }, ['a.b'], { a: {} }],
  ['nothing inside a list or a text', { a: [1], b: 'c' }, ['a.0', 'b.length'], { a: [1], b: 'c' }],
  ['the whole for a path above another', { a: { b: 1, c: 2 } }, ['a.b', 'a'], {}],
  ['nothing for names that only every object has', { a: 1 }, ['constructor', 'toString'], { a: 1 }],
])('removes %s', (_, record, paths, left) => {
  expect(withoutPaths(record, paths)).toEqual(left)
})

it('replaces members where they are, in the order in which they were', () => {
  const record = { a: 1, b: { c: 2, d: 3 }, e: 4 }
  const replaced = replacePaths(record, ['b.c', 'e'], (value) => `was ${value}`)
  expect(JSON.stringify(replaced)).toBe('{"a":1,"b":{"c":"was 2","d":3},"e":"was 4"}')
})

it('removes several members as it does one after the other', () => {
  const name = fc.constantFrom('a', 'b', 'c', '__proto__')
  const { record } = fc.letrec<{ record: JsonObject; value: JsonObject | number }>((tie) => ({
    record: fc.dictionary(name, tie('value'), { noNullPrototype: true }),
    value: fc.oneof({ depthSize: 'small' }, fc.integer(), tie('record')),
  }))
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'))
  fc.assert(
    fc.property(record, fc.array(path), (whole, paths) => {
      const inTurn = paths.reduce((left, one) => withoutPaths(left, [one]), whole)
      expect(withoutPaths(whole, paths)).toEqual(inTurn)
    }),
    { numRuns: runs() },
  )
})
