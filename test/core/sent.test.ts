/** What a request may send again without changing it: values that the client has already. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { numberOfLiteral } from '../../src/core/json/json-number.ts'
import { holdsSent } from '../../src/core/json/sent.ts'

const one = numberOfLiteral('1.0')
const long = (last: string) => numberOfLiteral(`900719925474099${last}`)

it.each<[string, JsonObject, JsonObject]>([
  ['what is added', { a: 1 }, { a: 1, b: 2 }],
  ['what is added inside', { a: { b: 1 } }, { a: { b: 1, c: 2 } }],
  ['lists in another order', { a: ['x', 'y'] }, { a: ['y', 'x'] }],
  ['lists without repetitions', { a: ['x', 'x', { b: 1 }] }, { a: [{ b: 1 }, 'x'] }],
  ['outer white space', { a: ' x', b: ['y '] }, { a: 'x', b: ['y'] }],
  ['empty values that are not shown', { a: '', b: [], c: {}, d: null }, {}],
  ['empty values of another kind', { a: null, b: '' }, { a: '', b: [] }],
  ['another spelling of a number', { a: 1, b: [1] }, { a: one, b: [one] }],
  ['a number that only its digits give', { a: long('3') }, { a: long('3') }],
  ['what a double makes of a number', { a: Number(long('3')) }, { a: long('3') }],
  ['an empty object beside members of the provider', { a: {} }, { a: { b: 1 } }],
])('does not mind %s', (_, sent, held) => {
  expect(holdsSent(sent, held)).toBe(true)
})

it.each<[string, JsonObject, JsonObject]>([
  ['another value', { a: 1 }, { a: 2 }],
  ['what is not shown', { a: false }, {}],
  ['another value inside', { a: { b: 1 } }, { a: { b: 2 } }],
  ['a longer list', { a: ['x'] }, { a: ['x', 'y'] }],
  ['a shorter list', { a: ['x', 'y'] }, { a: ['x'] }],
  ['another item', { a: ['x'] }, { a: ['y'] }],
  ['a value for an empty one', { a: '', b: [] }, { a: 'x', b: ['y'] }],
  ['another number of many digits', { a: long('3') }, { a: long('5') }],
  ['another kind', { a: '1', b: ['x'], c: { d: 1 } }, { a: 1, b: 'x', c: 1 }],
  ['a name of every object', { constructor: 'x' }, {}],
])('minds %s', (_, sent, held) => {
  expect(holdsSent(sent, held)).toBe(false)
})
