/** Files against clients as they are: whatever differs is patched, and nothing else is. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELD_NAMES, FIELDS, type FieldName } from '../../src/core/client.ts'
import { isRecord, type Json, type JsonObject, without } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import { compare, type LiveClient } from '../../src/files/compare.ts'
import { pathsOf, renderClientFile, unknownSettings } from '../../src/files/render.ts'
import { runs } from '../property.ts'

const live = (attributes: JsonObject, more: Partial<LiveClient> = {}): LiveClient => ({
  provider: 'auth0',
  id: 'a',
  name: 'Portal',
  attributes,
  ...more,
})

describe('a list', () => {
  const callbacks = (...values: readonly string[]) => live({ callbacks: values })
  it.each<[string, Json, LiveClient, Json]>([
    ['in another order is the same', ['b', 'a'], callbacks('a', 'b'), undefined as never],
    [
      'is brought there value by value',
      ['a', 'c'],
      callbacks('a', 'b'),
      { add: ['c'], remove: ['b'] },
    ],
    ['in parts adds what is missing', { add: ['a', 'c'] }, callbacks('a', 'b'), { add: ['c'] }],
    [
      'in parts removes what is there',
      { remove: ['b', 'd'] },
      callbacks('a', 'b'),
      { remove: ['b'] },
    ],
    ['is emptied by null', null, callbacks('a'), { remove: ['a'] }],
    ['that is empty is as null', null, callbacks(), undefined as never],
  ])('%s', (_, wanted, now, expected) => {
    const { patch } = compare({ callbacks: wanted }, now)
    expect(patch).toEqual(expected === undefined ? {} : { callbacks: expected })
  })

  it('leaves alone what is held for a while, and whatever the file does not name', () => {
    const leases = [{ field: 'callbacks', value: 'p' }]
    const now = live({ callbacks: ['a', 'p', 'x'], webOrigins: ['w'] }, { leases })
    const { patch, omissions: left } = compare({ callbacks: ['a'] }, now)
    expect(patch).toEqual({ callbacks: { remove: ['x'] } })
    expect(left).toEqual([{ what: 'p in client.callbacks', why: 'it is under a lease' }])
    expect(compare({ callbacks: ['a', 'p'] }, now).omissions).toEqual([])
    expect(compare({ callbacks: { add: ['a'] } }, now).omissions).toEqual([])
  })
})

it('names members that differ and no others, at every depth', () => {
  const now = live({
    clientMetadata: { team: 'a', cost: '1' },
    refreshTokenRotation: { enabled: true, graceSeconds: 0 },
    providerSettings: { addons: { one: { x: 1, y: 2 } }, other: true },
  })
  const wanted = {
    clientMetadata: { team: 'b' },
    refreshTokenRotation: { enabled: true, graceSeconds: 5 },
    providerSettings: { addons: { one: { x: 1, y: 3 } }, other: true },
  }
  expect(compare(wanted, now).patch).toEqual({
    clientMetadata: { team: 'b' },
    refreshTokenRotation: { graceSeconds: 5 },
    providerSettings: { addons: { one: { y: 3 } } },
  })
})

it('waits for the end of a suspension where that holds a field', () => {
  const suspension = { fields: ['grantTypes', 'providerSettings.flows'] }
  const providerSettings = { flows: ['least'], other: 1 }
  const now = live({ grantTypes: [], name: 'Old', providerSettings }, { suspension })
  const wanted = { flows: ['all'], other: 2 }
  const { patch, omissions: left } = compare(
    { grantTypes: ['authorization_code'], name: 'New', providerSettings: wanted },
    now,
  )
  expect(patch).toEqual({ name: 'New', providerSettings: { other: 2 } })
  const why = expect.stringContaining('suspended')
  expect(left).toEqual(suspension.fields.map((path) => ({ what: `client.${path}`, why })))
})

const text = fc.stringMatching(/^[a-z]{1,4}$/)
const valuesOf: { readonly [K in (typeof FIELDS)[FieldName]['kind']]: fc.Arbitrary<Json> } = {
  string: text,
  secret: fc.constant('not-for-files-not-for-files'),
  boolean: fc.boolean(),
  integer: fc.integer({ min: 1, max: 99 }),
  list: fc.uniqueArray(text, { maxLength: 4 }),
  map: fc.dictionary(text, text, { maxKeys: 3 }),
  object: fc.record({ enabled: fc.boolean(), graceSeconds: fc.nat(9) }),
  raw: fc.dictionary(text, fc.oneof(text, fc.dictionary(text, text, { maxKeys: 2 })), {
    maxKeys: 3,
  }),
}
const attributesOf = (names: readonly FieldName[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, valuesOf[FIELDS[name].kind]])), {
    requiredKeys: [],
  }) as fc.Arbitrary<JsonObject>
const MANAGED = FIELD_NAMES.filter((name) => name !== 'secret' && name !== 'id')

/** A patch as the API takes it, over a client as it shows it. */
function patched(now: JsonObject, patch: JsonObject): JsonObject {
  const changed = Object.entries(patch).map(([name, value]): [string, Json] => {
    const held = now[name] ?? null
    if (FIELDS[name as FieldName].kind !== 'list') return [name, merged(held, value)]
    const { add = [], remove = [] } = value as { add?: readonly Json[]; remove?: readonly Json[] }
    const list = (held ?? []) as readonly Json[]
    return [name, [...without(list, remove), ...without(add, list)]]
  })
  return { ...now, ...Object.fromEntries(changed) }
}

/** RFC 7396. */
function merged(held: Json, patch: Json): Json {
  if (!isRecord(patch)) return patch
  const start = isRecord(held) ? held : {}
  const members = Object.entries(patch).map(([name, value]) => [
    name,
    merged(start[name] ?? null, value),
  ])
  const whole = Object.entries({ ...start, ...Object.fromEntries(members) })
  return Object.fromEntries(whole.filter(([, value]) => value !== null)) as JsonObject
}

it('makes a patch that the API takes, after which nothing differs and no other field has moved', () => {
  fc.assert(
    fc.property(attributesOf(MANAGED), attributesOf(MANAGED), (managed, now) => {
      const { patch } = compare(managed, live(now))
      parseMergePatch(patch as JsonObject)
      const after = patched(now, patch as JsonObject)
      expect(compare(managed, live(after)).patch).toEqual({})
      for (const name of MANAGED.filter((one) => !Object.hasOwn(managed, one))) {
        expect(after[name]).toEqual(now[name])
      }
    }),
    { numRuns: runs() },
  )
})

it('finds no difference in a file that was just written, without what is not for files', () => {
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, { writable: name !== 'id' }]))
  const settingsOf = ({ providerSettings = {} }: JsonObject) =>
    Object.keys(providerSettings as object)
  fc.assert(
    fc.property(attributesOf([...MANAGED, 'secret']), text, (attributes, name) => {
      const leases = [{ field: 'callbacks', value: 'held' }]
      const callbacks = [...((attributes.callbacks ?? []) as readonly Json[]), 'held']
      const now = live({ ...attributes, callbacks }, { name, leases })
      const written = renderClientFile(now, { fields, settings: settingsOf(attributes) })
      expect(written).not.toContain('not-for-files')
      const file = parseClientFile('portal.yaml', written)
      expect(file).toMatchObject({ provider: 'auth0', id: 'a' })
      const left = [{ what: 'held in client.callbacks', why: 'it is under a lease' }]
      expect(compare(file.client, now)).toEqual({ patch: {}, omissions: left })
    }),
    { numRuns: runs() },
  )
})

it('writes nothing that a suspension has left of a client', () => {
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, { writable: name !== 'id' }]))
  const suspension = { fields: ['grantTypes', 'providerSettings.flows'] }
  const providerSettings = { flows: ['least'], other: 1 }
  const written = renderClientFile(live({ grantTypes: [], providerSettings }, { suspension }), {
    fields,
    settings: ['flows', 'other'],
  })
  const { client } = parseClientFile('a.yaml', written)
  expect(client).not.toHaveProperty('grantTypes')
  expect(client.providerSettings).toEqual({ other: 1 })
})

it('has a native app with a secret made anew as a native app', () => {
  const attributes = {
    appType: 'native',
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'client_secret_basic',
  }
  const written = renderClientFile(live(attributes), { fields: {} })
  expect(parseClientFile('a.yaml', written).kind).toBe('native')
})

it('writes no setting that no provider takes, or that this version does not know', () => {
  const providerSettings = { mirror: true, own: 1, made: 2, tomorrow: 3 }
  const fields = { providerSettings: { writable: true } }
  const capabilities = {
    fields,
    settings: ['own'],
    creationSettings: ['made'],
    readOnlySettings: ['mirror'],
  }
  const now = live({ providerSettings })
  const { client } = parseClientFile('a', renderClientFile(now, capabilities))
  expect(client.providerSettings).toEqual({ own: 1, made: 2 })
  expect(unknownSettings(now, capabilities)).toEqual(['tomorrow'])
})

it('writes only what the provider can set, and empty attributes, which are worth watching', () => {
  const fields = {
    name: { writable: true },
    callbacks: { writable: true },
    logoUri: { writable: true },
  }
  const now = live({ name: 'Portal', callbacks: [], logoUri: null, appType: 'spa' })
  expect(parseClientFile('a', renderClientFile(now, { fields })).client).toEqual({
    name: 'Portal',
    callbacks: [],
    logoUri: null,
  })
})

describe('paths', () => {
  const segment = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.stringMatching(/^[aA.:|~-]{1,3}$/),
    fc.constantFrom('..', '.', 'svc:a', 'svc|a', 'svc-a', 'x'.repeat(300)),
  )
  const client = fc
    .record({ provider: fc.stringMatching(/^[aA.-]{1,2}$/), userPoolId: segment, id: segment })
    .chain((place) => segment.map((name) => live({}, { ...place, name })))
  const clients = fc.uniqueArray(client, {
    selector: ({ provider, userPoolId, id }) => JSON.stringify([provider, userPoolId, id]),
    maxLength: 12,
  })

  it('are one for each client, whatever it is called and where case does not count', () => {
    fc.assert(
      fc.property(clients, (all) => {
        const paths = pathsOf(all)
        expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(all.length)
        for (const path of paths) {
          expect(path).toMatch(
            /^([A-Za-z0-9_][A-Za-z0-9._-]*\/|\/)*[A-Za-z0-9_~][A-Za-z0-9._~-]*\.yaml$/,
          )
          for (const part of path.split('/')) expect(part.length).toBeLessThan(256)
        }
        // A client's path does not depend on the order of the list.
        expect(pathsOf(all.toReversed()).toReversed()).toEqual(paths)
      }),
      { numRuns: runs() },
    )
  })

  it('hide no file and are never too long, even of an empty id or a very long place', () => {
    const place = { provider: 'aA', userPoolId: 'x'.repeat(300), id: '', name: '.' }
    const [path = ''] = pathsOf([live({}, place)])
    expect(path).toMatch(/^aA\/x{128}\/~[0-9a-f]{32}\.yaml$/)
  })

  it('name a client by its name and its id', () => {
    expect(pathsOf([live({}, { name: 'My Portal!', id: 'aB3' })])).toEqual([
      'auth0/my-portal-aB3.yaml',
    ])
  })
})
