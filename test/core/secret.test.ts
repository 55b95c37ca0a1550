/** A secret gets into no text by accident. */

import { format, inspect } from 'node:util'
import { expect, it } from 'vitest'
import { isSecret, secret } from '../../src/core/secret.ts'

const wrapped = secret('hunter2')

it('gives its value to those who ask for it', () => {
  expect(wrapped.reveal()).toBe('hunter2')
})

it.each([
  ['a template', `${wrapped}`],
  ['JSON', JSON.stringify(wrapped)],
  ['JSON of a record that holds it', JSON.stringify({ wrapped })],
  ['inspect', inspect({ wrapped })],
  ['inspect with everything', inspect(wrapped, { showHidden: true, depth: 9, getters: true })],
  ['format', format('%s %o', wrapped, { wrapped })],
  ['concatenation', `a${String(wrapped)}`],
])('shows a placeholder in %s', (_, text) => {
  expect(text).toContain('[secret]')
  expect(text).not.toContain('hunter2')
})

it('has no member that is copied along', () => {
  expect(Object.keys(wrapped)).toEqual([])
  expect(Object.getOwnPropertySymbols({ ...wrapped })).toEqual([])
  expect({ ...wrapped }).toEqual({})
})

it('cannot be opened up afterwards', () => {
  expect(Object.isFrozen(wrapped)).toBe(true)
})

it.each([[null], [undefined], ['hunter2'], [{}], [{ reveal: 'x' }], [() => 'x'], [['reveal']]])(
  'is not %j',
  (value) => {
    expect(isSecret(value)).toBe(false)
  },
)

it('is told apart', () => {
  expect(isSecret(wrapped)).toBe(true)
})
