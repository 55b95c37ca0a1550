/** Which changes decide about access to this program's own API: judged on records before and after. */

import { describe, expect, it } from 'vitest'
import { FIELD_NAMES } from '../../src/core/client.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { key, list } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import {
  accessChanges,
  decidesAccess,
  hasAccess,
  type OwnApi,
} from '../../src/core/rights/own-api.ts'
import { neededFor, neededToMake, neededToRotate } from '../../src/core/rights/rights.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { mappingOf } from './mapping.ts'

const api: OwnApi = {
  covers: (word) => word.startsWith('api:') || word === 'https://api.example',
  anyWhereNone: false,
  byClaims: false,
}
const open: OwnApi = { ...api, anyWhereNone: true }

interface Case {
  readonly mapping?: Mapping
  readonly api?: OwnApi
  readonly made?: boolean
}

const changed = (base: JsonObject, next: JsonObject, more: Case = {}) =>
  accessChanges(more.mapping ?? local, more.api ?? api, { base, next, isNew: more.made ?? false })

describe('words of the API', () => {
  it.each<[string, JsonObject, JsonObject, readonly string[]]>([
    ['a scope that comes', { scope: 'openid' }, { scope: 'openid api:read' }, ['scopes']],
    ['a scope that goes', { scope: 'api:read' }, { scope: 'openid' }, ['scopes']],
    ['one for another', { scope: 'api:read' }, { scope: 'api:write' }, ['scopes']],
    ['scopes of others', { scope: 'openid' }, { scope: 'openid email' }, []],
    ['scopes in another order', { scope: 'api:a api:b' }, { scope: 'api:b api:a' }, []],
    [
      'an audience in a setting',
      {},
      { resource: 'https://api.example' },
      ['providerSettings.resource'],
    ],
    [
      'an audience deep in a setting',
      {},
      { grants: [{ for: ['other', 'x https://api.example'] }] },
      ['providerSettings.grants.for'],
    ],
    [
      'one that moves to another place',
      { a: 'api:x' },
      { b: 'api:x' },
      ['providerSettings.a', 'providerSettings.b'],
    ],
    ['a number beside them', { a: 1, b: null }, { a: 2, b: true }, []],
    ['a text for people', {}, { client_name: 'api:read', description: 'api:read' }, []],
  ])('%s', (_, base, next, paths) => {
    expect(changed(base, next)).toEqual(paths)
  })

  it('are what a client has access by', () => {
    expect(hasAccess(local, api, { scope: 'openid api:read' })).toBe(true)
    expect(hasAccess(local, api, { scope: 'openid' })).toBe(false)
    expect(hasAccess(local, api, { resource: 'https://api.example' })).toBe(true)
  })
})

describe('a list of scopes that becomes empty, or no longer is', () => {
  const [some, none] = [{ scope: 'openid' }, {}]

  it('decides where a client without scopes may have any', () => {
    expect(changed(some, none, { api: open })).toEqual(['scopes'])
    expect(changed(none, some, { api: open })).toEqual(['scopes'])
    expect(changed(none, { client_name: 'x' }, { api: open })).toEqual([])
    expect(changed(some, { scope: 'email' }, { api: open })).toEqual([])
  })

  it('decides nothing elsewhere, and is named once', () => {
    expect(changed(some, none)).toEqual([])
    expect(changed({ scope: 'api:read' }, none, { api: open })).toEqual(['scopes'])
  })
})

describe('grant types and destinations', () => {
  const base = { grant_types: ['authorization_code'], redirect_uris: ['https://a.example/'] }
  const more = {
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://a.example/', 'https://b.example/'],
  }
  const known = { scope: 'api:read' }

  it('decide about a client with access, where something is added', () => {
    expect(changed({ ...base, ...known }, { ...more, ...known })).toEqual([
      'grantTypes',
      'callbacks',
    ])
    expect(changed({ ...more, ...known }, { ...base, ...known })).toEqual([])
    expect(changed({ ...base, ...known }, { ...base, ...known, client_name: 'x' })).toEqual([])
  })

  it('decide nothing about a client without access', () => {
    expect(changed(base, more)).toEqual([])
    expect(changed(base, { ...base, grant_types: ['client_credentials'] })).toEqual([])
  })

  it('decide about every client where claims of its tokens grant something', () => {
    const byClaims = { api: { ...api, byClaims: true } }
    expect(changed(base, more, byClaims)).toEqual(['grantTypes', 'callbacks'])
    expect(changed(base, { ...base, client_name: 'x' }, byClaims)).toEqual([])
    expect(hasAccess(local, byClaims.api, {})).toBe(true)
  })

  it('decide with the access that the change gives or takes', () => {
    expect(changed(base, { ...more, ...known })).toEqual(['scopes', 'grantTypes', 'callbacks'])
    expect(changed({ ...base, ...known }, more)).toEqual(['scopes', 'grantTypes', 'callbacks'])
  })

  it('of origins and of the one redirect URI count as well, pages do not', () => {
    const origins = { web_origins: ['https://o.example'], initiate_login_uri: 'https://p.example' }
    const audience = { addons: { api: { audience: 'https://api.example' } } }
    expect(changed(audience, { ...audience, ...origins }, { mapping: auth0 })).toEqual([
      'webOrigins',
    ])
  })

  const MACHINE = [
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ]

  it.each(MACHINE)(
    'where scopes are kept elsewhere, %s decides about a client that is there',
    (grant) => {
      const next = { grant_types: ['implicit', grant] }
      const was = { grant_types: ['implicit'] }
      expect(changed(was, next, { mapping: auth0 })).toEqual(['grantTypes'])
      expect(changed(was, next, { mapping: auth0, made: true })).toEqual([])
      expect(changed(next, was, { mapping: auth0 })).toEqual([])
    },
  )

  it.each(['implicit', 'my_client_credentials', 'client_credentials_2', 'jwt-bearer-x'])(
    'where scopes are kept elsewhere, %s decides nothing',
    (grant) => {
      expect(changed({ grant_types: [] }, { grant_types: [grant] }, { mapping: auth0 })).toEqual([])
    },
  )
})

describe('the one redirect URI of a client', () => {
  const single = mappingOf({ scopes: list('scopes', 'keep'), defaultCallback: key<string>('main') })
  const known = { scopes: ['api:read'] }
  const moved = (base: JsonObject, next: JsonObject) => changed(base, next, { mapping: single })

  it('is a destination where it is set or another one, and none where it goes', () => {
    const one = { ...known, main: 'https://a.example/' }
    expect(moved(known, one)).toEqual(['defaultCallback'])
    expect(moved(one, { ...known, main: 'https://b.example/' })).toEqual(['defaultCallback'])
    expect(moved(one, known)).toEqual([])
    expect(moved(known, { ...known, other: 1 })).toEqual([])
  })
})

it('a setting that is shown to no one counts as well', () => {
  expect(changed({}, { other_secret: 'api:read' })).toEqual(['providerSettings.other_secret'])
})

it('a patch decides by its fields, where no record is known', () => {
  expect(FIELD_NAMES.filter(decidesAccess)).toEqual([
    'secret',
    'callbacks',
    'grantTypes',
    'tokenEndpointAuthMethod',
    'webOrigins',
    'allowedOrigins',
    'defaultCallback',
    'jwksUri',
    'scopes',
    'providerSettings',
  ])
})

describe('the permissions that follow', () => {
  const grant = (field: string) => ({ permission: 'access:grant', field: `client.${field}` })
  const rotate = (field: string) => ({ permission: 'secrets:rotate', field: `client.${field}` })

  it('are one for each path', () => {
    const planned = { base: {}, next: { scope: 'api:read' }, named: ['scopes'] as const, api }
    expect(neededFor(local, planned)).toEqual([grant('scopes')])
    expect(neededFor(local, { ...planned, api: undefined })).toEqual([])
    expect(neededToMake(local, planned)).toEqual([grant('scopes')])
  })

  it('are one more where who proves to be a client with access changes', () => {
    const known = { scope: 'api:read' }
    const jwks = { keys: [{ kty: 'EC' }] }
    const planned = { named: ['providerSettings'] as const, api }
    expect(neededFor(local, { ...planned, base: known, next: { ...known, jwks } })).toEqual([
      rotate('providerSettings.jwks.keys'),
      grant('providerSettings.jwks.keys'),
    ])
    expect(neededFor(local, { ...planned, base: {}, next: { jwks } })).toEqual([
      rotate('providerSettings.jwks.keys'),
    ])
  })

  it('are taken by a new secret of a client with access', () => {
    expect(neededToRotate(local, { scope: 'api:read' }, api)).toEqual([grant('secret')])
    expect(neededToRotate(local, { scope: 'openid' }, api)).toEqual([])
    expect(neededToRotate(local, { scope: 'api:read' }, undefined)).toEqual([])
  })

  it('are none by grant types that a new client has, where scopes are kept elsewhere', () => {
    const planned = {
      base: { grant_types: [] },
      next: { grant_types: ['client_credentials'] },
      named: ['grantTypes'] as const,
      api,
    }
    const power = { permission: 'clients:privileged', field: 'client.grantTypes' }
    expect(neededFor(auth0, planned)).toEqual([power, grant('grantTypes')])
    expect(neededToMake(auth0, planned)).toEqual([power])
  })
})
