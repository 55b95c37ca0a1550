/** Control characters in names that people read: refused where they are new, left where they are held. */

import { describe, expect, it } from 'vitest'
import { checkNames } from '../../src/core/plan/names.ts'
import { thrown } from './thrown.ts'

describe('the name of a client', () => {
  it.each(['a\nb', '\u001b[2J', 'a\u007f', '\u0085b'])('has no control character: %j', (name) => {
    expect(thrown(() => checkNames('name', name, 'Before'))).toMatchObject({
      code: 'invalid_field',
      field: 'client.name',
      message: 'client.name must not have control characters.',
    })
  })

  it('may be sent back as it is held', () => {
    expect(() => checkNames('name', 'a\nb', 'a\nb')).not.toThrow()
  })

  it.each(['Ünïcode \u{1f600}', '', null])('may be %j', (name) => {
    expect(() => checkNames('name', name, 'Before')).not.toThrow()
  })
})

it('other texts may have lines', () => {
  expect(() => checkNames('description', 'a\nb', null)).not.toThrow()
})

describe('a name of metadata', () => {
  it('has no control character, and is echoed without it', () => {
    expect(
      thrown(() => checkNames('clientMetadata', { fine: '1', 'a\nb': '2' }, {})),
    ).toMatchObject({
      code: 'invalid_field',
      field: 'client.clientMetadata."a\\nb"',
      message: 'client.clientMetadata."a\\nb" must not have control characters in its name.',
    })
  })

  it('may be one that the client holds, and another is refused beside it', () => {
    const held = { 'a\nb': '1' }
    expect(() => checkNames('clientMetadata', { 'a\nb': '2', plain: '3' }, held)).not.toThrow()
    expect(
      thrown(() => checkNames('clientMetadata', { 'a\nb': '2', 'c\td': '3' }, held)).field,
    ).toBe('client.clientMetadata."c\\td"')
  })

  it('is looked at where the client holds none', () => {
    expect(thrown(() => checkNames('clientMetadata', { 'a\nb': '1' }, null)).code).toBe(
      'invalid_field',
    )
  })

  it.each([null, 'a\nb', {}])('is none in %j', (metadata) => {
    expect(() => checkNames('clientMetadata', metadata, { a: '1' })).not.toThrow()
  })

  it('of another object is left to the rules of that', () => {
    expect(() => checkNames('providerSettings', { 'a\nb': 1 }, {})).not.toThrow()
  })
})
