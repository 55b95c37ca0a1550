/** The engine's way from a native record to a client: what is shown of it, what is not, and what belongs to which field. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { key, list, member, missing, view } from '../../src/core/mapping/lenses.ts'
import { asPlanned, makingMapping } from '../../src/core/mapping/making.ts'
import {
  boundSettings,
  creationSettings,
  defaultSettings,
  fieldOfPath,
  fieldsOfPath,
  type Mapping,
  privilegedSettings,
  rawSettings,
  sameState,
  settingMaps,
  settingsOf,
  showClient,
  shownSettings,
  unreadable,
  visibleField,
  withExtraSettings,
} from '../../src/core/mapping/mapping.ts'
import { keysOf } from '../../src/core/mapping/row.ts'
import { hidesSecret, isUnseen, isWritten } from '../../src/core/mapping/unseen.ts'
import type { Secret } from '../../src/core/secrecy/secret.ts'
import { mappingOf, pairsRow, secretRow } from './mapping.ts'

/** A new one each time: what is worked out once for one mapping is worked out anew. */
const mappingNow = (ways: Partial<Omit<Mapping, 'fields'>> = {}) =>
  mappingOf(
    {
      name: key('title'),
      callbacks: list('urls', 'keep'),
      clientMetadata: pairsRow('labels'),
      accessTokenLifetime: member('tokens', 'access'),
      idTokenLifetime: member('tokens', 'id'),
      appType: { ...key<string>('type'), keys: ['type', 'tokens.kind'] },
    },
    ways,
  )

describe('what is shown of a record', () => {
  it('is one value for each field, and the rest as settings, without what is hidden', () => {
    const record = {
      title: 'A',
      tokens: { id: 5, more: 1 },
      mode: { kind: 'a', password: 'hush' },
      internal: 'x',
    }
    const mapping = mappingNow({ hiddenKeys: ['internal'] })
    expect(showClient(mapping, record)).toMatchObject({
      name: 'A',
      idTokenLifetime: 5,
      accessTokenLifetime: null,
      callbacks: [],
      providerSettings: { tokens: { more: 1 }, mode: { kind: 'a' } },
    })
    expect(settingsOf(mapping, record)).toEqual({
      tokens: { more: 1 },
      mode: { kind: 'a', password: 'hush' },
    })
  })

  it('is a map without what is hidden in it, wherever the map is', () => {
    const visible = (labels: JsonObject, mapping = mappingNow()) =>
      visibleField(mapping, 'clientMetadata', { labels })
    expect(visible({ team: 'a', password: 'hush' })).toEqual({ team: 'a' })
    expect(visible({ password: 'hush' })).toEqual({})
    const inner = mappingOf(
      {
        clientMetadata: {
          ...pairsRow('labels'),
          keys: ['outer.labels'],
          get: ({ outer }) => outer as never,
        },
      },
      { secretPaths: ['outer.labels.code'] },
    )
    expect(visibleField(inner, 'clientMetadata', { outer: { team: 'a', code: '1' } })).toEqual({
      team: 'a',
    })
  })

  it('is nothing where it is of another type, with a warning for each such field', () => {
    const warnings = (record: JsonObject) => unreadable(mappingNow(), record)
    expect(warnings({ title: 'A', labels: { a: 'b' } })).toEqual([])
    expect(warnings({ title: null })).toEqual([])
    expect(warnings({ title: 5, tokens: { id: 'x' } })).toEqual([
      {
        code: 'unreadable_value',
        field: 'client.name',
        message:
          'client.name is shown as empty, because the provider has a value of another type there. It stays as it is until client.name is set.',
      },
      expect.objectContaining({ field: 'client.idTokenLifetime' }),
    ])
  })
})

describe('the settings of a provider', () => {
  it('are those that no field stands for', () => {
    expect(rawSettings(mappingNow({ settings: ['title', 'mode'] }))).toEqual(['mode'])
  })

  it('are shown only where they are, once, and neither hidden nor a field', () => {
    const mapping = mappingNow({
      readOnlyKeys: ['shown', 'title', 'secret'],
      mirrorKeys: ['mirror', 'tokens.id'],
      volatileKeys: ['moved', 'shown'],
      hiddenKeys: ['secret'],
    })
    expect(shownSettings(mapping)).toEqual(['shown', 'mirror', 'moved'])
  })

  it('are others where a client is only being made', () => {
    expect(creationSettings(mappingNow({ createOnlyKeys: ['title', 'chosen'] }))).toEqual([
      'chosen',
    ])
    const more = mappingNow({ settings: ['mode'], extraSettings: ['mode', 'extra', 'title'] })
    expect(rawSettings(more)).toEqual(['mode', 'extra'])
  })

  it('are bound to their client where they name its credentials or have a secret in them', () => {
    const mapping = mappingNow({
      boundPaths: { methods: 'they are its own', quota: 'it is its own' },
      credentialPaths: ['methods', 'other'],
      secretPaths: ['addons.layer.token', 'addons.layer.key', 'methods.key', 'pin', 'labels.pin'],
    })
    expect(boundSettings(mapping)).toEqual(['methods', 'addons.layer'])
    expect(boundSettings(mappingNow())).toEqual([])
  })

  it('give power where the provider says so: a setting, a field or some items of one', () => {
    const privilegedPaths = { exchange: [], callbacks: ['*'], urls: ['any'], 'mode.kind': ['a'] }
    expect(privilegedSettings(mappingNow({ privilegedPaths }))).toStrictEqual([
      { path: 'providerSettings.exchange' },
      { path: 'providerSettings.callbacks', values: ['*'] },
      { path: 'callbacks', values: ['any'] },
      { path: 'providerSettings.mode.kind', values: ['a'] },
    ])
    expect(privilegedSettings(mappingNow())).toEqual([])
  })

  it('have further ones beside those that they had', () => {
    const mapping = mappingNow()
    expect(withExtraSettings(mapping, [])).toBe(mapping)
    const one = withExtraSettings(mapping, ['a'])
    expect(one).toEqual({ ...mapping, extraSettings: ['a'] })
    expect(withExtraSettings(one, ['b']).extraSettings).toEqual(['a', 'b'])
  })
})

describe('the fields of a path', () => {
  it.each<[string, readonly string[]]>([
    ['title', ['name']],
    ['title.inner', ['name']],
    ['tokens', ['appType', 'accessTokenLifetime', 'idTokenLifetime']],
    ['tokens.id', ['idTokenLifetime']],
    ['tokens.id.inner', ['idTokenLifetime']],
    ['tokens.kind', ['appType']],
    ['tokens.more', []],
    ['type', ['appType']],
    ['other', []],
  ])('are those at it, above it and below it: %s', (path, fields) => {
    expect(fieldsOfPath(mappingNow(), path)).toEqual(fields)
    expect(fieldOfPath(mappingNow(), path)).toBe(fields[0])
  })

  it('are found by the keys of their rows', () => {
    expect(keysOf(member('tokens', 'id'))).toEqual(['tokens.id'])
    expect(keysOf(missing('there is none'))).toEqual([])
  })
})

it('two records are the same in state but for what moves by itself, in any spelling', () => {
  const mapping = mappingNow({
    volatileKeys: ['moved'],
    normal: ({ spelling: _, ...rest }) => rest,
  })
  const same = (one: JsonObject, other: JsonObject) => sameState(mapping, one, other)
  expect(same({ title: 'A', moved: 1, spelling: 1 }, { title: 'A', moved: 2 })).toBe(true)
  expect(same({ title: 'A' }, { title: 'B' })).toBe(false)
})

describe('a client that is only being made', () => {
  const made = key<string>('title')
  const shown = { ...view<string>(['title'], () => 'A', 'it stays'), made }

  it('is planned by the same mapping where a creation takes nothing more', () => {
    const mapping = mappingOf({ name: view<string>(['title'], () => 'A', 'it stays') })
    expect(makingMapping(mapping)).toBe(mapping)
  })

  it('can have what only a creation takes', () => {
    const mapping = mappingOf({}, { createOnlyKeys: ['chosen'], extraSettings: ['more'] })
    expect(makingMapping(mapping)).toEqual({
      ...mapping,
      extraSettings: ['more', 'chosen'],
      first: [],
      createOnlyKeys: [],
      commandKeys: [],
    })
    expect(makingMapping(mappingOf({}, { commandKeys: ['order'] })).extraSettings).toEqual([
      'order',
    ])
    const both = mappingOf({}, { createOnlyKeys: ['chosen'], commandKeys: ['order'] })
    expect(makingMapping(both).extraSettings).toEqual(['chosen', 'order'])
  })

  it('has the fields first that can be set only then', () => {
    const mapping = mappingOf({ name: shown, description: key('text') })
    const making = makingMapping(mapping)
    expect(making.fields).toEqual({ ...mapping.fields, name: made })
    expect(making.first).toEqual(['name'])
    const chosen = { ...mapping, createOnlyKeys: ['chosen'] }
    expect(makingMapping(chosen)).toMatchObject({ first: ['name'], extraSettings: ['chosen'] })
  })
})

describe('what was planned, as the provider holds it', () => {
  const mapping = mappingOf({ name: key('title') }, { volatileKeys: ['moved'] })

  it('has the values of the provider, and nothing that it assigns by itself', () => {
    const planned = { title: 'A', mode: 'a' }
    const held = { id: 'x1', title: 'a', mode: 'b' }
    expect(asPlanned(mapping, planned, held)).toEqual({ title: 'a', mode: 'b' })
  })

  it('lacks what the provider has dropped', () => {
    expect(asPlanned(mapping, { title: 'A', mode: 'a' }, { title: 'A' })).toEqual({ title: 'A' })
    // A null is a value.
    expect(asPlanned(mapping, { title: 'A' }, { title: null })).toEqual({ title: null })
  })

  it('keeps what is no setting, whatever the provider holds there', () => {
    const planned = { title: 'A', moved: 1 }
    expect(asPlanned(mapping, planned, { title: 'B', moved: 2 })).toEqual({ title: 'B', moved: 1 })
    expect(asPlanned(mapping, planned, { title: 'B' })).toEqual({ title: 'B', moved: 1 })
  })
})

describe('what no read shows', () => {
  const unseen = { keys: ['key', 'hash'], stamp: 'at' }

  it('is named by the provider', () => {
    expect(isUnseen(mappingOf({}, { unseen }), 'key')).toBe(true)
    expect(isUnseen(mappingOf({}, { unseen }), 'title')).toBe(false)
    expect(isUnseen(mappingOf(), 'key')).toBe(false)
  })

  it('is the secret where it can be set and all of it is', () => {
    const hides = (secret: Mapping['fields']['secret'], ways = {}) =>
      hidesSecret(mappingOf({ secret }, ways))
    expect(hides(secretRow('key'), { unseen })).toBe(true)
    expect(hides(secretRow('key'))).toBe(false)
    expect(hides(secretRow('other'), { unseen })).toBe(false)
    expect(hides({ ...secretRow('key'), keys: ['key', 'other'] }, { unseen })).toBe(false)
    expect(hides(missing('there is none'), { unseen })).toBe(false)
    expect(
      hides(
        view<Secret | null>(['key'], () => null, 'it is not shown'),
        { unseen },
      ),
    ).toBe(false)
  })

  it('was written where the stamp has moved and nothing else has', () => {
    const written = (before: JsonObject, after: JsonObject, ways = {}) =>
      isWritten(mappingOf({}, { unseen, volatileKeys: ['at'], ...ways }), before, after)
    const [one, other] = ['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.2Z']
    expect(written({ at: one, a: 1 }, { at: other, a: 1 })).toBe(true)
    expect(written({ at: one, a: 1 }, { at: one, a: 1 })).toBe(false)
    expect(written({ at: one, a: 1 }, { at: other, a: 2 })).toBeUndefined()
    expect(written({ at: one }, { at: '2026-01-01T00:00:01Z' })).toBeUndefined()
    expect(written({}, { at: other })).toBeUndefined()
    expect(written({ at: one }, {})).toBeUndefined()
    expect(written({ at: 5 }, { at: other })).toBeUndefined()
    expect(isWritten(mappingOf(), { at: one }, { at: other })).toBeUndefined()
  })
})

it('settings whose members come and go are those of which any member can be cleared', () => {
  const mapping = mappingNow({ settings: ['bag', 'mode'], nullablePaths: ['bag.*', 'mode'] })
  expect(settingMaps(mapping)).toEqual(['bag'])
})

it('what the absence of settings means is what the provider takes it for, of settings alone', () => {
  const normal = (native: JsonObject) => ({ mode: 'usual', title: 'none', made: 1, ...native })
  const mapping = mappingNow({ settings: ['bag', 'mode'], normal })
  expect(defaultSettings(mapping)).toEqual({ mode: 'usual' })
})
