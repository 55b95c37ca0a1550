/** The rows that mappings are made of: what they show, what they set, and what they leave. */

import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import {
  fixed,
  flag,
  inner,
  key,
  list,
  member,
  missing,
  required,
  shown,
  texts,
  view,
  words,
} from '../../src/core/mapping/lenses.ts'
import { secretOf, showField } from '../../src/core/mapping/mapping.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

const plain = () => key<string>('text')
const cleared = () => key<string>('text', { cleared: '', note: 'A note.' })

describe('a text', () => {
  it.each([[undefined], [null]])('shows nothing for %j', (value) => {
    expect(plain().get({ text: value as Json })).toBeUndefined()
  })

  it('shows what is held, and an empty text as none', () => {
    expect(plain().get({ text: 'x' })).toBe('x')
    expect(plain().get({ text: '' })).toBeUndefined()
    expect(cleared().get({ text: '' })).toBeUndefined()
    expect(key<string>('text', { cleared: 'none' }).get({ text: 'none' })).toBeUndefined()
  })

  it('sets its member, and removes it or sets the value that means none', () => {
    expect(plain().put('x', {})).toEqual({ text: 'x' })
    expect(plain().put(null, {})).toEqual({ text: undefined })
    expect(cleared().put(null, {})).toEqual({ text: '' })
  })

  it('keeps a flag and a zero', () => {
    expect(key<boolean>('text').put(false, {})).toEqual({ text: false })
    expect(key<number>('text').put(0, {})).toEqual({ text: 0 })
    expect(key<number>('text').get({ text: 0 })).toBe(0)
  })

  it('says what it is made of and carries its note, and nothing besides', () => {
    expect(cleared()).toMatchObject({ support: 'native', keys: ['text'], note: 'A note.' })
    expect(cleared()).not.toHaveProperty('cleared')
  })
})

describe('a text that a client needs', () => {
  const name = required('label', { note: 'A note.' })

  it('sets its member and refuses to clear it', () => {
    expect(name.get({ label: 'x' })).toBe('x')
    expect(name.put('x', {})).toEqual({ label: 'x' })
    const error = thrown(() => name.put(null, {}))
    expect(error).toMatchObject({ code: 'invalid_field', field: 'client.name' })
    expect(error.message).toMatch(/^client\.name cannot be cleared: .{5,}/)
  })

  it('says so and carries its note', () => {
    const row = required('label', { note: 'A note.' })
    expect(row).toMatchObject({ keys: ['label'], needed: true, note: 'A note.' })
  })
})

describe('a flag', () => {
  it.each([true, false])('shows what is held, and else %j', (absent) => {
    const row = flag('on', absent)
    expect(row.get({ on: !absent })).toBe(!absent)
    expect(row.get({})).toBe(absent)
    expect(row.get({ on: 'yes' })).toBe(absent)
    expect(row.put(!absent, {})).toEqual({ on: !absent })
    expect(row.put(null, {})).toEqual({ on: absent })
    expect(row).toMatchObject({ support: 'native', keys: ['on'] })
  })

  it('carries its note', () =>
    expect(flag('on', true, { note: 'A note.' })).toHaveProperty('note', 'A note.'))
})

describe('a list', () => {
  it('shows texts and nothing else', () => {
    expect(list('urls', 'keep').get({ urls: ['a', 1, null, 'b'] })).toEqual(['a', 'b'])
    expect(list('urls', 'keep').get({})).toEqual([])
    expect(texts('a')).toEqual([])
  })

  it('keeps what it does not show, as the provider holds it', () => {
    const native = { urls: ['a', 5, { x: 1 }] }
    expect(list('urls', 'keep').put(['a', 'b'], native)).toEqual({ urls: ['a', 'b', 5, { x: 1 }] })
    expect(list('urls', 'omit').put(null, native)).toEqual({ urls: [5, { x: 1 }] })
  })

  it('sets a copy of its values', () => {
    const values = ['a']
    const put = list('urls', 'omit').put(values, {})
    expect(put).toEqual({ urls: ['a'] })
    expect(put.urls).not.toBe(values)
  })

  it('holds no values as the provider does', () => {
    for (const none of [null, []]) {
      expect(list('urls', 'keep').put(none, {})).toEqual({ urls: [] })
      expect(list('urls', 'omit').put(none, {})).toEqual({ urls: undefined })
    }
  })

  it('says what it is made of and carries its limits', () => {
    const row = list('urls', 'keep', { limits: { maxItems: 1 } })
    expect(row).toMatchObject({ support: 'native', keys: ['urls'], limits: { maxItems: 1 } })
  })
})

describe('words in one text', () => {
  it('are shown one by one, and nothing for what is no text', () => {
    expect(words('scope').get({ scope: 'openid  email ' })).toEqual(['openid', 'email'])
    expect(words('scope').get({})).toEqual([])
    expect(words('scope').get({ scope: ['openid'] })).toEqual([])
  })

  it('are set with spaces between, and none remove the member', () => {
    expect(words('scope').put(['openid', 'email'], {})).toEqual({ scope: 'openid email' })
    for (const none of [null, []])
      expect(words('scope').put(none, {})).toEqual({ scope: undefined })
  })

  it('say what they are made of and carry their limits', () => {
    const row = words('scope', { limits: { maxItems: 1 } })
    expect(row).toMatchObject({ support: 'native', keys: ['scope'], limits: { maxItems: 1 } })
  })
})

describe('a member inside an object', () => {
  const row = member<number>('tokens', 'seconds', { limits: { minimum: 1 } })

  it('shows it and leaves its neighbours when it is set or removed', () => {
    const native = { tokens: { seconds: 1, other: 2 }, more: 3 }
    expect(row.get(native)).toBe(1)
    expect(row.put(5, native)).toEqual({ tokens: { seconds: 5, other: 2 } })
    expect(row.put(null, native)).toEqual({ tokens: { other: 2 } })
  })

  it('makes the object where there is none', () => {
    expect(row.get({})).toBeUndefined()
    expect(row.get({ tokens: 'x' })).toBeUndefined()
    expect(row.put(5, {})).toEqual({ tokens: { seconds: 5 } })
    expect(inner({ tokens: [1] }, 'tokens')).toEqual({})
  })

  it('says what it is made of and carries its limits', () => {
    expect(member<number>('tokens', 'seconds', { limits: { minimum: 1 } })).toMatchObject({
      support: 'native',
      keys: ['tokens.seconds'],
      limits: { minimum: 1 },
    })
  })
})

describe('rows that take no change', () => {
  const mappingNow = () =>
    mappingOf({
      id: shown('client', 'it is made elsewhere'),
      createdAt: view(['a', 'b'], ({ a, b }) => `${a}${b}`, 'it is made of two'),
      disabled: fixed<boolean>(true, 'it is always off'),
      logoUri: missing('there is none'),
    })

  it('show what they are made of', () => {
    const native = { client: 'x', a: '1', b: '2' }
    const mapping = mappingNow()
    expect(showField(mapping, 'id', native)).toBe('x')
    expect(showField(mapping, 'id', {})).toBe('')
    expect(showField(mapping, 'createdAt', native)).toBe('12')
    expect(showField(mapping, 'disabled', native)).toBe(true)
    expect(showField(mapping, 'logoUri', native)).toBeNull()
  })

  it('say what they are and why', () => {
    expect(mappingNow().fields).toMatchObject({
      id: { support: 'read-only', keys: ['client'], why: 'it is made elsewhere' },
      createdAt: { support: 'read-only', keys: ['a', 'b'], why: 'it is made of two' },
      disabled: { support: 'missing', why: 'it is always off' },
      logoUri: { support: 'missing', why: 'there is none' },
    })
  })
})

describe('a secret row', () => {
  it.each([[undefined], [null], [''], [5]])('shows none for %j', (value) => {
    expect(secretOf(value as Json)).toBeUndefined()
  })

  it('shows one for a text', () => expect(secretOf('x')?.reveal()).toBe('x'))
})
