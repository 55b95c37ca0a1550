/** The edges of each limit, and the sentence that says where one is passed. */

import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { checkLimits } from '../../src/core/mapping/limits.ts'
import type { Limits } from '../../src/core/mapping/row.ts'
import { thrown } from './thrown.ts'

const pattern = { expression: /^[a-z]+$/, says: 'must be lower-case letters' }

describe('what is within its limits', () => {
  it.each<[string, Json, Limits]>([
    ['as many values as there may be', ['a', 'b'], { maxItems: 2 }],
    ['a list without a limit', ['a', 'b'], {}],
    ['a text of the longest length', 'abc', { maxLength: 3 }],
    ['a text without a limit', 'abc', {}],
    ['an item of the longest length', ['abc'], { maxLength: 3 }],
    ['the least number', 1, { minimum: 1, maximum: 2 }],
    ['the greatest number', 2, { minimum: 1, maximum: 2 }],
    ['any number without limits', -5, { maxLength: 0, values: ['a'], pattern }],
    ['a flag', true, { maxLength: 0, minimum: 5, values: ['a'], pattern }],
    ['one of the values', 'b', { values: ['a', 'b'] }],
    ['a text of the pattern', 'abc', { pattern }],
    ['as many keys as there may be', { a: 'x', b: 'x' }, { maxKeys: 2 }],
    ['keys and values of the longest length', { abc: 'xyz' }, { maxLength: 3 }],
    ['a map without limits', { abc: 'xyz' }, {}],
    ['a value in a map that is no text', { a: 12_345, b: ['x', 'x'] }, { maxLength: 1 }],
  ])('is taken: %s', (_, value, limits) => {
    expect(() => checkLimits('client.x', value, limits)).not.toThrow()
  })
})

describe('what is beyond a limit', () => {
  it.each<[string, Json, Limits, string]>([
    ['too many values', ['a', 'b', 'c'], { maxItems: 2 }, 'client.x must have at most 2 values'],
    ['a long text', 'abcd', { maxLength: 3 }, 'client.x must have at most 3 characters'],
    ['a long item', ['a', 'abcd'], { maxLength: 3 }, 'client.x[1] must have at most 3 characters'],
    ['a small number', 0, { minimum: 1 }, 'client.x must be at least 1'],
    ['a great number', 3, { maximum: 2 }, 'client.x must be at most 2'],
    ['another value', 'c', { values: ['a', 'b'] }, 'client.x must be one of a, b'],
    ['another item', ['a', 'c'], { values: ['a', 'b'] }, 'client.x[1] must be one of a, b'],
    ['a text off the pattern', 'A', { pattern }, 'client.x must be lower-case letters'],
    ['too many keys', { a: 'x', b: 'x' }, { maxKeys: 1 }, 'client.x must have at most 1 keys'],
    [
      'a long key',
      { abcd: 'x' },
      { maxLength: 3 },
      'client.x must have keys and values of at most 3 characters',
    ],
    [
      'a long value beside a short one',
      { a: 'x', b: 'abcd' },
      { maxLength: 3 },
      'client.x must have keys and values of at most 3 characters',
    ],
  ])('is refused: %s', (_, value, limits, says) => {
    const error = thrown(() => checkLimits('client.x', value, limits))
    const [field] = says.split(' ')
    expect(error).toMatchObject({ code: 'invalid_field', field })
    expect(error.message.startsWith(says)).toBe(true)
    expect(error.message.endsWith('.')).toBe(true)
  })
})

describe('what is held already', () => {
  it.each<[string, Json, Limits, Json]>([
    ['a list that is too long, shorter', ['a', 'b'], { maxItems: 1 }, ['a', 'b', 'c']],
    ['a list that is too long, as long', ['a', 'b', 'd'], { maxItems: 1 }, ['a', 'b', 'c']],
    ['an item that is too long', ['ab', 'c'], { maxLength: 1 }, ['ab']],
    ['an item that is none of the values', ['b', 'z'], { values: ['a', 'b'] }, ['z', 'a']],
    ['a map with too many keys', { a: 'x', b: 'y' }, { maxKeys: 1 }, { a: 'x', c: 'x' }],
    ['a value in a map that is too long', { a: 'xx', b: 'y' }, { maxLength: 1 }, { a: 'xx' }],
    ['a key in a map that is too long', { aa: 'x', b: 'y' }, { maxLength: 1 }, { aa: 'x' }],
  ])('may stay: %s', (_, value, limits, held) => {
    expect(() => checkLimits('client.x', value, limits, held)).not.toThrow()
  })

  it.each<[string, Json, Limits, Json, string]>([
    ['a list that grows', ['a', 'b', 'c'], { maxItems: 1 }, ['a', 'b'], 'client.x'],
    ['another item', ['ab', 'cd'], { maxLength: 1 }, ['ab'], 'client.x[1]'],
    [
      'a map that grows',
      { a: 'x', b: 'x', c: 'x' },
      { maxKeys: 1 },
      { a: 'x', b: 'x' },
      'client.x',
    ],
    ['a value that is another', { a: 'yy' }, { maxLength: 1 }, { a: 'xx' }, 'client.x'],
    ['what is held elsewhere', ['ab'], { maxLength: 1 }, 'ab', 'client.x[0]'],
  ])('does not excuse %s', (_, value, limits, held, field) => {
    expect(thrown(() => checkLimits('client.x', value, limits, held)).field).toBe(field)
  })
})
