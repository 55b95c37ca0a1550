/** Values that a provider holds where a field is of another type: they are shown as nothing. */

import { describe, expect, it } from 'vitest'
import { FIELD_NAMES, FIELDS, type FieldName } from '../../src/core/client.ts'
import type { FieldKind } from '../../src/core/field.ts'
import { ofItsType } from '../../src/core/field-values.ts'
import { numberOfLiteral } from '../../src/core/json/json-number.ts'
import { secret } from '../../src/core/secrecy/secret.ts'

const SECRET = secret('a-secret-of-32-characters-0123456')

/** Values of each kind, and some of none. */
const VALUES: readonly (readonly [unknown, readonly FieldKind[]])[] = [
  ['text', ['string']],
  ['', ['string']],
  [true, ['boolean']],
  [false, ['boolean']],
  [0, ['integer']],
  [3_600, ['integer']],
  [Number.NaN, []],
  [Number.POSITIVE_INFINITY, []],
  [numberOfLiteral('1e999'), []],
  [[], ['list']],
  [['a', 'b'], ['list']],
  [['a', 1], []],
  [[null], []],
  [{}, ['map', 'object', 'raw']],
  [{ a: 1 }, ['map', 'object', 'raw']],
  [null, []],
  [undefined, []],
]

const kinds = new Map<FieldKind, FieldName>(FIELD_NAMES.map((field) => [FIELDS[field].kind, field]))

describe.each([...kinds])('a field of kind %s (%s)', (kind, field) => {
  it.each(VALUES)('has or does not have %j', (value, of) => {
    expect(ofItsType(field, value)).toBe(of.includes(kind) ? value : undefined)
  })
})

it('a secret is what a mapping has made one', () => {
  expect(ofItsType('secret', SECRET)).toBe(SECRET)
  expect(ofItsType('secret', 'text')).toBeUndefined()
  expect(ofItsType('name', SECRET)).toBeUndefined()
})

it('every kind of field is looked at', () => {
  expect([...kinds.keys()].sort()).toEqual(
    ['boolean', 'integer', 'list', 'map', 'object', 'raw', 'secret', 'string'].sort(),
  )
})
