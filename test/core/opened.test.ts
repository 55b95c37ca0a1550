/** Objects of a record that are opened have one member for each setting, and are put together as they were. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { closed, opened } from '../../src/core/mapping/opened.ts'
import { runs } from '../property.ts'

const OBJECTS = ['settings', 'settings.oauthClient', 'credentials']

it('a setting is named by its path', () => {
  const record = { id: 'a', settings: { app: {}, oauthClient: { uris: ['x'], deep: { in: 1 } } } }
  expect(opened(record, OBJECTS)).toEqual({
    id: 'a',
    'settings.app': {},
    'settings.oauthClient.uris': ['x'],
    'settings.oauthClient.deep': { in: 1 },
  })
})

it('what is no object there, or an empty one, stays as it is', () => {
  const odd = { settings: null, credentials: {}, other: { settings: { a: 1 } } }
  expect(opened(odd, OBJECTS)).toEqual(odd)
  expect(closed(opened(odd, OBJECTS), OBJECTS)).toEqual(odd)
  const inner = { settings: { oauthClient: 'text', notes: [] } }
  expect(opened(inner, OBJECTS)).toEqual({ 'settings.oauthClient': 'text', 'settings.notes': [] })
})

it('a name with dots stays one name', () => {
  const record = { settings: { oauthClient: { 'a.b': 1, __proto__x: 2 } } }
  expect(opened(record, OBJECTS)).toHaveProperty(['settings.oauthClient.a.b'], 1)
  expect(closed(opened(record, OBJECTS), OBJECTS)).toEqual(record)
})

it('without objects nothing changes', () => {
  const record = { 'a.b': 1, a: { c: 2 } }
  expect(opened(record, [])).toEqual(record)
  expect(closed(record, [])).toEqual(record)
})

it('a record is the same once it is closed again', () => {
  const name = fc.constantFrom('app', 'notes', 'uris', 'a.b', 'constructor')
  const value = fc.oneof(fc.integer(), fc.constant(null), fc.constant({}), fc.array(fc.string()))
  const members = fc.dictionary(name, value)
  const settings = fc
    .tuple(members, fc.option(members, { nil: undefined }))
    .map(([one, oauthClient]) => (oauthClient === undefined ? one : { ...one, oauthClient }))
  fc.assert(
    fc.property(fc.record({ id: fc.string(), settings, credentials: members }), (record) => {
      const whole = record as unknown as JsonObject
      expect(closed(opened(whole, OBJECTS), OBJECTS)).toEqual(whole)
    }),
    { numRuns: runs(200) },
  )
})
