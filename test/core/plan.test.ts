/** Planning a change on a small provider: what is refused and when, what is set, what stays. */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { fixed, flag, inner, key, list, missing, shown } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { secretOf } from '../../src/core/mapping/mapping.ts'
import type { Lens } from '../../src/core/mapping/row.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import {
  checkPatch,
  checkValues,
  checkWritable,
  hiddenIn,
  planChange,
  planRecord,
  withChange,
} from '../../src/core/plan/plan.ts'
import type { Secret } from '../../src/core/secrecy/secret.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

const secret: Lens<Secret | null> = {
  support: 'native',
  keys: ['key'],
  get: (native) => secretOf(native.key),
  put: (value) => ({ key: value?.reveal() }),
  limits: { maxLength: 40 },
}
const clientMetadata: Lens<Readonly<Record<string, string>>> = {
  support: 'native',
  keys: ['labels'],
  get: (native) => inner(native, 'labels') as Readonly<Record<string, string>>,
  put: (value) => ({ labels: value ?? {} }),
  limits: { maxKeys: 2, maxLength: 5 },
}
const mapping = mappingOf(
  {
    id: shown('client', 'the provider makes it'),
    secret,
    clientMetadata,
    name: key('name', { limits: { maxLength: 10 } }),
    callbacks: list('urls', 'omit', { limits: { maxItems: 2 } }),
    grantTypes: list('grants', 'keep', { limits: { values: ['code', 'refresh'] } }),
    appType: key('kind'),
    disabled: flag('off', false),
    oidcConformant: fixed<boolean>(false, 'it never is'),
    webOrigins: missing('there are no origins'),
    idTokenSignedResponseAlg: fixed<string | null>('RS256', 'it signs with nothing else'),
  },
  {
    settings: ['color'],
    volatileKeys: ['moved'],
    rules: [
      { says: 'client.name must differ from the color.', field: 'client.name', holds: differing },
    ],
    warnings: ({ off }) =>
      off === true ? [{ code: 'is_off', message: 'The client is off.' }] : [],
  },
)

function differing({ name, color }: JsonObject): boolean {
  return name === undefined || name !== color
}

const SECRET = 'secret-secret-secret-secret'
const base: JsonObject = {
  client: 'c1',
  name: 'Example',
  key: SECRET,
  labels: { team: 'a' },
  urls: ['https://a.example/'],
  grants: ['code'],
  off: false,
  moved: 1,
}

const check = (client: JsonObject, of: Mapping = mapping) => checkPatch(of, parseMergePatch(client))
const plan = (client: JsonObject, native = base, of: Mapping = mapping) =>
  planChange(of, native, parseMergePatch(client))
const operations = (...list: JsonObject[]) => parseJsonPatch(list)

describe('a plan', () => {
  it('sets what is named and leaves the rest of the record as it is', () => {
    const { next, named, unchanged, warnings } = plan({ name: 'New', callbacks: null })
    const { urls: _, ...others } = base
    expect(next).toEqual({ ...others, name: 'New' })
    expect(named).toEqual(['name', 'callbacks'])
    expect(unchanged).toBe(false)
    expect(warnings).toEqual([])
  })

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['the client as it is shown', { id: 'c1', name: 'Example', secret: SECRET, disabled: false }],
    ['a redacted secret', { secret: null }],
    ['a cleared text that is clear', { appType: null }],
    ['a cleared flag that is at its default', { disabled: null }],
    ['what a missing field always is', { webOrigins: [], oidcConformant: false }],
    ['to clear a missing field', { webOrigins: null, idTokenSignedResponseAlg: null }],
    ['to remove from a missing list', { webOrigins: { remove: ['https://a.example'] } }],
    ['to add what is there', { callbacks: { add: ['https://a.example/'] } }],
  ])('changes nothing for %s', (_, client) => {
    check(client)
    expect(plan(client)).toMatchObject({ next: base, named: [], unchanged: true })
  })

  it('applies settings after attributes, on the record as the attributes leave it', () => {
    const { next, named } = plan({ providerSettings: { color: 'red' }, name: 'New' })
    expect(next).toMatchObject({ name: 'New', color: 'red' })
    expect(named).toEqual(['name', 'providerSettings'])
  })

  it('sets a new secret', () => {
    const other = 'another-secret-another-secret'
    expect(plan({ secret: other })).toMatchObject({
      next: { ...base, key: other },
      named: ['secret'],
    })
  })

  it('gives the warnings of the provider about the record that shall be', () => {
    expect(plan({ disabled: true }).warnings).toEqual([
      { code: 'is_off', message: 'The client is off.' },
    ])
  })

  it('is made of the fields that go first before all others', () => {
    const { named } = plan({ name: 'New', callbacks: [], disabled: true }, base, {
      ...mapping,
      first: ['disabled', 'callbacks'],
    })
    expect(named).toEqual(['disabled', 'callbacks', 'name'])
  })

  it('says which of what it sets is hidden', () => {
    const asked = { clientMetadata: { pin: 'x' }, providerSettings: { color: { secret: 'x' } } }
    const pins = { ...mapping, secretPaths: ['labels.pin'] }
    expect(plan(asked, base, pins).hidden).toEqual([
      'clientMetadata.pin',
      'providerSettings.color.secret',
    ])
    expect(plan({ name: 'New' }).hidden).toEqual([])
    expect(hiddenIn(mapping, { grantTypes: { add: ['ghp_0123456789abcdefABCDEF'] } })).toEqual([])
    expect(hiddenIn(mappingOf(), { clientMetadata: { secret: 'x' } })).toEqual([])
  })

  it('has a bound on the record that comes of it', () => {
    const error = thrown(() => plan({ providerSettings: { color: 'x'.repeat(1_048_577) } }))
    expect(error).toMatchObject({ code: 'too_large', field: 'client' })
    expect(error.message).toMatch(/^client would make/)
  })

  it('takes records for equal that differ only in what moves by itself', () => {
    const moves = mappingOf({ name: key('moved') }, { volatileKeys: ['moved'] })
    expect(plan({ name: 'x' }, base, moves)).toMatchObject({ named: ['name'], unchanged: true })
  })
})

describe('what a provider cannot hold', () => {
  it.each<[string, JsonObject, string, string]>([
    ['a list', { webOrigins: ['https://a.example'] }, 'webOrigins', 'there are no origins'],
    ['an addition', { webOrigins: { add: ['https://a.example'] } }, 'webOrigins', 'there are no'],
    ['another flag', { oidcConformant: true }, 'oidcConformant', 'it never is'],
    ['another text', { idTokenSignedResponseAlg: 'ES256' }, 'idTokenSignedResponseAlg', 'it signs'],
  ])('is refused before the client is known: %s', (_, client, field, why) => {
    for (const attempt of [() => check(client), () => plan(client)]) {
      const error = thrown(attempt)
      expect(error).toMatchObject({ code: 'unsupported_field', field: `client.${field}` })
      expect(error.message).toMatch(new RegExp(`^client\\.${field} cannot be set here: ${why}`))
    }
  })

  it.each<[string, JsonObject]>([
    ['a replacement', { op: 'replace', path: '/webOrigins', value: ['https://a.example'] }],
    ['an addition', { op: 'add', path: '/webOrigins/-', value: 'https://a.example' }],
    ['another flag', { op: 'add', path: '/oidcConformant', value: true }],
    ['a removed item', { op: 'remove', path: '/webOrigins/0' }],
  ])('is refused in operations before the client is known: %s', (_, operation) => {
    const error = thrown(() => checkPatch(mapping, operations(operation)))
    expect(error.code).toBe('unsupported_field')
  })

  it.each<[string, JsonObject]>([
    ['a test', { op: 'test', path: '/webOrigins', value: ['x'] }],
    ['what is shown', { op: 'replace', path: '/webOrigins', value: [] }],
    ['a fixed value', { op: 'replace', path: '/idTokenSignedResponseAlg', value: 'RS256' }],
    ['a removal', { op: 'remove', path: '/webOrigins' }],
    ['a null', { op: 'replace', path: '/webOrigins', value: null }],
    ['another field', { op: 'replace', path: '/name', value: 'x' }],
    ['a removal of another field', { op: 'remove', path: '/name' }],
    ['a copy to another field', { op: 'copy', from: '/callbacks/0', path: '/name' }],
    ['a setting', { op: 'add', path: '/providerSettings/color', value: 'x' }],
  ])('does not stand in the way of %s', (_, operation) => {
    expect(() => checkPatch(mapping, operations(operation))).not.toThrow()
  })
})

describe('what a provider only shows', () => {
  it('is refused with the reason when it would change', () => {
    const error = thrown(() => plan({ id: 'other' }))
    expect(error).toMatchObject({ code: 'read_only_field', field: 'client.id' })
    expect(error.message).toBe('client.id cannot be changed here: the provider makes it.')
  })
})

describe('limits', () => {
  it.each<[string, JsonObject, string]>([
    ['a long text', { name: 'x'.repeat(11) }, 'client.name'],
    ['an unknown value', { grantTypes: ['code', 'other'] }, 'client.grantTypes[1]'],
    ['an unknown value to add', { grantTypes: { add: ['other'] } }, 'client.grantTypes.add[0]'],
    ['a long value in a map', { clientMetadata: { a: 'x'.repeat(6) } }, 'client.clientMetadata'],
    ['too many keys', { clientMetadata: { a: 'x', b: 'x', c: 'x' } }, 'client.clientMetadata'],
    [
      'too many values to add',
      { callbacks: { add: ['https://a.example/', 'https://b.example/', 'https://c.example/'] } },
      'client.callbacks.add',
    ],
  ])('hold of what is set, beside the client or without one: %s', (_, client, field) => {
    expect(() => check(client)).not.toThrow()
    for (const attempt of [
      () => plan(client),
      () => checkValues(mapping, parseMergePatch(client)),
    ]) {
      expect(thrown(attempt)).toMatchObject({ code: 'invalid_field', field })
    }
  })

  it.each<[string, JsonObject, string]>([
    [
      'the keys that a map then has',
      { clientMetadata: { b: 'x', c: 'x' } },
      'client.clientMetadata',
    ],
    [
      'the values that a list then has',
      { callbacks: { add: ['https://b.example/', 'https://c.example/'] } },
      'client.callbacks',
    ],
  ])('hold of what results: %s', (_, client, field) => {
    expect(() => checkValues(mapping, parseMergePatch(client))).not.toThrow()
    expect(thrown(() => plan(client))).toMatchObject({ code: 'invalid_field', field })
  })

  it.each<[string, JsonObject]>([
    ['keys that are removed', { clientMetadata: { a: null, b: null, c: null, d: 'x' } }],
    ['what is removed from a list', { grantTypes: { remove: ['other'] } }],
    ['what is cleared', { name: null, clientMetadata: null, callbacks: null }],
  ])('do not count %s', (_, client) => {
    expect(() => checkValues(mapping, parseMergePatch(client))).not.toThrow()
    expect(() => plan(client)).not.toThrow()
  })

  it('let a list that is too long shrink', () => {
    const long = {
      ...base,
      urls: [
        'https://a.example/',
        'https://b.example/',
        'https://c.example/',
        'https://d.example/',
      ],
    }
    const { next } = plan({ callbacks: { remove: ['https://a.example/'] } }, long)
    expect(next.urls).toHaveLength(3)
    expect(thrown(() => plan({ callbacks: { add: ['https://e.example/'] } }, long)).field).toBe(
      'client.callbacks',
    )
  })

  it('are no reason to refuse values that the client has already', () => {
    const held = { ...base, grants: ['code', 'device'], labels: { a: 'x'.repeat(9), b: 'x' } }
    const grantTypes = (asked: Json) => plan({ grantTypes: asked }, held)
    expect(grantTypes(['code', 'device']).unchanged).toBe(true)
    expect(grantTypes(['device', 'refresh']).next.grants).toEqual(['device', 'refresh'])
    expect(grantTypes({ add: ['device', 'refresh'] }).next.grants).toHaveLength(3)
    expect(thrown(() => grantTypes(['device', 'other'])).field).toBe('client.grantTypes[1]')
    const labels = plan({ clientMetadata: { a: 'x'.repeat(9), b: 'y' } }, held).next.labels
    expect(labels).toEqual({ a: 'x'.repeat(9), b: 'y' })
    expect(thrown(() => plan({ clientMetadata: { a: 'y'.repeat(9) } }, held)).field).toBe(
      'client.clientMetadata',
    )
    const long = 'x'.repeat(20)
    expect(plan({ name: long }, { ...base, name: long }).unchanged).toBe(true)
    expect(thrown(() => plan({ name: long })).field).toBe('client.name')
  })
})

describe('rules between settings', () => {
  it('refuse a change that newly breaks one', () => {
    const error = thrown(() => plan({ name: 'red' }, { ...base, color: 'red' }))
    expect(error).toMatchObject({ code: 'rule_violated', field: 'client.name' })
    expect(error.message).toBe('client.name must differ from the color.')
  })

  it('let a client change that breaks one already', () => {
    const broken = { ...base, name: 'red', color: 'red' }
    expect(plan({ disabled: true }, broken).next).toEqual({ ...broken, off: true })
  })
})

describe('a change that is given as the record to be', () => {
  const off = { ...base, off: true }

  it('is planned with its warnings, as one of whether the client is off', () => {
    expect(planRecord(mapping, base, off)).toEqual({
      next: off,
      named: ['disabled'],
      unchanged: false,
      warnings: [{ code: 'is_off', message: 'The client is off.' }],
      hidden: [],
    })
    const { warnings: _, ...silent } = mapping
    expect(planRecord(silent, base, { ...base, moved: 2 })).toMatchObject({
      unchanged: true,
      warnings: [],
    })
  })

  it('may leave a rule broken that was broken before, and break none', () => {
    const broken = { ...base, name: 'red', color: 'red' }
    expect(thrown(() => planRecord(mapping, base, broken)).code).toBe('rule_violated')
    expect(planRecord(mapping, base, broken, [broken]).next).toBe(broken)
    expect(planRecord(mapping, base, broken, [base, broken]).next).toBe(broken)
    expect(planRecord(mapping, broken, broken).next).toBe(broken)
    expect(thrown(() => planRecord(mapping, base, broken, [base])).code).toBe('rule_violated')
  })
})

describe('what can be written at all', () => {
  const times = mappingOf({
    ...mapping.fields,
    secret: shown('key', 'it is kept elsewhere') as never,
    createdAt: shown('made', 'the provider sets it'),
  })
  const write = (client: JsonObject) => () => checkWritable(times, parseMergePatch(client))
  const operate =
    (path: string, value: Json = 'x') =>
    () =>
      checkWritable(times, operations({ op: 'add', path, value }))

  it('is all but what is only shown, refused by its name and with the reason', () => {
    for (const attempt of [
      write({ createdAt: '2026' }),
      write({ createdAt: null }),
      operate('/createdAt'),
    ]) {
      const error = thrown(attempt)
      expect(error).toMatchObject({ code: 'read_only_field', field: 'client.createdAt' })
      expect(error.message).toBe('client.createdAt cannot be changed here: the provider sets it.')
    }
  })

  it('is a client as it is shown: its id, a secret of null, what is missing and settings', () => {
    const asked = { id: 'c1', secret: null, name: 'New', webOrigins: [] }
    expect(write({ ...asked, providerSettings: { color: 'red' } })).not.toThrow()
    expect(operate('/name')).not.toThrow()
    expect(operate('/id')).not.toThrow()
  })

  it('is no secret that is only shown, but for one of null', () => {
    expect(thrown(write({ secret: SECRET })).field).toBe('client.secret')
    expect(thrown(operate('/secret', null)).field).toBe('client.secret')
  })
})

describe('values by themselves', () => {
  it('are judged only where a patch names them', () => {
    expect(() => checkValues(mapping, operations({ op: 'remove', path: '/name' }))).not.toThrow()
    const asked = { providerSettings: { color: 'red' }, callbacks: null, id: 'c1' }
    expect(() => checkValues(mapping, parseMergePatch(asked))).not.toThrow()
    expect(() => check({ providerSettings: { color: 'red' } })).not.toThrow()
  })
})

describe('operations', () => {
  const planned = (...list: JsonObject[]) => planChange(mapping, base, operations(...list))

  it('are applied to the client as it is', () => {
    const { next, named } = planned(
      { op: 'add', path: '/callbacks/-', value: 'https://b.example/' },
      { op: 'remove', path: '/clientMetadata/team' },
    )
    expect(next).toEqual({
      ...base,
      urls: ['https://a.example/', 'https://b.example/'],
      labels: {},
    })
    expect(named).toEqual(['callbacks', 'clientMetadata'])
  })

  it('cannot learn a secret by testing or copying it', () => {
    const guess = () => planned({ op: 'test', path: '/secret', value: SECRET })
    expect(thrown(guess).code).toBe('precondition_failed')
    const copied = planned({ op: 'copy', from: '/secret', path: '/name' })
    expect(JSON.stringify(copied.next.name ?? null)).toBe('null')
  })

  it.each<[string, JsonObject, string, string]>([
    [
      'a wrong type',
      { op: 'add', path: '/callbacks/-', value: 5 },
      'invalid_field',
      'client.callbacks[1]',
    ],
    [
      'a limit',
      { op: 'copy', from: '/callbacks/0', path: '/name' },
      'invalid_field',
      'client.name',
    ],
    [
      'a missing field',
      { op: 'copy', from: '/name', path: '/logoUri' },
      'unsupported_field',
      'client.logoUri',
    ],
    [
      'a URI rule',
      { op: 'add', path: '/callbacks/-', value: 'http://b.example/' },
      'invalid_field',
      'client.callbacks[1]',
    ],
  ])('are judged by what comes out: %s', (_, operation, code, field) => {
    expect(thrown(() => planned(operation))).toMatchObject({ code, field })
  })

  it('are judged by their own values before the client is known', () => {
    const attempt = () => checkPatch(mapping, operations({ op: 'add', path: '/name', value: 5 }))
    expect(thrown(attempt)).toMatchObject({ code: 'invalid_field', field: 'client.name' })
  })
})

describe('a change of native members', () => {
  it('sets, removes and keeps, also what is called like a member of every object', () => {
    const native = { a: 1, b: 2, toString: 'x' } as unknown as JsonObject
    const change: Record<string, Json | undefined> = {
      a: undefined,
      c: null,
      valueOf: 'y',
    } as never
    expect(Object.entries(withChange(native, change))).toEqual([
      ['b', 2],
      ['toString', 'x'],
      ['c', null],
      ['valueOf', 'y'],
    ])
    expect(native).toHaveProperty('a', 1)
  })
})
