/** G1 at Cognito: an update carries every writable member, known or not, since what it leaves out is reset. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffClients } from '../../src/core/diff.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { sameState, showClient } from '../../src/core/mapping/mapping.ts'
import { updateBody } from '../../src/core/plan/update-body.ts'
import { mapping } from '../../src/providers/cognito/mapping.ts'
import { fullCognitoClient as full } from '../fixtures/cognito.ts'
import { planOf, withMembers } from '../plan.ts'
import { runs } from '../property.ts'

const plan = (client: JsonObject, native = full) => planOf(mapping, native, client)

describe('the body of an update', () => {
  it('carries every writable member, known or not, and no read-only one', () => {
    const body = updateBody(mapping, full, plan({ name: 'New' }).next)
    const refused = ['UserPoolId', 'ClientSecret', 'CreationDate', 'LastModifiedDate', 'ClientType']
    const expected = Object.keys(full).filter((name) => !refused.includes(name))
    expect(Object.keys(body).sort()).toEqual(expected.sort())
    expect(body).toMatchObject({ ClientName: 'New', MemberOfTomorrow: full.MemberOfTomorrow })
  })

  it('clears by leaving out, which is the way of the service', () => {
    const cases: readonly (readonly [string, Json, string])[] = [
      ['allowedLogoutUrls', null, 'LogoutURLs'],
      ['allowedLogoutUrls', [], 'LogoutURLs'],
      ['supportedIdp', null, 'SupportedIdentityProviders'],
      ['supportedIdp', [], 'SupportedIdentityProviders'],
    ]
    for (const [field, value, member] of cases) {
      const body = updateBody(mapping, full, plan({ [field]: value }).next)
      expect(Object.hasOwn(body, member), `${field}: ${JSON.stringify(value)}`).toBe(false)
    }
  })

  it('takes a setting back to its default for null', () => {
    const { next } = plan({ providerSettings: { ReadAttributes: null } })
    expect(next).toEqual(withMembers(full, { ReadAttributes: undefined }))
  })
})

describe('rules between settings', () => {
  const bare = withMembers(full, {
    ClientSecret: undefined,
    EnablePropagateAdditionalUserContextData: undefined,
  })
  const refusals: readonly (readonly [string, JsonObject, JsonObject, string])[] = [
    [
      'a default callback that is no callback any more',
      withMembers(full, { DefaultRedirectURI: 'https://app.example.com/callback' }),
      { callbacks: ['https://new.example.com/callback'] },
      'client.defaultCallback',
    ],
    ['the code flow without a callback', full, { callbacks: [] }, 'client.callbacks'],
    [
      'client_credentials beside another flow',
      full,
      { grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'] },
      'client.grantTypes',
    ],
    ['OAuth without a scope', full, { scopes: [] }, 'client.scopes'],
    [
      'client_credentials without a secret',
      bare,
      { grantTypes: ['client_credentials'], scopes: ['api/read'] },
      'client.grantTypes',
    ],
    [
      'client_credentials with a user scope',
      full,
      { grantTypes: ['client_credentials'] },
      'client.scopes',
    ],
    [
      'the code flow without refresh_token',
      full,
      { grantTypes: ['authorization_code'] },
      'client.grantTypes',
    ],
    ['a grant type that Cognito lacks', full, { grantTypes: ['password'] }, 'client.grantTypes[0]'],
    [
      'legacy flows beside ALLOW_ flows',
      full,
      {
        providerSettings: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'USER_PASSWORD_AUTH'] },
      },
      'client.providerSettings.ExplicitAuthFlows',
    ],
    [
      'no refresh flow while nothing rotates',
      full,
      { providerSettings: { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] } },
      'client.providerSettings.ExplicitAuthFlows',
    ],
    [
      'an access token that outlives the refresh token',
      full,
      { refreshTokenLifetime: 3600, accessTokenLifetime: 7200 },
      'client.accessTokenLifetime',
    ],
    [
      'an ID token that outlives the refresh token',
      full,
      { refreshTokenLifetime: 3600, idTokenLifetime: 7200 },
      'client.idTokenLifetime',
    ],
    [
      'an access token of four minutes',
      full,
      { accessTokenLifetime: 240 },
      'client.accessTokenLifetime',
    ],
    [
      'a grace of two minutes',
      full,
      { refreshTokenRotation: { graceSeconds: 120 } },
      'client.refreshTokenRotation.graceSeconds',
    ],
    [
      'an empty list that means everything',
      full,
      { providerSettings: { WriteAttributes: [] } },
      'client.providerSettings.WriteAttributes',
    ],
    [
      'a session of 20 minutes',
      full,
      { providerSettings: { AuthSessionValidity: 20 } },
      'client.providerSettings.AuthSessionValidity',
    ],
    [
      '101 callbacks',
      full,
      { callbacks: Array.from({ length: 101 }, (_, n) => `https://a.example.com/${n}`) },
      'client.callbacks',
    ],
    ['a name with a slash', full, { name: 'a/b' }, 'client.name'],
    ['no name', full, { name: null }, 'client.name'],
    ['an own secret', full, { secret: 'another-secret-another-secret' }, 'client.secret'],
    [
      'a read-only setting',
      full,
      { providerSettings: { ClientType: 'DCR' } },
      'client.providerSettings.ClientType',
    ],
    [
      'a setting that no one knows',
      full,
      { providerSettings: { Nonsense: 1 } },
      'client.providerSettings.Nonsense',
    ],
  ]

  it.each(refusals)('refuses %s', (_, native, client, field) => {
    expect(() => plan(client, native)).toThrow(expect.objectContaining({ field }))
  })

  it('lets a client be changed elsewhere that breaks a rule already', () => {
    const broken = withMembers(full, { CallbackURLs: undefined })
    expect(plan({ name: 'New' }, broken).unchanged).toBe(false)
  })
})

describe('lists, which are sets to Cognito', () => {
  it('are the same in any order, for comparing and for diffs', () => {
    const turned = withMembers(full, {
      ReadAttributes: ['name', 'email'],
      SupportedIdentityProviders: ['Google', 'COGNITO'],
    })
    expect(sameState(mapping, full, turned)).toBe(true)
    expect(diffClients(mapping, full, turned, (text) => text)).toEqual([])
    expect(plan({ supportedIdp: ['Google', 'COGNITO'] }).unchanged).toBe(true)
  })
})

describe('a client whose secrets cannot be listed', () => {
  it('is not taken for a public one', () => {
    const hidden = withMembers(full, { ClientSecret: undefined, ClientSecrets: null })
    expect(showClient(mapping, hidden).tokenEndpointAuthMethod).toBeNull()
    const machine = { grantTypes: ['client_credentials'], scopes: ['api/read'] }
    expect(() => plan(machine, hidden)).not.toThrow()
  })
})

describe('flows', () => {
  it('switches OAuth on with the first flow and off with the last', () => {
    const off = withMembers(full, { AllowedOAuthFlowsUserPoolClient: false })
    expect(showClient(mapping, off).grantTypes).toEqual([])
    const on = plan({ grantTypes: ['authorization_code', 'refresh_token'] }, off).next
    expect(on).toEqual(withMembers(off, { AllowedOAuthFlowsUserPoolClient: true }))
    const { next } = plan({ grantTypes: [] })
    expect(next).toMatchObject({ AllowedOAuthFlowsUserPoolClient: false })
    expect(next.AllowedOAuthFlows).toBeUndefined()
  })

  it('warns of a client whose OAuth is off', () => {
    const off = withMembers(full, { AllowedOAuthFlowsUserPoolClient: false })
    expect(plan({ name: 'New' }, off).warnings).toEqual([
      expect.objectContaining({ code: 'oauth_off' }),
    ])
  })

  it('moves the refresh flow together with rotation, there and back', () => {
    const on = plan({ refreshTokenRotation: { enabled: true, graceSeconds: 30 } }).next
    expect(on.ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH'])
    expect(showClient(mapping, on).grantTypes).toContain('refresh_token')
    const off = plan({ refreshTokenRotation: { enabled: false } }, on).next
    expect(off.ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'])
  })

  it('spells the default flows out when rotation excludes one of them', () => {
    const unset = withMembers(full, { ExplicitAuthFlows: undefined })
    const { next } = plan({ refreshTokenRotation: { enabled: true } }, unset)
    expect(next.ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'])
  })
})

describe('lifetimes', () => {
  it('shows the defaults of the service where nothing is stored', () => {
    const names = ['AccessTokenValidity', 'IdTokenValidity', 'RefreshTokenValidity']
    const bare = withMembers(full, {
      TokenValidityUnits: {},
      ...Object.fromEntries(names.map((name) => [name, undefined])),
    })
    expect(showClient(mapping, bare)).toMatchObject({
      accessTokenLifetime: 3_600,
      idTokenLifetime: 3_600,
      refreshTokenLifetime: 2_592_000,
    })
  })

  it('keeps the stored unit where it divides evenly', () => {
    expect(plan({ accessTokenLifetime: 5_400 }).next).toMatchObject({
      AccessTokenValidity: 90,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
    })
    expect(plan({ accessTokenLifetime: 301 }).next).toMatchObject({
      AccessTokenValidity: 301,
      TokenValidityUnits: { AccessToken: 'seconds' },
    })
  })

  it('shows what was set, for every number of seconds that is allowed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 86_400 }), (seconds) => {
        const { next } = plan({ accessTokenLifetime: seconds })
        expect(showClient(mapping, next).accessTokenLifetime).toBe(seconds)
        expect(showClient(mapping, next).idTokenLifetime).toBe(2_700)
      }),
      { numRuns: runs() },
    )
  })
})
