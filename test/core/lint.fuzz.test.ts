/**
 * A fix works: sent as a PATCH, it ends its finding, brings nothing worse, and changes what it names
 * and nothing else. From random states of a client, on every provider.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELD_NAMES, type FieldName } from '../../src/core/client.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { isRecord } from '../../src/core/json/json.ts'
import { lintClient } from '../../src/core/lint/lint.ts'
import { type Finding, SEVERITIES } from '../../src/core/lint/rule.ts'
import { type Mapping, showField } from '../../src/core/mapping/mapping.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import { type Dangling, isLens, type Row } from '../../src/core/mapping/row.ts'
import { planOf, withMembers } from '../plan.ts'
import { runs } from '../property.ts'
import { PROVIDERS, type ProviderName, SAMPLES } from './lint-samples.ts'

const URIS = [
  'https://app.example.com/callback',
  'https://example.com',
  'http://app.example.com/cb',
  'http://localhost:3000/cb',
  'https://localhost/cb',
  'https://*.preview.example.com/cb',
  'http://*.example.com',
  'com.example.app://cb',
  'https://user@app.example.com/',
  'https://github.io/cb',
]
const ORIGINS = [
  'https://app.example.com',
  'http://localhost',
  'http://app.example.com',
  'https://*.example.com',
]
const GRANTS = [
  'authorization_code',
  'refresh_token',
  'implicit',
  'password',
  'client_credentials',
  'http://auth0.com/oauth/grant-type/password-realm',
  'http://auth0.com/oauth/legacy/grant-type/ro',
]
const FLOWS = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH']

const uris = fc.subarray(URIS)
const origins = fc.subarray(ORIGINS)
const flag = fc.constantFrom<boolean | undefined>(true, false, undefined)
const maybe = (value: Json) => fc.constantFrom<Json | undefined>(value, undefined)

/** Members that break rules; `undefined` removes the fixture's. */
const MEMBERS: Readonly<Record<ProviderName, Record<string, fc.Arbitrary<Json | undefined>>>> = {
  auth0: {
    callbacks: uris,
    allowed_logout_urls: uris,
    web_origins: origins,
    allowed_origins: origins,
    grant_types: fc.subarray(GRANTS),
    app_type: fc.constantFrom<Json | undefined>('spa', 'native', 'regular_web', undefined),
    token_endpoint_auth_method: fc.constantFrom<Json | undefined>(
      'none',
      'client_secret_post',
      undefined,
    ),
    oidc_conformant: flag,
    is_first_party: flag,
    cross_origin_authentication: flag,
    require_proof_of_possession: flag,
    jwt_configuration: fc.constantFrom({ alg: 'HS256' }, { alg: 'RS256' }),
    refresh_token: fc.constantFrom<Json | undefined>(
      undefined,
      { rotation_type: 'non-rotating', expiration_type: 'non-expiring', leeway: 0 },
      {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        leeway: 0,
        token_lifetime: 99_999_999,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: true,
      },
    ),
  },
  cognito: {
    CallbackURLs: uris,
    LogoutURLs: uris,
    DefaultRedirectURI: fc.constantFrom<Json | undefined>(undefined, ...URIS),
    AllowedOAuthFlows: fc.constantFrom<Json | undefined>(
      ['code'],
      ['code', 'implicit'],
      ['implicit'],
      ['client_credentials'],
      undefined,
    ),
    AllowedOAuthFlowsUserPoolClient: flag,
    AllowedOAuthScopes: fc.subarray(['openid', 'aws.cognito.signin.user.admin', 'api/read']),
    ExplicitAuthFlows: fc.oneof(
      fc.subarray(FLOWS),
      fc.constantFrom(undefined, ['USER_PASSWORD_AUTH']),
    ),
    ClientSecret: maybe('a1b2c3d4e5f6g7h8i9j0k1l2m3'),
    ReadAttributes: maybe(['email']),
    WriteAttributes: maybe(['email']),
    PreventUserExistenceErrors: fc.constantFrom<Json | undefined>('LEGACY', 'ENABLED', undefined),
    EnableTokenRevocation: flag,
    EnablePropagateAdditionalUserContextData: fc.constant(undefined),
    RefreshTokenRotation: fc.constantFrom<Json | undefined>(
      { Feature: 'ENABLED' },
      { Feature: 'DISABLED' },
      undefined,
    ),
    RefreshTokenValidity: fc.constantFrom(1, 30, 3_650),
  },
  hydra: {
    redirect_uris: uris,
    allowed_cors_origins: origins,
    grant_types: fc.subarray(GRANTS.slice(0, 5)),
    scope: fc.constantFrom('openid', 'openid offline_access', 'openid *', 'a.* offline'),
    token_endpoint_auth_method: fc.constantFrom('none', 'client_secret_basic'),
    skip_consent: flag,
    access_token_strategy: maybe('jwt'),
    refresh_token_grant_access_token_lifespan: fc.constantFrom<Json>(null, '30m0s', '1h0m0s'),
    authorization_code_grant_refresh_token_lifespan: fc.constantFrom<Json>(null, '8760h0m0s'),
  },
  entra: {
    web: fc.record({ redirectUris: uris }),
    spa: fc.record({ redirectUris: uris }),
    signInAudience: fc.constantFrom('AzureADMyOrg', 'AzureADMultipleOrgs'),
    isFallbackPublicClient: flag,
    keyCredentials: fc.constant([]),
    passwordCredentials: fc.constantFrom<Json>([], [{ keyId: 'a', endDateTime: '2026-01-01' }]),
  },
  keycloak: {
    redirectUris: uris,
    webOrigins: origins,
    standardFlowEnabled: flag,
    implicitFlowEnabled: flag,
    directAccessGrantsEnabled: flag,
    fullScopeAllowed: flag,
    consentRequired: flag,
    publicClient: flag,
    secret: maybe('keycloak-secret-keycloak-secret-0123456789'),
    authorizationServicesEnabled: fc.constant(undefined),
    attributes: fc.constantFrom<Json>(
      {},
      { 'pkce.code.challenge.method': 'S256', 'use.refresh.tokens': 'false' },
      { 'post.logout.redirect.uris': '-', 'client.session.max.lifespan': '7200' },
    ),
  },
  local: {
    redirect_uris: uris,
    web_origins: origins,
    grant_types: fc.subarray(GRANTS.slice(0, 5)),
    application_type: fc.constantFrom('web', 'native'),
    token_endpoint_auth_method: fc.constantFrom('none', 'client_secret_basic'),
    client_secret: maybe('local-secret-local-secret-local-secret'),
    dpop_bound_access_tokens: flag,
    rotate_refresh_tokens: flag,
    refresh_token_lifetime: fc.constantFrom(86_400, 31_536_000),
  },
  okta: {
    'settings.oauthClient.redirect_uris': uris,
    'settings.oauthClient.grant_types': fc.subarray(GRANTS.slice(0, 5)),
    'settings.oauthClient.response_types': fc.subarray(['code', 'token', 'id_token']),
    'settings.oauthClient.application_type': fc.constantFrom('web', 'browser', 'native', 'service'),
    'settings.oauthClient.dpop_bound_access_tokens': flag,
    'settings.oauthClient.wildcard_redirect': fc.constantFrom('DISABLED', 'SUBDOMAIN'),
    'settings.oauthClient.refresh_token.rotation_type': fc.constantFrom('ROTATE', 'STATIC'),
    'settings.oauthClient.refresh_token.leeway': fc.constantFrom(0, 60),
    'credentials.oauthClient.token_endpoint_auth_method': fc.constantFrom(
      'none',
      'client_secret_basic',
    ),
    'credentials.oauthClient.pkce_required': flag,
  },
  registered: {
    redirect_uris: uris,
    grant_types: fc.subarray(GRANTS.slice(0, 5)),
    application_type: fc.constantFrom('web', 'native'),
    token_endpoint_auth_method: fc.constantFrom('none', 'client_secret_basic'),
    client_secret_expires_at: fc.constantFrom(0, 1_800_000_000),
  },
}

/** Native members that move along with a field by the nature of the provider, as its notes say. */
const COUPLED: Readonly<Record<string, readonly string[]>> = {
  grantTypes: ['ExplicitAuthFlows', 'settings.oauthClient.response_types'],
  tokenEndpointAuthMethod: ['credentials.oauthClient.pkce_required'],
  refreshTokenRotation: ['ExplicitAuthFlows', 'refresh_token'],
  refreshTokenIdleLifetime: ['refresh_token'],
}

/** What the provider may have lost since; most of it the client does not name. */
const gone = fc.subarray<Dangling>([
  { field: 'supportedIdp', value: 'Google' },
  { field: 'scopes', value: 'api/read' },
])

const RUNS = runs(60)
const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity)
const keyOf = ({ rule, field }: Finding) => `${rule} ${field}`

const mendable = (provider: ProviderName) =>
  Object.entries(SAMPLES).filter(([, sample]) => sample.provider === provider && sample.mend)

describe.each(Object.keys(PROVIDERS) as ProviderName[])('on %s', (provider) => {
  const { mapping, clean } = PROVIDERS[provider] as { mapping: Mapping; clean: JsonObject }

  const examples = mendable(provider).map(
    ([, { members, dangling = [] }]): [typeof members, readonly Dangling[]] => [members, dangling],
  )

  it('each fix ends its finding, and changes what it names only', () => {
    const mended = new Set<string>()
    fc.assert(
      fc.property(fc.record(MEMBERS[provider], { requiredKeys: [] }), gone, (members, dangling) => {
        const before = withMembers(clean, members as Record<string, Json | undefined>)
        const found = lintClient(mapping, before, dangling)
        for (const finding of found) {
          if (finding.mend === undefined) continue
          const client = finding.mend as JsonObject
          const { next, named } = planOf(mapping, before, client)
          const after = lintClient(mapping, next, dangling)
          expect(after.map(keyOf)).not.toContain(keyOf(finding))
          const known = found.map(keyOf)
          const worse = after.filter((one) => rank(one) < rank(finding))
          expect(worse.filter((one) => !known.includes(keyOf(one)))).toEqual([])
          expect(Object.keys(client)).toEqual(expect.arrayContaining([...named]))
          expectUntouched(before, next, client)
          mended.add(finding.rule)
        }
      }),
      { numRuns: RUNS, examples },
    )
    // The property would hold of a program that fixes nothing.
    expect(mendable(provider).filter(([id]) => !mended.has(id))).toEqual([])
  })

  function expectUntouched(before: JsonObject, next: JsonObject, client: JsonObject): void {
    const members = Object.keys(client).flatMap((field) => membersOf(field, client[field] ?? null))
    for (const name of new Set([...Object.keys(before), ...Object.keys(next)])) {
      if (!members.includes(name)) expect(next[name], name).toEqual(before[name])
    }
    for (const field of FIELD_NAMES.filter((name) => isHeld(name) && !(name in client))) {
      expect(showField(mapping, field, next), field).toEqual(showField(mapping, field, before))
    }
  }

  /** Views follow other fields by their nature, and the raw rest is compared by its members. */
  const isHeld = (field: FieldName) =>
    field !== 'providerSettings' && isLens(mapping.fields[field] as Row<unknown>)

  function membersOf(field: string, asked: Json): readonly string[] {
    if (field === 'providerSettings') {
      return isRecord(asked) ? Object.keys(opened(asked, mapping.opened ?? [])) : []
    }
    const row = mapping.fields[field as 'name'] as Row<unknown>
    const own =
      row.support === 'missing' ? [] : row.keys.flatMap((path) => [path, path.split('.')[0] ?? ''])
    return [...own, ...(COUPLED[field] ?? [])]
  }
})
