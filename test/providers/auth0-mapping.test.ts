/** G1 at Auth0: the body of an update, and the rules between settings. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { updateBody } from '../../src/core/plan/update-body.ts'
import { mapping } from '../../src/providers/auth0/mapping.ts'
import { fullAuth0Client as full } from '../fixtures/auth0.ts'
import { planOf, withMembers } from '../plan.ts'

const plan = (client: JsonObject, native: JsonObject = full) => planOf(mapping, native, client)
const body = (client: JsonObject, native: JsonObject = full) =>
  updateBody(mapping, native, plan(client, native).next)

describe('the body of an update', () => {
  const cases: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ['only what changed', { name: 'New' }, { name: 'New' }],
    [
      'a list as a whole',
      { callbacks: { add: ['https://b.example.com/cb'] } },
      { callbacks: ['https://app.example.com/callback', 'https://b.example.com/cb'] },
    ],
    ['an empty list for a cleared one', { webOrigins: null }, { web_origins: [] }],
    ['an empty text for a cleared one', { description: null }, { description: '' }],
    [
      'changed metadata keys, null for one that goes',
      { clientMetadata: { tier: null, added: 'x' } },
      { client_metadata: { tier: null, added: 'x' } },
    ],
    [
      'null for each metadata key, never an empty object',
      { clientMetadata: null },
      { client_metadata: { team: null, tier: null } },
    ],
    [
      'one member of a merged object',
      { idTokenLifetime: 600 },
      { jwt_configuration: { lifetime_in_seconds: 600 } },
    ],
    [
      'the whole refresh_token object',
      { refreshTokenIdleLifetime: 600 },
      { refresh_token: { ...(full.refresh_token as JsonObject), idle_token_lifetime: 600 } },
    ],
    [
      'null for an object that goes',
      { providerSettings: { organization_usage: null } },
      { organization_usage: null },
    ],
    [
      'one add-on of several',
      { providerSettings: { addons: { aws: { role: 'other' } } } },
      { addons: { aws: { principal: 'p', role: 'other' } } },
    ],
    [
      'one platform of two, whole',
      { providerSettings: { mobile: { ios: { team_id: 'ZYXWV98765' } } } },
      { mobile: { ios: { team_id: 'ZYXWV98765', app_bundle_identifier: 'com.example.app' } } },
    ],
    [
      'the new secret',
      { secret: 'another-secret-another-secret' },
      { client_secret: 'another-secret-another-secret' },
    ],
    [
      'no method for key-based clients',
      {
        tokenEndpointAuthMethod: null,
        providerSettings: {
          client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
        },
      },
      {
        token_endpoint_auth_method: null,
        client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
      },
    ],
  ]

  it.each(cases)('holds %s', (_, client, expected) => {
    expect(body(client)).toEqual(expected)
  })
})

describe('what Auth0 cannot do', () => {
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['clearing the application type', { appType: null }, 'client.appType'],
    ['clearing a member of jwt_configuration', { idTokenLifetime: null }, 'client.idTokenLifetime'],
    [
      'removing one add-on',
      { providerSettings: { addons: { aws: null } } },
      'client.providerSettings.addons.aws',
    ],
  ]

  it.each(refusals)('refuses %s, and says so', (_, client, field) => {
    expect(() => body(client)).toThrow(
      expect.objectContaining({ code: 'unsupported_field', field }),
    )
  })
})

describe('rules between settings', () => {
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    [
      'client_credentials without a method',
      { tokenEndpointAuthMethod: 'none' },
      'client.grantTypes',
    ],
    [
      'an idle lifetime beyond the whole',
      { refreshTokenIdleLifetime: 9_999_999 },
      'client.refreshTokenIdleLifetime',
    ],
    [
      'two ways of authentication',
      {
        providerSettings: {
          client_authentication_methods: { private_key_jwt: { credentials: [] } },
        },
      },
      'client.tokenEndpointAuthMethod',
    ],
    ['a name with a tag', { name: '<b>' }, 'client.name'],
    ['a long description', { description: 'x'.repeat(141) }, 'client.description'],
    [
      'eleven metadata keys',
      { clientMetadata: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, 'v'])) },
      'client.clientMetadata',
    ],
    [
      'a mirror of another setting',
      { providerSettings: { cross_origin_auth: true } },
      'client.providerSettings.cross_origin_auth',
    ],
    [
      'the signing keys',
      { providerSettings: { signing_keys: [] } },
      'client.providerSettings.signing_keys',
    ],
    [
      'what has an attribute of its own',
      { providerSettings: { jwt_configuration: { alg: 'HS256' } } },
      'client.providerSettings.jwt_configuration',
    ],
    ['an unknown connection', { supportedIdp: ['nowhere'] }, 'client.supportedIdp'],
  ]

  it.each(refusals)('refuses %s', (_, client, field) => {
    expect(() => body(client)).toThrow(expect.objectContaining({ field }))
  })
})

describe('refresh tokens', () => {
  const endless: JsonObject = {
    rotation_type: 'non-rotating',
    expiration_type: 'non-expiring',
    leeway: 0,
    infinite_token_lifetime: false,
    infinite_idle_token_lifetime: false,
    token_lifetime: 2_592_000,
    idle_token_lifetime: 1_296_000,
  }

  it('have no end while they do not expire, whatever the lifetimes say', () => {
    const client = showClient(mapping, withMembers(full, { refresh_token: endless }))
    expect(client).toMatchObject({ refreshTokenLifetime: null, refreshTokenIdleLifetime: null })
  })

  it('get one end without getting the other', () => {
    const { next } = plan(
      { refreshTokenLifetime: 3_600 },
      withMembers(full, { refresh_token: endless }),
    )
    expect(showClient(mapping, next)).toMatchObject({
      refreshTokenLifetime: 3_600,
      refreshTokenIdleLifetime: null,
    })
  })

  it('expire when they rotate, as Auth0 demands', () => {
    const { next } = plan(
      { refreshTokenRotation: { enabled: true } },
      withMembers(full, { refresh_token: endless }),
    )
    expect(next.refresh_token).toMatchObject({
      rotation_type: 'rotating',
      expiration_type: 'expiring',
    })
    expect(showClient(mapping, next)).toMatchObject({ refreshTokenLifetime: null })
  })
})

it('shows no secret of an add-on, and leaves it when another member changes', () => {
  const native = withMembers(full, {
    addons: { firebase: { secret: 'firebase-secret', client_email: 'a@example.com' } },
  })
  expect(showClient(mapping, native).providerSettings.addons).toEqual({
    firebase: { client_email: 'a@example.com' },
  })
  const changed = body(
    { providerSettings: { addons: { firebase: { client_email: 'b@example.com' } } } },
    native,
  )
  expect(changed).toEqual({
    addons: { firebase: { secret: 'firebase-secret', client_email: 'b@example.com' } },
  })
})
