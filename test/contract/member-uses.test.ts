/**
 * G1: the laws of the table of classes and uses, over all recorded records, all fixtures and whatever the servers
 * of the suites hold. What a provider takes and only shows is written out once more by the subjects, so that the
 * tables of the mappings are not judged by themselves.
 */

import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FIELDS, type FieldName } from '../../src/core/client.ts'
import { copyRecord } from '../../src/core/copy/copy.ts'
import { diffClients } from '../../src/core/diff.ts'
import { isClientError } from '../../src/core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../src/core/json/json.ts'
import { lintClient } from '../../src/core/lint/lint.ts'
import {
  MAPPED_FIELDS,
  type Mapping,
  rawSettings,
  sameState,
  shownSettings,
} from '../../src/core/mapping/mapping.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import { CLASS_USES, USES, type Use, type UsedClass } from '../../src/core/mapping/uses.ts'
import { giveBack } from '../../src/core/plan/give-back.ts'
import { undoPatch } from '../../src/core/plan/undo.ts'
import { updateBody } from '../../src/core/plan/update-body.ts'
import { RECORDINGS, recordedAuth0Clients } from '../files/recorded.ts'
import { planOf } from '../plan.ts'
import { openBench } from './service.ts'
import { PROVIDER_SUBJECTS, SUBJECTS } from './subjects.ts'

const AUTH0_RECORDS = recordedAuth0Clients()

interface Case {
  readonly name: string
  readonly mapping: Mapping
  readonly record: JsonObject
  readonly shownOnly: readonly string[]
  readonly createOnly: readonly string[]
  readonly samples: { readonly [F in FieldName]?: Json }
}

const CASES: readonly Case[] = PROVIDER_SUBJECTS.flatMap(
  ({ type, mappings, shownOnly, createOnly = [], samples }) =>
    mappings.flatMap(({ name, mapping, native, odd }) => {
      const records = [native, ...odd.map((one) => ({ ...native, ...one }))]
      const more =
        type === 'auth0' ? AUTH0_RECORDS.map((one) => ({ ...one, $connections: {} })) : []
      return [...records, ...more].map((record, index) => ({
        name: `${name} ${index}`,
        mapping,
        record,
        shownOnly,
        createOnly,
        samples,
      }))
    }),
)

const refusedOr = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch (error) {
    if (isClientError(error)) return undefined
    throw error
  }
}

/** What an update of one field sends, for each field of which the provider takes another value. */
function bodies({ mapping, record, samples }: Case): readonly [string, JsonObject][] {
  return Object.entries(samples).flatMap(([field, value]): [string, JsonObject][] => {
    const plan = refusedOr(() => planOf(mapping, record, { [field]: value as Json }))
    if (plan === undefined || plan.unchanged) return []
    const body = refusedOr(() => updateBody(mapping, record, plan.next))
    return body === undefined ? [] : [[field, body]]
  })
}

const moved = (value: Json | undefined): Json =>
  typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : 'moved'

/** Members of a class that a record can have, those that fields are made of aside. */
const membersOf = (mapping: Mapping, one: 'mirror' | 'volatile'): readonly string[] =>
  one === 'mirror' ? mapping.mirrorKeys : mapping.volatileKeys

it('has records of every provider, and recorded ones of Auth0', () => {
  const types = PROVIDER_SUBJECTS.map(({ type }) => type)
  expect(types).toEqual(
    expect.arrayContaining([
      ...['auth0', 'cognito', 'entra', 'hydra'],
      ...['keycloak', 'local', 'okta', 'rfc7592'],
    ]),
  )
  if (existsSync(RECORDINGS)) expect(AUTH0_RECORDS.length).toBeGreaterThan(100)
})

it('has a cell for every class and use', () => {
  for (const cells of Object.values(CLASS_USES)) expect(Object.keys(cells)).toEqual(USES)
})

describe('a patch of one field', () => {
  it('sends nothing that is only shown, only made or moves by itself', () => {
    let sent = 0
    for (const one of CASES) {
      const barred = [...one.shownOnly, ...one.createOnly]
      for (const [field, body] of bodies(one)) {
        const wrong = Object.keys(body).filter((name) => barred.includes(name))
        expect({ case: one.name, field, wrong }).toEqual({ case: one.name, field, wrong: [] })
        sent += 1
      }
    }
    expect(sent).toBeGreaterThan(100)
  })

  it('sends at a merging provider nothing but what it is about', () => {
    for (const one of CASES.filter(({ mapping }) => mapping.omitted === 'keep')) {
      for (const [field, body] of bodies(one)) {
        const row = one.mapping.fields[field as 'name']
        const keys = row.support === 'missing' ? [] : row.keys.map((key) => key.split('.')[0])
        // The two ways of authentication exclude each other (docs/providers/auth0.md).
        const own = [...keys, 'client_authentication_methods']
        expect(Object.keys(body).filter((name) => !own.includes(name))).toEqual([])
      }
    }
  })
})

describe.each(['mirror', 'volatile'] as const)('a %s', (kind) => {
  it.each(CASES.filter(({ name }) => name.endsWith(' 0')))(
    'is compared with nothing at $name',
    ({ mapping, record }) => {
      for (const name of membersOf(mapping, kind)) {
        const other = { ...record, [name]: moved(record[name]) }
        expect(sameState(mapping, record, other)).toBe(true)
        expect(diffClients(mapping, record, other, () => '')).toEqual([])
      }
    },
  )
})

/** A member, or one in a member of a record, whose name may have dots itself. */
function memberAt(record: JsonObject, path: string, value: Json): JsonObject {
  const dot = path.indexOf('.')
  if (dot < 0 || Object.hasOwn(record, path)) return { [path]: value }
  const parent = path.slice(0, dot)
  const now = record[parent]
  return { [parent]: { ...(isRecord(now) ? now : {}), [path.slice(dot + 1)]: value } }
}

describe('what is only shown', () => {
  const whole = CASES.filter(({ name }) => name.endsWith(' 0'))

  it.each(whole)('is not copied at $name', ({ mapping, record, shownOnly }) => {
    const held = { ...record, ...Object.fromEntries(shownOnly.map((name) => [name, 'held'])) }
    const { start } = copyRecord({
      source: { mapping, native: held, fresh: {}, passing: [] },
      target: { mapping, blank: {} },
      alike: true,
    })
    expect(Object.keys(start).filter((name) => shownOnly.includes(name))).toEqual([])
  })

  it.each(whole)('is neither restored nor cleared at $name', ({ mapping, record, shownOnly }) => {
    for (const name of shownOnly) {
      const other = { ...record, ...memberAt(record, name, 'other') }
      const undone = { base: other, next: record }
      const { fields, blocked } = undoPatch(mapping, record, [undone])
      expect({ name, fields, blocked }).toEqual({ name, fields: {}, blocked: [] })
      expect(giveBack(mapping, record, [undone], 'theirs').next).toEqual(record)
      const clear = () => planOf(mapping, other, { providerSettings: memberAt({}, name, null) })
      expect(clear, name).toThrowError()
    }
  })

  it.each(whole)('is named as such for files at $name', ({ mapping, shownOnly }) => {
    const made = Object.values(mapping.fields).flatMap((row) =>
      row.support === 'missing' ? [] : row.keys,
    )
    const raw = shownOnly.filter((name) => !made.includes(name))
    expect([...shownSettings(mapping)].sort()).toEqual([...raw].sort())
  })
})

it.each(CASES.filter(({ createOnly }) => createOnly.length > 0).slice(0, 1))(
  'what only a creation takes is compared, copied and never changed ($name)',
  ({ mapping, record, createOnly }) => {
    for (const name of createOnly) {
      const other = { ...record, [name]: moved(record[name]) }
      expect(sameState(mapping, record, other), name).toBe(false)
    }
    const attempt = () =>
      planOf(mapping, record, { providerSettings: { third_party_security_mode: 'strict' } })
    expect(attempt).toThrowError(/can be set only when a client is created/)
  },
)

it('no recorded client has a finding about an empty text', () => {
  for (const { mapping, record } of CASES) {
    const texts = Object.values(mapping.fields).flatMap((row) =>
      row.support === 'native' && row.keys.length === 1 ? row.keys : [],
    )
    const empty = Object.fromEntries(
      texts.filter((name) => /_ur[il]$|URI$/.test(name)).map((name) => [name, '']),
    )
    const refused = lintClient(mapping, { ...record, ...empty }).filter(
      ({ rule, field }) => rule === 'uri_refused' && !/callbacks|Origins|LogoutUrls/.test(field),
    )
    expect(refused).toEqual([])
  }
})

/** A cell says yes or no; what no test above looks at is at least what the issue of each class says. */
it.each<[UsedClass, readonly Use[]]>([
  ['field', USES],
  ['setting', USES],
  ['create-only', ['created', 'compared', 'fingerprinted', 'exported', 'copied']],
  ['command', ['created']],
  ['read-only', ['compared', 'fingerprinted']],
  ['mirror', []],
  ['volatile', []],
  ['hidden', []],
  ['secret', ['created', 'sent', 'compared', 'fingerprinted', 'restored', 'cleared']],
  ['bound', ['created', 'sent', 'compared', 'fingerprinted', 'exported', 'restored', 'cleared']],
  ['unknown', ['created', 'sent', 'compared', 'fingerprinted', 'restored', 'cleared']],
])('a member of the class %s is for %j', (one, uses) => {
  expect(USES.filter((use) => CLASS_USES[one][use])).toEqual(uses)
})

it('fields that are texts take no empty one, which is why it can mean none', () => {
  const texts = Object.values(FIELDS).filter(({ kind }) => kind === 'string')
  for (const { schema } of texts) expect(schema.safeParse('').success).toBe(false)
})

describe.each(SUBJECTS)('at $name', (kind) => {
  it('nothing that is cleared by itself is reported as not as planned', async () => {
    const subject = await kind.start()
    const bench = await openBench(new Map([['it', subject.provider]]))
    const { mapping } = subject.provider
    const settings = shownSettingsOf(mapping, kind.full).map((name) => [
      `providerSettings.${name}`,
      name,
    ])
    const fields = MAPPED_FIELDS.filter((field) => isLens(mapping.fields[field] as Row<unknown>))
    let cleared = 0
    for (const [field = '', setting] of [...fields.map((one) => [one]), ...settings]) {
      await subject.put(kind.full)
      const client =
        setting === undefined ? { [field]: null } : { providerSettings: { [setting]: null } }
      const result = await bench.change(subject.ref, client).catch((error: unknown) => {
        if (isClientError(error)) return undefined
        throw error
      })
      const wrong = result?.warnings.filter(({ code }) => code === 'not_as_planned') ?? []
      expect({ field, wrong }).toEqual({ field, wrong: [] })
      if (result?.outcome === 'applied') cleared += 1
    }
    expect(cleared).toBeGreaterThan(5)
    await bench.close()
    await subject.close()
  })
})

/** Raw settings that a record has and a patch may name. */
const shownSettingsOf = (mapping: Mapping, full: JsonObject): readonly string[] =>
  rawSettings(mapping).filter((name) => Object.hasOwn(full, name))
