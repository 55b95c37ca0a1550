/** What a copy came to, setting by setting: each of the source is reported once, with what became of it and why. */

import { describe, expect, it } from 'vitest'
import type { Copying, OutsideRecord } from '../../src/core/copy/copying.ts'
import type { CopyReport } from '../../src/core/copy/fate.ts'
import { reportCopy } from '../../src/core/copy/report.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { fixed, flag, key, list, missing, view } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Row } from '../../src/core/mapping/row.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { mappingOf, pairsRow, secretRow } from './mapping.ts'

const rows = {
  id: key<string>('number') as Row<string>,
  secret: secretRow('key'),
  name: key<string>('title'),
  description: key<string>('text'),
  callbacks: list('urls', 'keep'),
  scopes: list('scopes', 'keep'),
  grantTypes: list('grants', 'keep'),
  responseTypes: list('responses', 'keep'),
  tokenEndpointAuthMethod: key<string>('method'),
  oidcConformant: flag('strict', true),
  disabled: flag('off', false),
  clientMetadata: pairsRow('labels'),
  refreshTokenRotation: {
    support: 'native',
    keys: ['rotation'],
    get: (native: JsonObject) => native.rotation as never,
    put: (value: unknown) => ({ rotation: value as never }),
  },
} satisfies Partial<Mapping['fields']>
const full = mappingOf(rows, { secretPaths: ['key'] })

interface Case {
  readonly from?: Mapping
  readonly to?: Mapping
  readonly alike?: boolean
  readonly fresh?: JsonObject
  readonly elsewhere?: readonly OutsideRecord[]
  readonly asked?: FieldPatches
  readonly reasons?: Readonly<Record<string, string>>
  /** The copy before what the request sets. */
  readonly start?: JsonObject
}

/** The report of a copy: `was` at the source, `is` at the copy. */
function reported(was: JsonObject, is: JsonObject, how: Case = {}): CopyReport {
  const { from = full, to = full, alike = false, fresh = {}, elsewhere } = how
  const copying: Copying = {
    source: {
      mapping: from,
      native: was,
      fresh,
      passing: [],
      ...(elsewhere === undefined ? {} : { elsewhere }),
    },
    target: { mapping: to, blank: {} },
    alike,
  }
  const reasons = new Map(Object.entries(how.reasons ?? {}))
  return reportCopy(copying, { start: how.start ?? is, reasons }, is, how.asked ?? {})
}

/** Only what it says. */
const says = (report: CopyReport) =>
  Object.fromEntries(Object.entries(report).filter(([, settings]) => settings.length > 0))

const OWN = 'every client has its own; it is never copied'
const FOLLOWS = 'it follows from the other settings there'

describe('what every client has of its own', () => {
  it('is new where the source has it, and nothing where it has none', () => {
    expect(says(reported({ number: '1', key: 'hush' }, { number: '2' }))).toEqual({
      new: [
        { field: 'id', why: OWN },
        { field: 'secret', why: OWN },
      ],
    })
    expect(says(reported({}, { number: '2', key: 'hush' }))).toEqual({})
  })

  it('is a secret that no read shows, where the source authenticates with one', () => {
    const from = mappingOf(rows, { unseen: { keys: ['key'], stamp: 'at' } })
    const news = (was: JsonObject, mapping = from) => reported(was, was, { from: mapping }).new
    expect(news({ method: 'client_secret_basic' })).toEqual([{ field: 'secret', why: OWN }])
    expect(news({ method: 'none' })).toEqual([])
    expect(news({})).toEqual([])
    expect(news({ method: 'client_secret_basic' }, full)).toEqual([])
  })
})

describe('a field that the source does not have', () => {
  const from = mappingOf({ ...rows, name: missing('there is none') })

  it('is new where the copy has a value, by itself or because the request sets it', () => {
    expect(says(reported({}, {}, { from }))).toEqual({})
    const isNew = reported({}, { title: 'A' }, { from }).new
    expect(isNew).toEqual([
      {
        field: 'name',
        after: 'A',
        why: 'the provider of the source does not know it; this is the default of a new client of this kind',
      },
    ])
    expect(reported({}, { title: 'A' }, { from, asked: { name: 'A' } }).new).toEqual([
      { field: 'name', after: 'A', why: 'the request sets it' },
    ])
  })
})

describe('a field that is the same', () => {
  it('is carried, in whatever order its list is, and is nothing where it is empty', () => {
    const was = { title: 'A', urls: ['a', 'b'], off: true, text: '' }
    expect(says(reported(was, { ...was, urls: ['b', 'a'] }))).toEqual({
      carried: [{ field: 'name' }, { field: 'callbacks' }, { field: 'disabled' }],
    })
  })
})

describe('a field that differs', () => {
  const fate = (was: JsonObject, is: JsonObject, how: Case = {}) => {
    const { lost, derived } = reported(was, is, how)
    return lost.length + derived.length === 1 ? (lost.length === 1 ? 'lost' : 'derived') : 'several'
  }

  it('shows both values, what a list has not, and why', () => {
    expect(says(reported({ urls: ['a', 'b'] }, { urls: ['b', 'c'] }))).toEqual({
      lost: [
        {
          field: 'callbacks',
          before: ['a', 'b'],
          after: ['b', 'c'],
          removed: ['a'],
          why: FOLLOWS,
        },
      ],
    })
    expect(says(reported({ urls: ['a'] }, { urls: ['a', 'b'] }))).toEqual({
      derived: [{ field: 'callbacks', before: ['a'], after: ['a', 'b'], why: FOLLOWS }],
    })
  })

  it('is explained by what was found while it was copied, or by its row', () => {
    const to = mappingOf({ ...rows, name: view(['title'], () => 'B', 'it is given by the place') })
    const because = (how: Case) => reported({ title: 'A' }, { title: 'B' }, how).derived[0]?.why
    expect(because({ to })).toBe('it is given by the place')
    expect(because({ to, reasons: { name: 'it is too long' } })).toBe('it is too long')
    expect(because({})).toBe(FOLLOWS)
  })

  it('is lost where nothing is left of it, and derived where another value is', () => {
    expect(fate({ title: 'A' }, { title: 'B' })).toBe('derived')
    expect(fate({ title: 'A' }, {})).toBe('lost')
    expect(fate({}, { title: 'A' })).toBe('derived')
    expect(fate({}, { urls: ['a'] })).toBe('derived')
  })

  it('is lost where the place cannot hold it, whatever it shows', () => {
    const to = mappingOf({
      ...rows,
      name: fixed<string>('Any', 'all have one name'),
    })
    expect(fate({ title: 'A' }, {}, { to })).toBe('lost')
    expect(fate({}, {}, { to })).toBe('derived')
  })

  it('is lost where it is a switch, to either side', () => {
    expect(fate({ off: true }, {})).toBe('lost')
    expect(fate({}, { off: true })).toBe('lost')
    expect(fate({}, { strict: false })).toBe('lost')
    expect(fate({ strict: false }, {})).toBe('lost')
  })

  it('is lost where a key of a map is gone or has another value, and derived where one came', () => {
    const labels = (one: JsonObject, other: JsonObject) => fate({ labels: one }, { labels: other })
    expect(labels({ a: '1', b: '2' }, { a: '1' })).toBe('lost')
    expect(labels({ a: '1' }, { a: '2' })).toBe('lost')
    expect(labels({ a: '1' }, { a: '1', b: '2' })).toBe('derived')
  })

  it('is lost where a switch in an object differs, and derived where anything else does', () => {
    const rotation = (enabled: boolean, graceSeconds: number) => ({
      rotation: { enabled, graceSeconds },
    })
    expect(fate(rotation(true, 30), rotation(false, 30))).toBe('lost')
    expect(fate(rotation(true, 30), rotation(true, 0))).toBe('derived')
    expect(fate(rotation(true, 30), {})).toBe('lost')
  })

  it('is derived where the request sets it', () => {
    const how = { asked: { callbacks: ['b'] } }
    expect(says(reported({ urls: ['a'] }, { urls: ['b'] }, how))).toEqual({
      derived: [{ field: 'callbacks', before: ['a'], after: ['b'], why: 'the request sets it' }],
    })
  })

  it('is lost where the request sets a part, and another part had been lost before', () => {
    const asked = { callbacks: { add: ['c'] } }
    const was = { urls: ['a', 'b'] }
    expect(fate(was, { urls: ['a', 'c'] }, { asked, start: { urls: ['a'] } })).toBe('lost')
    // It is the request that left it out.
    expect(fate(was, { urls: ['a', 'c'] }, { asked, start: was })).toBe('derived')
    expect(fate(was, { urls: ['a', 'b', 'c'] }, { asked, start: { urls: ['a'] } })).toBe('derived')
  })
})

describe('response types', () => {
  const to = mappingOf({ ...rows, responseTypes: missing('they follow from the grant types') })
  const lost = (responses: readonly string[], grants: readonly string[], mapping = to) =>
    reported({ responses, grants }, { grants }, { to: mapping }).lost.map(({ field }) => field)

  it('are implied by the grant types that they go with', () => {
    expect(lost(['code'], ['authorization_code'])).toEqual([])
    expect(lost(['code', 'token', 'id_token'], ['authorization_code', 'implicit'])).toEqual([])
  })

  it('are lost where a grant type is not there, or there is none for them', () => {
    expect(lost(['code', 'token'], ['authorization_code'])).toEqual(['responseTypes'])
    expect(lost(['code id_token'], ['authorization_code', 'implicit'])).toEqual(['responseTypes'])
  })

  it('are the only thing that is implied by grant types', () => {
    const none = mappingOf({ ...rows, scopes: missing('there are none') })
    const { lost: gone } = reported(
      { scopes: ['code'], grants: ['authorization_code'] },
      { grants: ['authorization_code'] },
      { to: none },
    )
    expect(gone.map(({ field }) => field)).toEqual(['scopes'])
  })
})

describe('what the provider has outside of the client', () => {
  it('is lost, or unread where no one could look', () => {
    const elsewhere = [
      { name: 'roles', state: 'set', value: ['admin'] },
      { name: 'grants', state: 'set' },
      { name: 'keys', state: 'unread' },
    ] as const
    const outside = 'the provider stores it outside of the client'
    expect(says(reported({}, {}, { elsewhere }))).toEqual({
      lost: [
        {
          field: 'elsewhere.roles',
          before: ['admin'],
          why: `${outside}; set it for the new client there`,
        },
        { field: 'elsewhere.grants', why: `${outside}; set it for the new client there` },
      ],
      unread: [{ field: 'elsewhere.keys', why: `${outside}, and this server could not read it` }],
    })
  })
})

describe('a setting that is no attribute', () => {
  const from = mappingOf(rows, {
    settings: ['mode', 'other'],
    readOnlyKeys: ['shown'],
    secretPaths: ['key'],
    hiddenKeys: ['internal'],
    boundPaths: { 'own.key': 'it belongs to the client' },
  })
  const settings = (was: JsonObject, is: JsonObject, how: Case = {}) =>
    says(reported(was, is, { from, to: from, ...how }))
  const UNKNOWN = 'this version does not know it, so it is unknown whether a new client may have it'

  it('is left where the provider shows it and no creation takes it', () => {
    for (const alike of [true, false]) {
      expect(settings({ shown: 1 }, { shown: 1 }, { alike })).toEqual({
        left: [
          {
            field: 'providerSettings.shown',
            why: 'the provider shows it and does not accept a value',
          },
        ],
      })
    }
  })

  it('is carried between places of one type, and lost between others', () => {
    expect(settings({ mode: 'a' }, { mode: 'a' }, { alike: true })).toEqual({
      carried: [{ field: 'providerSettings.mode' }],
    })
    expect(settings({ mode: 'a' }, { mode: 'a' })).toEqual({
      lost: [
        {
          field: 'providerSettings.mode',
          before: 'a',
          after: null,
          why: 'it is a setting of another type of provider',
        },
      ],
    })
  })

  it('is derived where the request sets it, and lost with the reason where it does not', () => {
    const asked = { providerSettings: { mode: 'b' } }
    const [was, is] = [{ mode: 'a' }, { mode: 'b' }]
    expect(settings(was, is, { alike: true, asked })).toEqual({
      derived: [
        { field: 'providerSettings.mode', before: 'a', after: 'b', why: 'the request sets it' },
      ],
    })
    const why = (how: Case, one = was) =>
      reported(one, is, { from, to: from, alike: true, ...how }).lost[0]?.why
    expect(why({ asked: { providerSettings: { other: 'b' } } })).toBe(UNKNOWN)
    expect(why({ reasons: { 'providerSettings.mode': 'it breaks a rule' } })).toBe(
      'it breaks a rule',
    )
    const bound = reported({ own: { key: 1 } }, {}, { from, to: from, alike: true })
    expect(bound.lost[0]?.why).toBe('it belongs to the client')
  })

  it.each([[[]], [{}], [null], [''], [false]])(
    'is left where it is %j, which is nothing, or what any new client has',
    (nothing) => {
      const left = [
        {
          field: 'providerSettings.mode',
          why: 'it is not set: any new client there has the same value',
        },
      ]
      expect(settings({ mode: nothing }, {})).toEqual({ left })
      expect(settings({ mode: 'usual' }, {}, { fresh: { mode: 'usual' } })).toEqual({ left })
      expect(reported({ mode: nothing }, {}, { from, fresh: { mode: 'usual' } }).lost).toHaveLength(
        1,
      )
    },
  )

  it.each([[['a']], [{ a: 1 }], ['a'], [true], [0]])(
    'is lost where someone set it: %j',
    (value) => {
      expect(reported({ mode: value }, {}, { from }).lost.map(({ field }) => field)).toEqual([
        'providerSettings.mode',
      ])
    },
  )

  it('that is hidden is lost under its name there, but for the secret and what is internal', () => {
    const was = {
      key: 'hush',
      internal: 'hush',
      mode: { password: 'hush' },
      labels: { password: 'hush' },
    }
    const why = 'secrets are never copied'
    expect(reported(was, {}, { from }).lost).toEqual([
      { field: 'providerSettings.mode.password', why },
      { field: 'clientMetadata.password', why },
    ])
    const none = mappingOf({ ...rows, secret: missing('there is none') }, { settings: ['mode'] })
    expect(reported({ mode: { password: 'hush' } }, {}, { from: none }).lost).toEqual([
      { field: 'providerSettings.mode.password', why },
    ])
  })
})
