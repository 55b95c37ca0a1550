/** What is hidden in a record, rule by rule, on a mapping that documents nothing but one secret. */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import {
  hiddenPaths,
  isFingerprint,
  replaceHidden,
  replaceHiddenAt,
} from '../../src/core/secrecy/hidden.ts'
import { mappingOf } from './mapping.ts'

const rulesOf = (members: { public?: readonly string[]; secret?: readonly string[] } = {}) =>
  mappingOf(
    {},
    { secretPaths: ['vault', 'shown.code'], members: { public: [], secret: [], ...members } },
  )
const RANDOM = 'Zq8canarykR4vB1xW6nT0pL'
const PEM = '-----BEGIN PRIVATE KEY-----\nMIIE'
const hidden = (record: JsonObject, rules = rulesOf()) => hiddenPaths(rules, record)

it('a fingerprint is a text of its form', () => {
  expect(isFingerprint('fingerprint:abcdefghij-_')).toBe(true)
  expect(isFingerprint('fingerprint:short')).toBe(false)
  expect(isFingerprint(['fingerprint:abcdefghij-_'])).toBe(false)
  expect(hidden({ note: 'fingerprint:abcdefghij-_' })).toEqual(['note'])
})

describe('a value', () => {
  it.each<Json>(['text', 1, null, ['api_key'], RANDOM])('by itself is itself: %j', (value) => {
    expect(replaceHidden(rulesOf(), value, () => 'hidden')).toBe(value)
  })

  it.each<[JsonObject, readonly string[]]>([
    [{ vault: 'x' }, ['vault']],
    [{ vault: 1 }, ['vault']],
    [{ vault: {} }, ['vault']],
    [{ vault: null, api_key: null, note: null }, []],
    [{ vault: '', api_key: '', note: '' }, []],
    [{ api_key: 'x', note: 'x' }, ['api_key']],
    [{ pin: 1, live: true, api_key: false }, ['pin']],
    [{ note: RANDOM, token_type: RANDOM }, ['note']],
    [{ token_type: PEM }, ['token_type']],
    [{ list: ['x', RANDOM], other: ['x'] }, ['list']],
    [{ tokens: [null, ''], keys: [] }, []],
    [{ tokens: [null, 'x'] }, ['tokens']],
    [{ list: [[RANDOM]], other: [{ api_key: 'x' }], more: [[{ a: 'x' }]] }, ['list', 'other']],
    [{ credentials: { web: { value: 'x', at: null } } }, ['credentials.web.value']],
    [{ credentials: { web: ['x'] } }, ['credentials.web']],
  ])('in %j is hidden or not', (record, paths) => {
    expect(hidden(record)).toEqual(paths)
  })

  it('is replaced by what stands for it, and its path is reported', () => {
    const told: unknown[] = []
    const next = replaceHidden(rulesOf(), { a: { api_key: 'x' }, note: 'y' }, (value, path) => {
      told.push([value, path])
      return 'hidden'
    })
    expect(next).toEqual({ a: { api_key: 'hidden' }, note: 'y' })
    expect(told).toEqual([['x', ['a', 'api_key']]])
  })

  it('goes with its object where that held nothing else', () => {
    const gone = (record: JsonObject) => replaceHidden(rulesOf(), record, () => undefined)
    expect(gone({ a: { api_key: 'x' }, b: 1 })).toEqual({ b: 1 })
    expect(gone({ a: { api_key: 'x', note: 'y' } })).toEqual({ a: { note: 'y' } })
    expect(gone({ a: {} })).toEqual({ a: {} })
  })
})

describe('a member by its path', () => {
  const at = (path: string, value: Json) =>
    replaceHiddenAt(rulesOf(), path.split('.'), value, () => 'hidden')

  it.each([
    ['api_key', 'x', 'hidden'],
    ['note', 'x', 'x'],
    ['note', RANDOM, 'hidden'],
    ['credentials.value', 'x', 'hidden'],
    ['a.credentials.b.value', 'x', 'hidden'],
    ['a.b.value', 'x', 'x'],
    ['a.credentials', 'x', 'hidden'],
    ['vault.value', 'x', 'hidden'],
  ])('%s of %j is %j', (path, value, shown) => {
    expect(at(path, value)).toBe(shown)
  })

  it('is gone where all of it is hidden', () => {
    expect(replaceHiddenAt(rulesOf(), ['a'], { api_key: 'x' }, () => undefined)).toBeUndefined()
  })
})

describe('a key (RFC 7517)', () => {
  const of = (members: JsonObject) => hidden({ one: { kty: 'RSA', ...members } })

  it('shows its public parts, which look as if drawn by chance', () => {
    expect(of({ n: RANDOM, e: 'AQAB', kid: RANDOM, x5c: [RANDOM, PEM] })).toEqual([])
  })

  it('hides its private parts, and whatever else is a secret in it', () => {
    expect(of({ d: 'x', p: 'y', n: 'z' })).toEqual(['one.d', 'one.p'])
    expect(of({ d: null })).toEqual([])
    expect(of({ client_secret: 'x' })).toEqual(['one.client_secret'])
    expect(of({ note: PEM })).toEqual(['one.note'])
    expect(of({ list: [RANDOM], more: ['plain'] })).toEqual(['one.list'])
    expect(of({ nested: { api_key: 'x', note: 'y' } })).toEqual(['one.nested.api_key'])
    expect(of({ nested: { note: 'y' } })).toEqual([])
  })

  it('below the name of a secret is hidden with it', () => {
    expect(hidden({ credentials: { kty: 'RSA', n: 'x' } })).toEqual([
      'credentials.kty',
      'credentials.n',
    ])
  })
})

describe('what the configuration shows', () => {
  it('is shown whole, but for the secrets of the provider in it', () => {
    const rules = rulesOf({ public: ['shown', 'api_key'] })
    const record = { api_key: RANDOM, shown: { code: 'x', api_key: 'y', deep: { pin: 1 } } }
    expect(hidden(record, rules)).toEqual(['shown.code'])
    const plain = { shown: { api_key: 'y', deep: { pin: 1 } } }
    expect(replaceHidden(rules, plain, () => 'hidden')).toBe(plain)
  })

  it('is hidden where it says so, whatever it looks like', () => {
    expect(hidden({ motto: 'plain', note: 'x' }, rulesOf({ secret: ['motto'] }))).toEqual(['motto'])
  })
})
