/** Members beside those that a file names as the only ones: which count, and what clears them. */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { clearing, strangersOf } from '../../src/files/exclusive.ts'
import { withoutMembersOf } from '../../src/files/planning/kept-settings.ts'
import type { Capabilities } from '../../src/files/render.ts'

const CAPABILITIES: Capabilities = {
  fields: { idTokenLifetime: { writable: true, native: ['jwt.lifetime'] } },
  settings: ['flag', 'text', 'list', 'object', 'attributes', 'jwt', 'usual', 'days'],
  creationSettings: ['made'],
  readOnlySettings: ['shown', 'attributes.made.at'],
  settingMaps: ['attributes'],
  defaultSettings: { usual: false, days: 30 },
}
const EXCLUSIVE = ['clientMetadata', 'providerSettings'] as const

function strangers(attributes: JsonObject, client: FieldPatches = {}, fields?: readonly string[]) {
  const suspension = fields === undefined ? {} : { suspension: { fields } }
  const live = { provider: 'it', id: 'a', name: 'A', attributes, ...suspension }
  const found = strangersOf({ exclusive: EXCLUSIVE, client }, live, CAPABILITIES)
  return [found, clearing(found, CAPABILITIES)]
}

const settings = (now: JsonObject, named: JsonObject = {}) =>
  strangers({ providerSettings: now }, { providerSettings: named })

describe('of the settings of a client', () => {
  it.each<[string, Json, boolean]>([
    ['true', true, true],
    ['a text', 'x', true],
    ['a list', ['x'], true],
    ['an object', { inner: { flag: true } }, true],
    ['false', false, true],
    ['the text false', 'false', true],
    ['nothing', null, false],
    ['an empty text', '', false],
    ['an empty list', [], false],
    ['an object in which a flag is off', { inner: { flag: false }, list: [] }, true],
    ['an object in which all is empty', { inner: { text: '' }, list: [] }, false],
  ])('%s counts: %s %s', (_, value, counts) => {
    const expected = counts ? { providerSettings: { object: value } } : {}
    expect(settings({ object: value })[0]).toEqual(expected)
  })

  it('what the provider takes for the same as none is none', () => {
    expect(settings({ usual: false, days: 30 })[0]).toEqual({})
    expect(settings({ usual: true, days: 31 })[0]).toEqual({
      providerSettings: { usual: true, days: 31 },
    })
  })

  it('only those count that an update takes', () => {
    const now = { shown: true, made: true, unheard: true, flag: true }
    expect(settings(now)).toEqual([
      { providerSettings: { flag: true } },
      { providerSettings: { flag: null } },
    ])
    expect(settings(now, { flag: false })).toEqual([{}, {}])
  })

  it('of a mapping whose members come and go, each counts', () => {
    const now = { attributes: { theme: 'dark', mine: 'x', none: '', 'made.at': '1' } }
    expect(settings(now, { attributes: { mine: 'x' } })).toEqual([
      { providerSettings: { attributes: { theme: 'dark' } } },
      { providerSettings: { attributes: { theme: null } } },
    ])
    // To be empty, as a whole: that is a difference by itself.
    expect(settings(now, { attributes: {} })[0]).toEqual({})
    expect(settings({ attributes: { 'made.at': '1' } })).toEqual([{}, {}])
  })

  it('one that fields are made of is cleared but for those', () => {
    expect(settings({ jwt: { scopes: { a: 'b' } } })[1]).toEqual({
      providerSettings: { jwt: { scopes: null } },
    })
  })
})

it('of metadata every member counts', () => {
  const clientMetadata = { team: 'a', empty: '' }
  expect(strangers({ clientMetadata }, { clientMetadata: { team: 'b' } })).toEqual([
    { clientMetadata: { empty: '' } },
    { clientMetadata: { empty: null } },
  ])
})

it('what a suspension holds comes back, so that it does not count', () => {
  const now = { clientMetadata: { a: 'b' }, providerSettings: { flag: true, text: 'x' } }
  expect(strangers(now, {}, ['clientMetadata', 'providerSettings.flag'])[0]).toEqual({
    providerSettings: { text: 'x' },
  })
})

it('what was there before is kept apart from what comes, also in a mapping', () => {
  const come = { providerSettings: { flag: true, attributes: { theme: 'dark', come: 'x' } } }
  const before = { providerSettings: { flag: null, attributes: { theme: null } } }
  expect(withoutMembersOf(come, before)).toEqual({
    providerSettings: { attributes: { come: 'x' } },
  })
  expect(withoutMembersOf(before, come)).toEqual({})
})
