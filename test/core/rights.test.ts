/** Which permissions a change takes, judged by its effect: also of settings that no list knows. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import type { Operation } from '../../src/core/patch/json-patch.ts'
import { neededByName, neededFor, neededToMake, neededToSet } from '../../src/core/rights/rights.ts'
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

describe('a setting that gives a client power of its own', () => {
  const mapping = {
    ...auth0,
    privilegedPaths: { token_exchange: [], grant_types: ['password', 'client_credentials'] },
  }
  const power = (field: string) => ({ permission: 'clients:privileged', field: `client.${field}` })
  const effect = (base: JsonObject, next: JsonObject) =>
    neededFor(mapping, { base, next, named: [] })

  it('takes the right to power whenever it changes, at any depth', () => {
    const exchange = (type: string) => ({ token_exchange: { allow_any: [type] } })
    const need = power('providerSettings.token_exchange.allow_any')
    expect(effect({}, exchange('a'))).toEqual([need])
    expect(effect(exchange('a'), exchange('b'))).toEqual([need])
    expect(effect(exchange('a'), {})).toEqual([need])
    expect(effect(exchange('a'), { ...exchange('a'), oidc_conformant: true })).toEqual([])
    expect(effect({}, { token_exchange_note: 'x' })).toEqual([])
  })

  it('takes it for a list where one of its powers is added, and for no other change of it', () => {
    const grants = (...list: readonly string[]) => ({ grant_types: list })
    const need = [power('grantTypes')]
    expect(effect(grants(), grants('password'))).toEqual(need)
    expect(effect(grants('password'), grants('password', 'client_credentials'))).toEqual(need)
    expect(effect({}, grants('implicit', 'client_credentials'))).toEqual(need)
    expect(effect(grants('password'), grants('client_credentials'))).toEqual(need)
    expect(effect(grants('password'), grants())).toEqual([])
    expect(effect(grants('password'), grants('password', 'implicit'))).toEqual([])
    expect(effect(grants(), grants('passwords'))).toEqual([])
  })

  it('finds the powers in texts of words and in lists of objects as well', () => {
    const settings = { ...mapping, privilegedPaths: { flows: ['b'] } }
    const found = (was: Json, is: Json) =>
      neededFor(settings, { base: { flows: was }, next: { flows: is }, named: [] })
    const need = [power('providerSettings.flows')]
    expect(found('a', 'a b')).toEqual(need)
    expect(found('a b', 'b')).toEqual([])
    expect(found([], [{ kind: 'b', count: 1 }])).toEqual(need)
    expect(found(['a'], 1)).toEqual([])
  })

  it('is judged by what a patch names where the client is not known', () => {
    const named = (fields: JsonObject) => neededByName(mapping, { kind: 'merge', fields })
    expect(named({ providerSettings: { token_exchange: null } })).toEqual([
      power('providerSettings.token_exchange'),
    ])
    expect(named({ grantTypes: ['password'] })).toEqual([power('grantTypes')])
    expect(named({ grantTypes: { add: ['password'] } })).toEqual([power('grantTypes')])
    expect(named({ grantTypes: ['implicit'] })).toEqual([])
    expect(named({ name: 'password', providerSettings: { oidc_conformant: true } })).toEqual([])
    const { privilegedPaths: _, ...powerless } = mapping
    expect(
      neededByName(powerless, { kind: 'merge', fields: { grantTypes: ['password'] } }),
    ).toEqual([])
  })

  it('takes the right beside that to secrets where it is a credential too', () => {
    const both = { ...mapping, credentialPaths: ['token_exchange'] }
    const patch = { kind: 'merge', fields: { providerSettings: { token_exchange: 'x' } } } as const
    const field = 'client.providerSettings.token_exchange'
    const needs = [
      { permission: 'secrets:rotate', field },
      { permission: 'clients:privileged', field },
    ]
    expect(neededByName(both, patch)).toEqual(needs)
    const next = { token_exchange: 'x' }
    expect(neededFor(both, { base: {}, next, named: [] })).toEqual(needs)
  })
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

describe('a patch of a client that is not known', () => {
  const own = { ...local, credentialPaths: ['jwks', 'software_statement'] }
  const rotate = (field: string) => ({ permission: 'secrets:rotate', field: `client.${field}` })
  const merged = (fields: JsonObject, issues = false, mapping = own) =>
    neededByName(mapping, { kind: 'merge', fields }, issues)
  const operated = (operations: readonly Operation[], issues = false) =>
    neededByName(own, { kind: 'operations', operations }, issues)
  const op = (name: Operation['op'], path: string, more: Partial<Operation> = {}): Operation => ({
    op: name,
    path: path.split('/'),
    ...more,
  })

  it('takes what the rows of its fields say', () => {
    expect(merged({ name: 'x', callbacks: ['https://a.example'] })).toEqual([])
    expect(merged({ disabled: true })).toEqual([
      { permission: 'clients:suspend', field: 'client.disabled' },
    ])
    expect(merged({ secret: null, tokenEndpointAuthMethod: 'none' })).toEqual([
      rotate('secret'),
      rotate('tokenEndpointAuthMethod'),
    ])
    expect(merged({ unheard_of: 1 })).toEqual([])
  })

  it('takes the right to secrets for a field that is made of a credential, whatever its row says', () => {
    const listing = { ...local, credentialPaths: ['client_uri', 'client_name'] }
    expect(merged({ name: 'x' }, false, listing)).toEqual([rotate('name')])
    expect(merged({ description: 'x' }, false, listing)).toEqual([])
    const auth0Listing = { ...auth0, credentialPaths: ['jwt_configuration.alg'] }
    expect(merged({ idTokenSignedResponseAlg: 'x' }, false, auth0Listing as never)).toEqual([
      rotate('idTokenSignedResponseAlg'),
    ])
    // A field that the provider does not have is made of nothing.
    expect(merged({ scopes: ['x'] }, false, auth0 as never)).toEqual([])
  })

  it('takes it for settings that are credentials, each by its path', () => {
    expect(merged({ providerSettings: { contacts: ['a'], jwks: { keys: [] } } })).toEqual([
      rotate('providerSettings.jwks.keys'),
    ])
    expect(merged({ providerSettings: { addons: { x: { apiKey: 'a', id: 'b' } } } })).toEqual(
      expect.arrayContaining([rotate('providerSettings.addons.x.apiKey')]),
    )
    expect(merged({ providerSettings: { contacts: [], note: 'x' } })).toEqual([])
  })

  it('takes it for all settings at once, which may hold any', () => {
    const power = { permission: 'clients:privileged', field: 'client.providerSettings' }
    const all = [rotate('providerSettings'), power]
    expect(merged({ providerSettings: null })).toEqual(all)
    expect(merged({ providerSettings: {} })).toEqual(all)
    expect(operated([op('replace', 'providerSettings', { value: 'x' })])).toEqual(
      expect.arrayContaining([rotate('providerSettings')]),
    )
  })

  it('takes the right to access where the provider issues tokens for this program', () => {
    const grant = { permission: 'access:grant', field: 'client.scopes' }
    expect(merged({ name: 'x', scopes: ['y'] }, true)).toEqual([grant])
    expect(merged({ scopes: ['y'] })).toEqual([])
    expect(merged({ name: 'x' }, true)).toEqual([])
    expect(operated([op('add', 'scopes/-', { value: 'y' })], true)).toEqual([grant])
    expect(operated([op('add', 'unheard_of', { value: 'y' })], true)).toEqual([])
  })

  it('of operations takes what each of them writes', () => {
    expect(operated([op('test', 'secret', { value: 'x' })])).toEqual([])
    expect(operated([op('replace', 'name', { value: 'x' })])).toEqual([])
    expect(operated([op('remove', 'providerSettings/jwks')])).toEqual([
      rotate('providerSettings.jwks'),
    ])
    expect(operated([op('add', 'providerSettings/jwks', { value: { keys: [] } })])).toEqual([
      rotate('providerSettings.jwks.keys'),
    ])
    expect(operated([op('replace', 'disabled', { value: true })])).toEqual([
      { permission: 'clients:suspend', field: 'client.disabled' },
    ])
  })

  it('of a move takes what it takes away too, and of a copy only what it writes', () => {
    const from = ['providerSettings', 'jwks']
    expect(operated([op('move', 'providerSettings/note', { from })])).toEqual([
      rotate('providerSettings.jwks'),
    ])
    expect(operated([op('copy', 'providerSettings/note', { from })])).toEqual([])
    expect(operated([op('copy', 'providerSettings/jwks', { from: ['name'] })])).toEqual([
      rotate('providerSettings.jwks'),
    ])
  })

  it('takes the right to secrets for what it hides, wherever that stands', () => {
    const hidden = rotate('clientMetadata.api_secret')
    expect(merged({ clientMetadata: { api_secret: 'x', team: 'y' } })).toEqual([hidden])
    expect(operated([op('add', 'clientMetadata/api_secret', { value: 'x' })])).toEqual([hidden])
    expect(
      operated([op('copy', 'clientMetadata/api_secret', { from: ['clientMetadata', 'a'] })]),
    ).toEqual([hidden])
    expect(operated([op('remove', 'clientMetadata/api_secret')])).toEqual([])
    expect(operated([op('add', 'clientMetadata/team', { value: 'x' })])).toEqual([])
  })
})

describe('what a change does', () => {
  const rotate = (field: string) => ({ permission: 'secrets:rotate', field: `client.${field}` })

  it('takes each permission for a field once, and others beside it', () => {
    const next = { token_endpoint_auth_method: 'none', client_secret_other: 'x' }
    const named = ['tokenEndpointAuthMethod', 'providerSettings', 'disabled'] as const
    expect(neededFor(local, { base: {}, next, named })).toEqual([
      { permission: 'clients:suspend', field: 'client.disabled' },
      rotate('tokenEndpointAuthMethod'),
      rotate('providerSettings.client_secret_other'),
    ])
    expect(neededFor(local, { base: {}, next: {}, named })).toEqual([
      rotate('tokenEndpointAuthMethod'),
      { permission: 'clients:suspend', field: 'client.disabled' },
    ])
  })

  it('is found where an object takes the place of something else, or loses it', () => {
    expect(change({ certificate: 'x' }, { certificate: { a: 1 } })).toEqual([
      rotate('providerSettings.certificate'),
    ])
    expect(change({ note: { certificate: { a: 1 } } }, { note: 'x' })).toEqual([
      rotate('providerSettings.note'),
    ])
    expect(change({ note: 'x' }, { note: { certificate: 'y' } })).toEqual([
      rotate('providerSettings.note'),
    ])
    expect(change({ note: {} }, { note: { certificate: 'y' } })).toEqual([
      rotate('providerSettings.note.certificate'),
    ])
    expect(change({ note: null }, { note: { plain: 'y', certificate: 'y' } })).toEqual([
      rotate('providerSettings.note.certificate'),
    ])
  })

  it('is a credential where one of its values holds one, or its path names one', () => {
    expect(change({ list: [{ plain: 1 }, { secret: 'x' }] }, { list: [] })).toHaveLength(1)
    expect(change({ list: [{ plain: 1 }, { deep: { secret: 'x' } }] }, { list: [] })).toHaveLength(
      1,
    )
    expect(change({ list: [{ plain: 1, other: 2 }] }, { list: [] })).toEqual([])
    expect(change({ secrets: { plain: 1 } }, { secrets: { plain: 2 } })).toHaveLength(1)
  })

  it('is one where a list of the provider says so, above it and below it', () => {
    const listing = { ...local, credentialPaths: ['outer.inner.code'], secretPaths: ['vault'] }
    const of = (base: JsonObject, next: JsonObject) => neededFor(listing, { base, next, named: [] })
    expect(of({}, { outer: { inner: { code: 1 } } })).toEqual([
      rotate('providerSettings.outer.inner.code'),
    ])
    expect(of({ outer: 'x' }, { outer: 'y' })).toEqual([rotate('providerSettings.outer')])
    expect(of({}, { vault: { any: 1 } })).toEqual([rotate('providerSettings.vault.any')])
    expect(of({}, { outer: { other: 1 } })).toEqual([])
  })
})

it('a new client whose method says nothing new takes no permission for it', () => {
  const planned = {
    base: { token_endpoint_auth_method: 'client_secret_basic' },
    next: { token_endpoint_auth_method: 'client_secret_post' },
  }
  expect(
    neededToMake(local, { ...planned, named: ['tokenEndpointAuthMethod', 'disabled'] }),
  ).toEqual([{ permission: 'clients:suspend', field: 'client.disabled' }])
  expect(neededToSet(['clientMetadata.api_secret'])).toEqual([
    { permission: 'secrets:rotate', field: 'client.clientMetadata.api_secret' },
  ])
})
