/** Which client a file stands for, which is new, and which no one manages. */

import { expect, it } from 'vitest'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import type { ClientFile } from '../../src/files/client-file.ts'
import type { LiveClient } from '../../src/files/compare.ts'
import { compareFiles, placesOf } from '../../src/files/plan.ts'
import { creationParts } from '../../src/files/planning/creation.ts'
import { ClientryError } from '../../src/sdk/error.ts'

const file = (path: string, more: Partial<ClientFile> = {}): ClientFile => ({
  path,
  provider: 'auth0',
  client: {},
  ...more,
})
const live = (id: string, name: string, more: Partial<LiveClient> = {}): LiveClient => ({
  provider: 'auth0',
  id,
  name,
  attributes: { name },
  ...more,
})

it('finds clients by id or else by name, and reports the rest of the same places', () => {
  const clients = [
    live('1', 'One'),
    live('2', 'Two'),
    live('3', 'Three'),
    live('2', 'Elsewhere', { provider: 'local' }),
  ]
  const files = [
    file('1.yaml', { id: '1', client: { name: 'Uno' } }),
    file('2.yaml', { client: { name: 'Two' } }),
    file('4.yaml', { kind: 'spa', client: { name: 'Four' } }),
  ]
  const { matched, unmanaged } = compareFiles(files, { clients, unread: [] })
  expect(matched).toMatchObject([
    { kind: 'present', live: { id: '1' }, patch: { name: 'Uno' } },
    { kind: 'present', live: { id: '2' }, patch: {} },
    { kind: 'new', file: { path: '4.yaml' } },
  ])
  expect(unmanaged.map(({ id }) => id)).toEqual(['3'])
})

it.each<[string, readonly ClientFile[], string]>([
  ['a name that several have', [file('a', { client: { name: 'Twin' } })], 'several clients'],
  ['a client that another file has', [file('a', { id: '1' }), file('b', { id: '1' })], 'as a (1)'],
  ['neither id nor name', [file('a')], 'must have an id or a client.name'],
  ['a new client without a kind', [file('a', { client: { name: 'New' } })], '"kind"'],
  [
    'a name that another file makes',
    [
      file('a', { kind: 'spa', client: { name: 'New' } }),
      file('b', { kind: 'web', client: { name: 'New' } }),
    ],
    'b would create a client of the same name as a',
  ],
])('refuses %s', (_, files, says) => {
  const clients = [live('1', 'One'), live('2', 'Twin'), live('3', 'Twin')]
  const { faults, matched } = compareFiles([...files, file('fine', { id: '3' })], {
    clients,
    unread: [],
  })
  expect(faults.map(({ about, says }) => `${about} ${says}`)).toEqual([
    expect.stringContaining(says),
  ])
  // The others are compared all the same.
  expect(matched.map(({ file: { path } }) => path)).toContain('fine')
})

it('takes equal ids and names at other places for other clients', () => {
  const pool = (userPoolId: string) => ({ provider: 'cognito', userPoolId })
  const files = [
    file('a', { ...pool('p1'), kind: 'spa', client: { name: 'New' } }),
    file('b', { ...pool('p2'), kind: 'spa', client: { name: 'New' } }),
    file('c', { ...pool('p2'), id: '1' }),
  ]
  const clients = [live('1', 'One', pool('p1')), live('1', 'One', pool('p2'))]
  const { matched, unmanaged } = compareFiles(files, { clients, unread: [] })
  expect(matched.map(({ kind }) => kind)).toEqual(['new', 'new', 'present'])
  expect(unmanaged).toEqual([clients[0]])
  expect(placesOf(files)).toEqual([pool('p1'), pool('p2')])
})

it('makes a new client with what is to be in its lists', () => {
  const managed = { callbacks: { add: ['a'], remove: ['b'] }, clientMetadata: { add: 'x' } }
  const patchOf = (fields: FieldPatches) => creationParts(fields, { fields: {} }).patch
  expect(patchOf(managed)).toEqual({ callbacks: ['a'], clientMetadata: { add: 'x' } })
  expect(patchOf({ callbacks: { remove: ['b'] } })).toEqual({ callbacks: [] })
})

// Without its pool the client was not found, and the advice to leave the id out would have made it twice.
it.each(['1', undefined])('lists the user pools where a file names none (id %s)', (id) => {
  const there = (userPoolId: string) => live('1', 'One', { provider: 'cognito', userPoolId })
  const named = file('a', { provider: 'cognito', kind: 'web', ...(id === undefined ? {} : { id }) })
  const clients = [there('eu_1'), there('eu_2'), there('eu_1')]
  expect(compareFiles([named], { clients, unread: [] }).faults).toMatchObject([
    { about: 'a', says: 'must have a userPoolId, one of: eu_1, eu_2.' },
  ])
})

it('reports a client that is gone from a place that cannot be read, and compares the rest', () => {
  const error = new ClientryError('provider_unavailable', 'The provider does not answer.')
  const files = [
    file('gone', { id: '9' }),
    file('far', { provider: 'other', id: '1' }),
    file('there', { id: '1', client: { name: 'Uno' } }),
  ]
  const unread = [{ provider: 'other', error }]
  const found = compareFiles(files, { clients: [live('1', 'One')], unread })
  expect(found.gone).toMatchObject([{ file: { path: 'gone' }, id: '9' }])
  expect(found.faults).toMatchObject([{ about: 'other', code: 'provider_unavailable' }])
  expect(found.matched).toMatchObject([{ file: { path: 'there' }, patch: { name: 'Uno' } }])
})
