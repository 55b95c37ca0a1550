/** URI rules on changes: which value is refused under which path, and what is reported of the others. */

import { describe, expect, it } from 'vitest'
import { FIELDS, URI_FIELD_NAMES } from '../../src/core/client.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { inner, key, list } from '../../src/core/mapping/lenses.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { checkValues, planChange } from '../../src/core/plan/plan.ts'
import { checkUriState } from '../../src/core/plan/plan-uris.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

const mapping = mappingOf({
  name: key('name'),
  appType: key('kind'),
  callbacks: list('callbacks', 'omit'),
  allowedLogoutUrls: list('logout', 'omit'),
  webOrigins: list('origins', 'omit'),
  allowedOrigins: list('cors', 'omit'),
  scopes: list('scopes', 'omit'),
  initiateLoginUri: key('login'),
  logoUri: key('logo'),
  defaultCallback: key('callback'),
  description: key('text'),
  clientMetadata: {
    support: 'native',
    keys: ['labels'],
    get: (native) => inner(native, 'labels') as Readonly<Record<string, string>>,
    put: (value) => ({ labels: value ?? {} }),
  },
})

const GOOD = 'https://a.example/cb'
const BAD = 'http://a.example/cb'
const APP = 'com.example.app:/cb'

/** Without a client, as a patch that is for many. */
const check = (client: JsonObject) => checkValues(mapping, parseMergePatch(client))
const plan = (client: JsonObject, base: JsonObject = {}) =>
  planChange(mapping, base, parseMergePatch(client))

describe('a value that breaks a rule', () => {
  it.each<[JsonObject, string]>([
    [{ callbacks: [GOOD, BAD] }, 'client.callbacks[1]'],
    [{ callbacks: { add: [GOOD, BAD] } }, 'client.callbacks.add[1]'],
    [{ allowedLogoutUrls: [BAD] }, 'client.allowedLogoutUrls[0]'],
    [{ webOrigins: ['https://a.example/path'] }, 'client.webOrigins[0]'],
    [{ allowedOrigins: ['https://a.example/path'] }, 'client.allowedOrigins[0]'],
    [{ defaultCallback: BAD }, 'client.defaultCallback'],
    [{ initiateLoginUri: 'http://localhost/login' }, 'client.initiateLoginUri'],
    [{ logoUri: 'http://localhost/logo' }, 'client.logoUri'],
  ])('is refused under its path: %j', (client, field) => {
    for (const attempt of [() => check(client), () => plan(client)]) {
      const error = thrown(attempt)
      expect(error).toMatchObject({ code: 'invalid_field', field })
      expect(error.message.startsWith(`${field} must `)).toBe(true)
    }
  })

  it.each<JsonObject>([
    { callbacks: [GOOD], defaultCallback: GOOD },
    { callbacks: { remove: [BAD] } },
    { webOrigins: ['https://a.example'] },
    { scopes: [BAD], description: BAD, clientMetadata: { url: BAD, add: BAD } },
    { initiateLoginUri: null, callbacks: null },
  ])('is no other: %j', (client) => {
    expect(() => check(client)).not.toThrow()
    expect(plan(client, { callbacks: ['https://old.example/'] }).warnings).toEqual([])
  })
})

describe('private-use schemes', () => {
  it('are judged when it is known what kind of client it is', () => {
    expect(() => check({ callbacks: [APP] })).not.toThrow()
    expect(thrown(() => plan({ callbacks: [APP] })).field).toBe('client.callbacks[0]')
    expect(plan({ callbacks: [APP] }, { kind: 'native' }).next.callbacks).toEqual([APP])
    expect(plan({ callbacks: [APP], appType: 'native' }).next.callbacks).toEqual([APP])
  })

  it('are refused on the resulting client when it is no native one any more', () => {
    const base = { kind: 'native', callbacks: [GOOD, APP] }
    const error = thrown(() => plan({ appType: 'web' }, base))
    expect(error).toMatchObject({ code: 'invalid_field', field: 'client.callbacks' })
  })
})

describe('a client that breaks a rule already', () => {
  const base = { callbacks: [BAD], logo: 'http://localhost/logo' }

  it('can be changed elsewhere, and is reported', () => {
    const { next, warnings } = plan({ name: 'x' }, base)
    expect(next).toEqual({ ...base, name: 'x' })
    expect(warnings.map(({ code, field }) => [code, field])).toEqual([
      ['scheme', 'client.callbacks'],
      ['scheme', 'client.logoUri'],
    ])
    expect(warnings[0]?.message).toMatch(
      /^client\.callbacks: "http:\/\/a\.example\/cb" must use https.*\.$/,
    )
  })

  it('may not break another one by becoming another kind of client', () => {
    const app = { kind: 'native', callbacks: [BAD, APP] }
    expect(plan({ name: 'x' }, app).next).toEqual({ ...app, name: 'x' })
    expect(thrown(() => plan({ appType: 'web' }, app)).field).toBe('client.callbacks')
  })

  const GOOD_TOO = 'https://a.example/too'

  it.each<[string, JsonObject]>([
    ['the same list', { callbacks: [BAD, GOOD], logoUri: 'http://localhost/logo' }],
    ['the same list in another order', { callbacks: [GOOD, BAD] }],
    ['a longer list', { callbacks: [BAD, GOOD, GOOD_TOO] }],
    ['a shorter list', { callbacks: [BAD] }],
    ['what is there and more to add', { callbacks: { add: [BAD, GOOD_TOO] } }],
  ])('takes it back where it stands, in %s', (_, client) => {
    const held = { ...base, callbacks: [BAD, GOOD] }
    const { next, warnings } = plan(client, held)
    expect(next.callbacks).toContain(BAD)
    expect(next.logo).toBe(base.logo)
    expect(warnings.map(({ code, field }) => [code, field])).toEqual([
      ['scheme', 'client.callbacks'],
      ['scheme', 'client.logoUri'],
    ])
  })

  it.each<[JsonObject, string]>([
    [{ callbacks: [BAD, 'http://b.example/cb'] }, 'client.callbacks[1]'],
    [{ callbacks: { add: [BAD, 'http://b.example/cb'] } }, 'client.callbacks.add[1]'],
    [{ callbacks: [BAD], logoUri: 'http://localhost/other' }, 'client.logoUri'],
  ])('gets no other such value beside it: %j', (client, field) => {
    expect(thrown(() => plan(client, base))).toMatchObject({ code: 'invalid_field', field })
  })

  it('may keep the value in another list, and not move it to another field', () => {
    const { next } = plan({ callbacks: { add: [GOOD] } }, base)
    expect(next.callbacks).toEqual([BAD, GOOD])
    expect(thrown(() => plan({ allowedLogoutUrls: [BAD] }, base)).field).toBe(
      'client.allowedLogoutUrls[0]',
    )
  })
})

describe('what is allowed and worth a warning', () => {
  const LOCAL = 'http://localhost/cb'
  const told = (client: JsonObject, base: JsonObject = {}) =>
    plan(client, base).warnings.map(({ code, field, message }) => [code, field, message])
  const warning = (field: string, value: Json) => [
    'localhost',
    `client.${field}`,
    `client.${field}: ${JSON.stringify(value)} should name 127.0.0.1 or [::1]: localhost may resolve elsewhere.`,
  ]

  it('is a warning about what the patch names and about nothing else', () => {
    expect(told({ callbacks: [LOCAL, GOOD] })).toEqual([warning('callbacks', LOCAL)])
    expect(told({ callbacks: { add: [LOCAL] } })).toEqual([warning('callbacks', LOCAL)])
    expect(told({ defaultCallback: LOCAL })).toEqual([warning('defaultCallback', LOCAL)])
    expect(told({ name: 'x' }, { callbacks: [LOCAL] })).toEqual([])
    expect(told({ callbacks: [LOCAL] }, { callbacks: [LOCAL] })).toEqual([])
    expect(told({ callbacks: { remove: [LOCAL] } }, { callbacks: [LOCAL] })).toEqual([])
  })
})

describe('a client with more URIs than anyone has', () => {
  const many = Array.from({ length: 4_100 }, (_, index) => `${BAD}/${index}`)

  it('is warned about as far as its first 4,000', () => {
    const { warnings } = plan({ name: 'Other' }, { callbacks: many })
    expect(warnings).toHaveLength(4_000)
    expect(warnings.at(-1)?.message).toContain(`${BAD}/3999`)
  })

  it('takes no new one that breaks a rule, wherever that stands', () => {
    for (const callbacks of [{ add: [BAD] }, [...many, BAD], [BAD, ...many]]) {
      expect(() => plan({ callbacks }, { callbacks: many })).toThrow()
    }
    expect(() => plan({ callbacks: [GOOD] }, { callbacks: many })).not.toThrow()
    const apps = Array.from({ length: 4_100 }, (_, index) => `${APP}/${index}`)
    expect(() => plan({ appType: 'web' }, { kind: 'native', callbacks: apps })).toThrow()
  })
})

describe('a change of which the patch does not show the values, as a rollback is one', () => {
  const state = (base: JsonObject, next: JsonObject) => checkUriState(mapping, base, next, {}, [])

  it('is refused for a value that the field did not hold', () => {
    const error = thrown(() => state({ callbacks: [BAD] }, { callbacks: [BAD, `${BAD}/2`] }))
    expect(error).toMatchObject({ code: 'invalid_field', field: 'client.callbacks' })
    expect(thrown(() => state({ logout: [BAD] }, { callbacks: [BAD] })).field).toBe(
      'client.callbacks',
    )
    expect(thrown(() => state({}, { login: 'http://localhost/login' })).field).toBe(
      'client.initiateLoginUri',
    )
  })

  it('is warned of for those that stay, and not for what is right', () => {
    const [warning] = state({ callbacks: [BAD] }, { callbacks: [BAD, GOOD] })
    expect(warning).toMatchObject({ field: 'client.callbacks' })
    expect(state({ callbacks: [] }, { callbacks: [GOOD] })).toEqual([])
  })

  it('is refused for a new value behind more than anyone has', () => {
    const many = Array.from({ length: 4_100 }, (_, index) => `${BAD}/${index}`)
    expect(() => state({ callbacks: many }, { callbacks: [...many, BAD] })).toThrow()
  })
})

it.each(URI_FIELD_NAMES)('%s is judged by the rules, in every client', (field) => {
  const value = 'https://user@evil.example.com/'
  const held = mappingOf({
    [field]: FIELDS[field].kind === 'list' ? list('it', 'omit') : key('it'),
  })
  const asked = FIELDS[field].kind === 'list' ? [value] : value
  expect(() => planChange(held, {}, parseMergePatch({ [field]: asked }))).toThrow(
    'user information',
  )
})
