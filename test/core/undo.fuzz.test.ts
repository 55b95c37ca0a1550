/**
 * Undoing as a property: over any state, any of our changes and anything that someone else does in
 * between, what only we changed is as before, what we did not change stays, and what someone else did
 * survives. A model that knows who decided each value says what is to come out.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldName } from '../../src/core/client.ts'
import { diffClients } from '../../src/core/diff.ts'
import { isClientError } from '../../src/core/errors.ts'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { withoutPaths } from '../../src/core/json/paths.ts'
import { MAPPED_FIELDS, type Mapping, showClient } from '../../src/core/mapping/mapping.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { type Undone, undoPatch } from '../../src/core/plan/undo.ts'
import { isSecret } from '../../src/core/secrecy/secret.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { createTally, runs } from '../property.ts'

interface Kind {
  readonly name: string
  readonly mapping: Mapping
  readonly native: JsonObject
  /** Values that the provider takes, for each field that it lets change. */
  readonly values: { readonly [F in FieldName]?: readonly Json[] }
}

const urls = (path: string) => {
  const all = ['a', 'b', 'c', 'd'].map((host) => `https://${host}.example.com${path}`)
  const list = (indices: string) => [...indices].map((index) => all[Number(index)] ?? '')
  return [
    list('0'),
    list('01'),
    list('123'),
    list('30'),
    { add: list('1') },
    { add: list('23') },
    { remove: list('0') },
    { add: list('0'), remove: list('12') },
  ]
}

const SHARED: Kind['values'] = {
  name: ['A', 'B', 'C'],
  callbacks: urls('/callback'),
  allowedLogoutUrls: [...urls('/logout'), []],
  refreshTokenLifetime: [864_000, 1_728_000],
  idTokenLifetime: [3600, 7200],
}
const TEXTS: Kind['values'] = {
  description: ['A', 'B', null],
  clientMetadata: [{ team: 'a' }, { team: null, 'a.b': 'x' }, { tier: 'c', team: 'b' }],
  webOrigins: [...urls(''), []],
  logoUri: ['https://a.example.com/1.png', null],
  initiateLoginUri: ['https://a.example.com/login', 'https://b.example.com/login'],
}

const KINDS: readonly Kind[] = [
  {
    name: 'auth0',
    mapping: auth0,
    native: fullAuth0Client,
    values: {
      ...SHARED,
      ...TEXTS,
      secret: ['a-secret-a-secret-a-secret-a-secret', 'b-secret-b-secret-b-secret-b-secret'],
      oidcConformant: [true, false],
      appType: ['spa', 'regular_web'],
      refreshTokenRotation: [{ enabled: true, graceSeconds: 5 }, { enabled: false }],
      refreshTokenIdleLifetime: [600_000, null],
      idTokenSignedResponseAlg: ['PS256', 'RS256'],
      providerSettings: [
        { organization_usage: 'require' },
        { organization_usage: 'allow', sso_disabled: true },
        { jwt_configuration: { secret_encoded: true } },
        { addons: { samlp: { audience: 'https://other.example.com' } } },
        { addons: { samlp: null, wsfed: {} } },
        { client_aliases: ['x', 'y'] },
      ],
    },
  },
  {
    name: 'cognito',
    mapping: cognito,
    native: fullCognitoClient,
    values: {
      ...SHARED,
      grantTypes: [['authorization_code'], ['implicit'], ['authorization_code', 'implicit']],
      supportedIdp: [['COGNITO'], { add: ['Google'] }, { remove: ['Google'] }],
      scopes: [['openid'], { add: ['email'] }],
      accessTokenLifetime: [600, 3600],
      refreshTokenRotation: [{ enabled: true, graceSeconds: 5 }, { enabled: false }],
      defaultCallback: ['https://a.example.com/callback', null],
      providerSettings: [
        { PreventUserExistenceErrors: 'LEGACY' },
        { AuthSessionValidity: 3, EnableTokenRevocation: false },
        { ReadAttributes: ['email'] },
        { WriteAttributes: ['name', 'email'] },
        { MemberOfTomorrow: { Flag: false } },
        { AnalyticsConfiguration: { UserDataShared: true } },
        { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
      ],
    },
  },
  {
    name: 'local',
    mapping: local,
    native: fullLocalClient,
    values: {
      ...SHARED,
      ...TEXTS,
      secret: ['a-secret-a-secret-a-secret-a-secret'],
      accessTokenLifetime: [1200, null],
      scopes: [['openid'], { add: ['email'] }],
      firstParty: [true, false],
      refreshTokenRotation: [{ enabled: true, graceSeconds: 0 }, { enabled: false }],
      providerSettings: [
        { contacts: ['a@example.com'] },
        { contacts: ['owner@example.com', 'b@example.com'], client_uri: null },
        { client_uri: 'https://b.example.com' },
      ],
    },
  },
]

/** Every value by its path as an undo reports it: fields, keys of maps, settings of the provider. */
type Values = ReadonlyMap<string, Json>

function valuesOf(mapping: Mapping, native: JsonObject): Values {
  const known = shown.get(native) ?? showValues(mapping, native)
  shown.set(native, known)
  return known
}

const shown = new WeakMap<JsonObject, Values>()

function showValues(mapping: Mapping, native: JsonObject): Values {
  const client = showClient(mapping, mapping.normal(native))
  const found = new Map<string, Json>()
  for (const field of MAPPED_FIELDS) {
    if (!isLens(mapping.fields[field] as Row<unknown>)) continue
    const value: unknown = client[field]
    if (field === 'clientMetadata') {
      for (const [key, text] of Object.entries(client.clientMetadata)) {
        found.set(`clientMetadata.${key}`, text)
      }
    } else found.set(field, isSecret(value) ? value.reveal() : (value as Json))
  }
  const moving = [...mapping.hiddenKeys, ...mapping.volatileKeys, ...mapping.readOnlyKeys]
  for (const [key, value] of Object.entries(withoutPaths(client.providerSettings, moving))) {
    found.set(`providerSettings.${key}`, value)
  }
  return found
}

interface Event {
  readonly ours: boolean
  readonly patch: FieldPatches
}

interface Past extends Event {
  readonly base: JsonObject
  readonly next: JsonObject
}

/** What became of the events that the provider would take. */
function live(mapping: Mapping, start: JsonObject, events: readonly Event[]): readonly Past[] {
  const past: Past[] = []
  let base = start
  for (const { ours, patch } of events) {
    const next = planned(mapping, base, patch)
    if (next === undefined) continue
    past.push({ ours, patch, base, next })
    base = next
  }
  return past
}

function planned(mapping: Mapping, base: JsonObject, fields: FieldPatches) {
  try {
    return planChange(mapping, base, { kind: 'merge', fields }).next
  } catch (error) {
    if (isClientError(error)) return undefined
    throw error
  }
}

interface Decided {
  readonly value: Json
  /** Someone else has set it after a change of ours. */
  readonly theirs: boolean
}

/**
 * Goes through what happened to one value since a point, and keeps what someone else has made of it,
 * else what it was. What they did between two of our changes is seen as one: what came back in it is
 * not seen.
 */
function decided(past: readonly Past[], at: (native: JsonObject) => Json): Decided {
  const touching = past.filter(({ ours, base, next }) => !ours || !same(at(base), at(next)))
  let value = at((past[0] as Past).base)
  let [theirs, touched] = [false, false]
  for (const [index, { ours, next }] of touching.entries()) {
    if (ours) touched = true
    else if (touching[index + 1]?.ours !== false) {
      const run = touching.slice(touching.slice(0, index).findLastIndex((one) => one.ours) + 1)
      if (same(at((run[0] as Past).base), at(next))) continue
      value = at(next)
      theirs = touched
    }
  }
  return { value, theirs }
}

/** What an undo is to make of one value; a list item by item. */
function model(mapping: Mapping, past: readonly Past[], path: string): Decided {
  const at = (native: JsonObject) => valuesOf(mapping, native).get(path) ?? null
  const lists = past.flatMap(({ base, next }) => [at(base), at(next)])
  if (!lists.every(Array.isArray)) return decided(past, at)
  const items = new Set(lists.flat() as readonly string[])
  const has = (item: string) => (native: JsonObject) =>
    (at(native) as readonly Json[]).includes(item)
  return { value: [...items].filter((item) => decided(past, has(item)).value), theirs: false }
}

const asSet = (value: Json): Json => (Array.isArray(value) ? [...value].sort() : value)

describe.each(KINDS)('undoing over the mapping of $name', ({ name, mapping, native, values }) => {
  const patch = fc
    .uniqueArray(fc.constantFrom(...(Object.keys(values) as FieldName[])), {
      minLength: 1,
      maxLength: 3,
    })
    .chain((fields) =>
      fc.tuple(
        ...fields.map((field) =>
          fc.constantFrom(...(values[field] ?? [])).map((value) => [field, value] as const),
        ),
      ),
    )
    .map((members) => Object.fromEntries(members) as FieldPatches)
  const event = fc.record({ ours: fc.boolean(), patch })
  const story = fc.record({
    before: fc.array(event, { maxLength: 3 }),
    since: fc.array(event, { minLength: 1, maxLength: 6 }),
  })

  it('restores what only we changed, and leaves everything else', () => {
    const tally = createTally(`undoing over the mapping of ${name}`)
    fc.assert(
      fc.property(story, ({ before, since }) => {
        const start = live(mapping, native, before).at(-1)?.next ?? native
        const past = live(mapping, start, since)
        const current = past.at(-1)?.next
        if (current === undefined) return tally.add('with no change that the provider takes')
        const ours = past.filter((one) => one.ours)
        const { fields, blocked } = undoPatch(mapping, current, ours.toReversed() as Undone[])
        const after = planned(mapping, current, fields)
        // What the fields must be together is judged when a rollback is planned, and reported there.
        if (after === undefined) return tally.add('refused as a whole')
        tally.add('undone')
        const [is, was] = [valuesOf(mapping, after), valuesOf(mapping, current)]
        const named = new Set(
          ours.flatMap(({ base, next }) =>
            diffClients(mapping, base, next, (text) => text).map(({ field }) => field),
          ),
        )
        const told = new Map(blocked.map(({ field, why }) => [field, why]))
        for (const path of new Set([...is.keys(), ...was.keys()])) {
          const [now, then] = [is.get(path) ?? null, was.get(path) ?? null]
          if (!named.has(path)) {
            if (!same(now, then)) expect(now, `${path} was not ours`).toEqual(then)
            continue
          }
          const at = (native: JsonObject) => valuesOf(mapping, native).get(path) ?? null
          const { value, theirs } = model(mapping, past, path)
          if (same(asSet(now), asSet(value))) {
            const touching = ours.find(({ base, next }) => !same(at(base), at(next)))
            const before = at(touching?.base ?? current)
            const lost = theirs && !same(value, before)
            expect(told.get(path) ?? '', path).toMatch(lost ? /someone else/ : /^$/)
          } else {
            expect(told.has(path), `${path} is ${show(now)} and not ${show(value)}`).toBe(true)
            expect(told.get(path), path).not.toMatch(/someone else/)
          }
        }
        for (const field of told.keys()) expect([...named]).toContain(field)
      }),
      { numRuns: runs(300) },
    )
    tally.print()
    // 280 and more of 300: 150 is 30 standard deviations below.
    expect(tally.count('undone')).toBeGreaterThan(150)
  })
})

const show = (value: Json) => (isRecord(value) ? JSON.stringify(value) : String(value))

describe('undoing', () => {
  /** What an undo of all our changes asks for, over the local or the Auth0 mapping. */
  const undo = (mapping: Mapping, start: JsonObject, events: readonly Event[]) => {
    const past = live(mapping, start, events)
    expect(past).toHaveLength(events.length)
    const ours = past.filter((one) => one.ours).toReversed()
    return undoPatch(mapping, past.at(-1)?.next ?? start, ours)
  }
  const ours = (patch: FieldPatches): Event => ({ ours: true, patch })
  const theirs = (patch: FieldPatches): Event => ({ ours: false, patch })
  const { logo_uri: _, ...bare } = fullLocalClient

  it('clears what was not there before', () => {
    const undone = undo(local, bare, [ours({ logoUri: 'https://a.example.com/1.png' })])
    expect(undone).toEqual({ fields: { logoUri: null }, blocked: [] })
  })

  it('leaves alone what someone else has set to a value that we had set earlier', () => {
    const events = [ours({ name: 'A' }), ours({ name: 'B' }), theirs({ name: 'A' })]
    expect(undo(local, fullLocalClient, events)).toMatchObject({
      fields: {},
      blocked: [{ field: 'name' }],
    })
    const list = 'https://a.example.com/'
    const items = [
      ours({ callbacks: { add: [list] } }),
      ours({ callbacks: { remove: [list] } }),
      theirs({ callbacks: { add: [list] } }),
    ]
    expect(undo(local, fullLocalClient, items)).toEqual({ fields: {}, blocked: [] })
  })

  it('has nothing to say where someone else has gone back already', () => {
    const events = [ours({ name: 'A' }), theirs({ name: 'Example' })]
    expect(undo(local, fullLocalClient, events)).toEqual({ fields: {}, blocked: [] })
  })

  it('restores a setting of which a field is made as well, by whichever of them the field was changed', () => {
    const setting = { jwt_configuration: { secret_encoded: true } }
    const undone = undo(auth0, fullAuth0Client, [
      ours({ providerSettings: setting }),
      theirs({ idTokenLifetime: 3600 }),
    ])
    const back = { jwt_configuration: { secret_encoded: false } }
    expect(undone).toEqual({ fields: { providerSettings: back }, blocked: [] })
  })
})
