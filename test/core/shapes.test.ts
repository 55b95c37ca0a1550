/** Rules about what a raw setting holds: the sentence, its place, and what is left to others. */

import { expect, it } from 'vitest'
import {
  FLAG,
  LIST,
  OBJECT,
  type Shape,
  shapeRules,
  TEXT,
  TEXTS,
} from '../../src/core/mapping/shapes.ts'

it.each<readonly [string, Shape, readonly unknown[], readonly unknown[]]>([
  ['true or false', FLAG, [true, false], ['true', 0, [], {}]],
  ['a string', TEXT, ['', 'a'], [true, 0, [], {}]],
  ['a list', LIST, [[], [1]], ['a', {}, 0]],
  ['a list of strings', TEXTS, [[], ['a']], [[1], ['a', null], 'a', {}]],
  ['an object', OBJECT, [{}, { a: 1 }], [[], 'a', 0]],
])('%s', (says, shape, right, wrong) => {
  const [rule] = shapeRules(['a.setting'], () => shape)
  expect(rule).toMatchObject({
    says: `client.providerSettings.a.setting must be ${says}.`,
    field: 'client.providerSettings.a.setting',
  })
  const holds = (value: unknown) => rule?.holds({ 'a.setting': value as never })
  expect(right.map(holds)).toEqual(right.map(() => true))
  expect(wrong.map(holds)).toEqual(wrong.map(() => false))
  // What is absent or cleared is judged elsewhere.
  expect([rule?.holds({}), holds(null)]).toEqual([true, true])
})

it('has one rule for each setting, by its own shape', () => {
  const rules = shapeRules(['one', 'two'], (name) => (name === 'one' ? FLAG : TEXT))
  expect(rules.map(({ says }) => says.replace(/.*\./, ''))).toHaveLength(2)
  expect(rules.map(({ holds }) => holds({ one: true, two: true }))).toEqual([true, false])
})
