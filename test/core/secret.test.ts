/** G10: a secret gets into no text by accident. */

import { format, inspect } from 'node:util'
import { expect, it } from 'vitest'
import { isSecret, type Secret, secret } from '../../src/core/secrecy/secret.ts'

const wrapped = () => secret('hunter2')

it('gives its value to those who ask for it', () => {
  expect(wrapped().reveal()).toBe('hunter2')
})

it.each<[string, (held: Secret) => string]>([
  ['a template', (held) => `${held}`],
  ['JSON', (held) => JSON.stringify(held)],
  ['JSON of a record that holds it', (held) => JSON.stringify({ held })],
  ['inspect', (held) => inspect({ held })],
  ['inspect with everything', (held) => inspect(held, { showHidden: true, getters: true })],
  ['format', (held) => format('%s %o', held, { held })],
  ['concatenation', (held) => `a${String(held)}`],
])('shows a placeholder in %s', (_, textOf) => {
  const text = textOf(wrapped())
  expect(text).toContain('[secret]')
  expect(text).not.toContain('hunter2')
})

it('has no member that is copied along', () => {
  expect(Object.keys(wrapped())).toEqual([])
  expect(Object.getOwnPropertySymbols({ ...wrapped() })).toEqual([])
  expect({ ...wrapped() }).toEqual({})
})

it('cannot be opened up afterwards', () => {
  expect(Object.isFrozen(wrapped())).toBe(true)
})

it.each([[null], [undefined], ['hunter2'], [{}], [{ reveal: 'x' }], [() => 'x'], [['reveal']]])(
  'is not %j',
  (value) => {
    expect(isSecret(value)).toBe(false)
  },
)

it('is recognized', () => {
  expect(isSecret(wrapped())).toBe(true)
})
