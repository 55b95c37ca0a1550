/** Which permissions a change takes, judged by its effect: also of settings that no list knows. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { neededByName, neededFor, neededToMake } from '../../src/core/rights/rights.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { runs } from '../property.ts'

const change = (base: JsonObject, next: JsonObject) =>
  neededFor(local, { base, next, named: ['providerSettings'] })

const KEY = { kty: 'oct', k: 'c2VjcmV0' }

describe('a credential that no list knows', () => {
  it.each([
    ['a key in a list', { verification: [KEY] }],
    ['a key by itself', { verification: KEY }],
    ['a key deep inside', { future: { a: [{ b: KEY }] } }],
    ['a secret', { client_secret_previous: 'x' }],
    ['a secret inside', { addons: { custom: { apiKey: 'x' } } }],
    ['a way to authenticate', { ciba_endpoint_auth_method: 'none' }],
    ['a certificate', { mtls: { certificate: 'x' } }],
  ])('takes the right to secrets: %s', (_, set) => {
    expect(change({}, set).map(({ permission }) => permission)).toContain('secrets:rotate')
    expect(change(set, {}).map(({ permission }) => permission)).toContain('secrets:rotate')
    expect(change({ ...set, other: 1 }, { ...set, other: 2 })).toEqual([])
    const patch = { kind: 'merge', fields: { providerSettings: set } } as const
    expect(neededByName(local, patch)).not.toEqual([])
  })

  it('is not meant by names that callers choose, nor by settings of other kinds', () => {
    expect(change({ metadata: {} }, { metadata: { jwks: 'x', secret: 'y' } })).toEqual([])
    expect(change({}, { contacts: ['a@b.example'], client_uri: 'https://a.example' })).toEqual([])
    expect(change({ redirect_uris: [] }, { redirect_uris: ['https://a.example/jwks'] })).toEqual([])
  })

  it('is named by its path', () => {
    const next = { addons: { firebase: { secret: 'x' } } }
    expect(neededFor(auth0, { base: {}, next, named: ['providerSettings'] })).toEqual([
      { permission: 'secrets:rotate', field: 'client.providerSettings.addons.firebase.secret' },
    ])
    const others = { addons: { samlp: { audience: 'https://sp.example.com' } } }
    expect(neededFor(auth0, { base: {}, next: others, named: ['providerSettings'] })).toEqual([])
  })

  it('is a key of which a part is changed', () => {
    const is = (k: string) => ({ verification: { ...KEY, k } })
    expect(change(is('a'), is('b'))).toHaveLength(1)
  })
})

describe('a field that is a credential', () => {
  /** A provider that forgets to list it. */
  const forgetful = { ...local, credentialPaths: [] }
  const need = { permission: 'secrets:rotate', field: 'client.jwksUri' }
  const next = { jwks_uri: 'https://mine.example/keys' }

  it('takes the right to secrets because its row says so: by its effect', () => {
    const planned = { base: {}, next, named: [] }
    expect(neededFor(forgetful, planned)).toEqual([need])
    expect(neededFor(forgetful, { base: next, next: {}, named: [] })).toEqual([need])
    expect(neededToMake(forgetful, planned)).toEqual([need])
    expect(neededFor(forgetful, { ...planned, named: ['jwksUri'] })).toEqual([need])
  })

  it('and by its name', () => {
    const named = (fields: JsonObject) => neededByName(forgetful, { kind: 'merge', fields })
    expect(named({ jwksUri: 'https://mine.example/keys' })).toEqual([need])
    expect(named({ providerSettings: next })).toEqual([need])
    expect(named({ policyUri: 'https://mine.example/policy' })).toEqual([])
  })
})

it('whatever is around a key, changing it is seen', () => {
  const nested = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      fc.constant<Json>(null),
      fc.string(),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('json'), { maxKeys: 3 }),
    ) as fc.Arbitrary<Json>,
  })).json
  fc.assert(
    fc.property(nested, nested, (one, other) => {
      const holds = (value: Json): boolean =>
        Array.isArray(value)
          ? value.some(holds)
          : isRecord(value) && ('kty' in value || Object.values(value).some(holds))
      const planted = { outer: [one, { inner: { ...KEY, note: other } }] }
      fc.pre(holds(planted))
      const without = { outer: [one, { inner: { note: other } }] }
      expect(same(planted, without)).toBe(false)
      expect(change(planted, without)).not.toEqual([])
      expect(change(without, planted)).not.toEqual([])
    }),
    { numRuns: runs() },
  )
})

describe('a new client', () => {
  const made = (base: JsonObject, next: JsonObject) =>
    neededToMake(local, { base, next, named: ['tokenEndpointAuthMethod'] })
  const as = (method: string) => ({ token_endpoint_auth_method: method })

  it('may have any of the methods that share its secret', () => {
    expect(made(as('client_secret_basic'), as('client_secret_post'))).toEqual([])
    expect(made(as('client_secret_basic'), as('private_key_jwt'))).toHaveLength(1)
    expect(made(as('client_secret_basic'), as('none'))).toHaveLength(1)
    expect(made(as('none'), as('client_secret_post'))).toHaveLength(1)
  })
})
