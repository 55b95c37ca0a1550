/** The table of native members of each provider, and the lists that are made of such a table. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { joined, listsOf, type MemberTable, membersOf } from '../../src/core/mapping/members.ts'
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

/** Fixtures hold one member that nobody knows. */
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
  key: ['setting', 'secret', { bound: 'it is its own' }],
  'key.hint': ['public'],
  at: ['read-only', 'volatile'],
  kind: ['create-only'],
  publish: ['command'],
  echo: ['mirror'],
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
    publicPaths: ['key.hint'],
    boundPaths: { key: 'it is its own' },
    mergedKeys: [],
    nullablePaths: ['name'],
  })
})

it('joined tables know of a member what each of them knows', () => {
  const whole = joined(TABLE, { key: ['credential'], other: ['credential'] })
  expect(whole.key).toEqual(['setting', 'secret', { bound: 'it is its own' }, 'credential'])
  expect(membersOf(whole, 'credential')).toEqual(['key', 'other'])
  expect(whole.name).toEqual(TABLE.name)
})
