/** The table of native members of each provider, and the lists that are made of such a table. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { key, missing, shown } from '../../src/core/mapping/lenses.ts'
import {
  joined,
  listsOf,
  type MemberTable,
  membersOf,
  normalBy,
} from '../../src/core/mapping/members.ts'
import { isLens } from '../../src/core/mapping/row.ts'
import { MEMBERS as AUTH0 } from '../../src/providers/auth0/members.ts'
import { MEMBERS as COGNITO } from '../../src/providers/cognito/members.ts'
import { mappingOf } from '../../src/providers/configured.ts'
import { MEMBERS as LOCAL } from '../../src/providers/local/members.ts'
import { MEMBERS as RFC7592 } from '../../src/providers/rfc7592/members.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'

const TABLES: readonly (readonly [
  'auth0' | 'cognito' | 'local' | 'rfc7592',
  MemberTable,
  JsonObject,
])[] = [
  ['auth0', AUTH0, fullAuth0Client],
  ['cognito', COGNITO, fullCognitoClient],
  ['local', LOCAL, fullLocalClient],
  ['rfc7592', RFC7592, fullRegisteredClient],
]

/** Fixtures hold one member that no one knows. */
const TOMORROW = /of_?tomorrow$/i

describe.each(TABLES)('the members of %s', (type, members, full) => {
  it('are all that a full client has', () => {
    const unknown = Object.keys(full).filter((name) => !Object.hasOwn(members, name))
    expect(unknown.filter((name) => !TOMORROW.test(name))).toEqual([])
  })

  it('are all that fields are made of, and no other is said to be', async () => {
    const { fields } = await mappingOf(type)
    const keys = Object.values(fields).flatMap((row) => (row.support === 'missing' ? [] : row.keys))
    const made = new Set(keys.map((key) => key.split('.')[0] ?? ''))
    expect([...made].filter((name) => !Object.hasOwn(members, name))).toEqual([])
    expect(membersOf(members, 'field').filter((name) => !made.has(name))).toEqual([])
  })

  it('are of no two classes that exclude each other', () => {
    const both = (one: Parameters<typeof membersOf>[1], other: typeof one) =>
      membersOf(members, one).filter((name) => members[name]?.includes(other))
    expect(both('secret', 'public')).toEqual([])
    expect(both('setting', 'read-only')).toEqual([])
    expect(both('setting', 'hidden')).toEqual([])
    expect(both('field', 'setting')).toEqual([])
  })
})

const TABLE: MemberTable = {
  name: ['field', 'nullable'],
  key: ['setting', 'secret', { bound: 'it is its own' }, { values: ['a', 'b'] }],
  'key.hint': ['public'],
  at: ['read-only', 'volatile'],
  kind: ['create-only'],
  publish: ['command'],
  echo: ['mirror'],
  consent: ['privileged'],
  grants: [{ powers: ['password', 'device'] }],
}

it('a member stands in the list of each of its classes, in the order of the table', () => {
  expect(listsOf(TABLE)).toEqual({
    settings: ['key'],
    createOnlyKeys: ['kind'],
    commandKeys: ['publish'],
    readOnlyKeys: ['at'],
    mirrorKeys: ['echo'],
    hiddenKeys: [],
    volatileKeys: ['at'],
    secretPaths: ['key'],
    credentialPaths: [],
    privilegedPaths: { consent: [], grants: ['password', 'device'] },
    publicPaths: ['key.hint'],
    boundPaths: { key: 'it is its own' },
    settingValues: { key: ['a', 'b'] },
    mergedKeys: [],
    nullablePaths: ['name'],
  })
})

it('joined tables know of a member what each of them knows', () => {
  const whole = joined(TABLE, { key: ['credential'], other: ['credential'] })
  expect(whole.key).toEqual([...(TABLE.key ?? []), 'credential'])
  expect(membersOf(whole, 'credential')).toEqual(['key', 'other'])
  expect(whole.name).toEqual(TABLE.name)
})

describe('the lists of a table', () => {
  it('have each member of their class, with a clause where a copy does not take it', () => {
    const table: MemberTable = {
      one: ['setting', 'merged'],
      two: ['read-only', 'credential'],
      three: ['hidden', 'volatile'],
      four: ['secret', 'nullable', { bound: 'it is its own' }],
      five: ['public', 'setting', 'create-only', { values: ['on'] }],
      six: ['command', 'mirror'],
    }
    expect(listsOf(table)).toStrictEqual({
      settings: ['one', 'five'],
      createOnlyKeys: ['five'],
      commandKeys: ['six'],
      readOnlyKeys: ['two'],
      mirrorKeys: ['six'],
      hiddenKeys: ['three'],
      volatileKeys: ['three'],
      secretPaths: ['four'],
      credentialPaths: ['two'],
      privilegedPaths: {},
      publicPaths: ['five'],
      boundPaths: { four: 'it is its own' },
      settingValues: { five: ['on'] },
      mergedKeys: ['one'],
      nullablePaths: ['four'],
    })
  })
})

describe('the spellings of one state', () => {
  const normal = (native: JsonObject) =>
    normalBy(
      {
        list: ['setting', 'empty-is-absent', 'unordered'],
        kept: ['setting', 'unordered'],
        text: ['setting', 'empty-is-absent'],
        words: ['setting', 'unordered'],
        other: ['setting'],
      },
      { words: 'a', flag: true },
    )(native)

  it.each<[string, JsonObject, JsonObject]>([
    ['what is absent means', {}, { words: 'a', flag: true }],
    ['what is there counts', { words: 'z', flag: false }, { words: 'z', flag: false }],
    ['an empty list is none', { list: [] }, { words: 'a', flag: true }],
    ['an empty text is none', { text: '' }, { words: 'a', flag: true }],
    ['an empty object is none', { text: {} }, { words: 'a', flag: true }],
    ['a list that is to stay stays', { kept: [] }, { kept: [], words: 'a', flag: true }],
    ['what is no empty value stays', { text: 0 }, { text: 0, words: 'a', flag: true }],
    ['a null stays', { text: null }, { text: null, words: 'a', flag: true }],
    [
      'an object with members stays',
      { text: { a: 1 } },
      { text: { a: 1 }, words: 'a', flag: true },
    ],
    ['a text stays', { text: 'y x' }, { text: 'y x', words: 'a', flag: true }],
    [
      'others are as they are',
      { other: ['b', 'a'] },
      { other: ['b', 'a'], words: 'a', flag: true },
    ],
    [
      'lists are in order',
      { list: ['c', 'a', 'b'] },
      { list: ['a', 'b', 'c'], words: 'a', flag: true },
    ],
    [
      'lists of objects are in order, beside texts',
      { kept: [{ b: 1 }, 'x', { a: 2 }, 'x', { a: 1 }] },
      { kept: ['x', 'x', { a: 1 }, { a: 2 }, { b: 1 }], words: 'a', flag: true },
    ],
    [
      'lists of objects are in order of their JSON, and texts of their characters',
      { kept: ['~', { a: 1 }] },
      { kept: [{ a: 1 }, '~'], words: 'a', flag: true },
    ],
    ['words are in order', { words: 'c a b' }, { words: 'a b c', flag: true }],
    ['what has no order stays', { words: 7 }, { words: 7, flag: true }],
  ])('%s', (_, native, expected) => {
    expect(normal(native)).toEqual(expected)
  })

  it('without anything that absence means are the same', () => {
    const plain = normalBy({ list: ['setting', 'empty-is-absent'] })
    expect(plain({ list: [], a: 1 })).toEqual({ a: 1 })
    expect(plain({})).toEqual({})
  })
})

it('a row takes changes where it has a way to put them', () => {
  expect(isLens(key('name'))).toBe(true)
  expect(isLens(shown('name', 'it is shown'))).toBe(false)
  expect(isLens(missing('there is none'))).toBe(false)
})
