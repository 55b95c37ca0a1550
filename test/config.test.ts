/**
 * The configuration: what it means with its defaults, and every fault of it at once, by the place where it stands.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config/config.ts'
import { overlapsOf } from '../src/config/config-overlap.ts'
import { parseConfig } from '../src/config/config-parse.ts'
import { readJsonText } from '../src/config/config-text.ts'
import { configWarnings } from '../src/config/config-warnings.ts'
import { readYamlText } from '../src/config/config-yaml.ts'
import { ClientError } from '../src/core/errors.ts'
import type { JsonObject } from '../src/core/json/json.ts'
import { showClient } from '../src/core/mapping/mapping.ts'
import { createProviders, PROVIDER_TYPES } from '../src/providers/configured.ts'
import { runs } from './property.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const ENVIRONMENT = { KEY, SECRET: 'a-secret' }

const good = () => ({
  mode: 'production',
  key: { env: 'KEY' },
  store: { type: 'sqlite', path: '/data/clientry.db' },
  defaultProvider: 'auth0',
  providers: {
    auth0: {
      type: 'auth0',
      domain: 'tenant.eu.auth0.com',
      clientId: 'clientry',
      clientSecret: { env: 'SECRET' },
    },
    'cognito-client': { type: 'cognito', pools: { 'eu-west-1_abc': {} } },
  },
  auth: { issuers: [{ issuer: 'https://tenant.eu.auth0.com/', audience: ['https://clientry'] }] },
})

function faultsOf(
  config: unknown,
  environment: Record<string, string> = ENVIRONMENT,
): readonly string[] {
  try {
    parseConfig(config, environment)
  } catch (error) {
    if (error instanceof ClientError) return error.details.faults ?? []
    throw error
  }
  return []
}

describe('whose tokens a row of auth.permissions is about', () => {
  const TENANT = 'https://tenant.eu.auth0.com/'
  const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
  const issuers = [
    { issuer: TENANT, audience: ['https://clientry'] },
    { issuer: POOL, clientIds: ['abc'], requireTyp: false, scopePrefix: 'https://clientry' },
  ]
  const row = { scope: 'clients:read', grants: ['clients:read'] }
  const auth = (permissions: readonly object[], of = issuers) => ({
    ...good(),
    auth: { issuers: of, permissions },
  })

  it('is the only issuer where there is but one, and has to be said where there are several', () => {
    const one = parseConfig(auth([row], issuers.slice(0, 1)), ENVIRONMENT)
    expect(one.permissions).toEqual([{ ...row, issuer: TENANT }])
    expect(faultsOf(auth([row]))).toEqual([
      `auth.permissions[0] must name the issuer of the tokens that it applies to: issuer: ${TENANT} or ${POOL}, or any for all of them.`,
    ])
    const named = [{ ...row, issuer: POOL }]
    expect(parseConfig(auth(named), ENVIRONMENT).permissions).toEqual(named)
  })

  it.each([TENANT.slice(0, -1), `${POOL}/`, 'https://other.example', 'Any'])(
    'is one of the issuers as it stands there, or any, and not %s',
    (issuer) => {
      expect(faultsOf(auth([{ ...row, issuer }])).join()).toMatch(
        /auth\.permissions\[0\]\.issuer must be any, or one of auth\.issuers/,
      )
    },
  )

  it('is warned about where it is any of several, or where there are no rows', () => {
    const warnings = (config: object) => configWarnings(parseConfig(config, ENVIRONMENT))
    const any = [{ ...row, issuer: 'any' }]
    expect(warnings(auth(any)).join()).toMatch(/auth\.permissions\[0\] .*any issuer.*clients:read/)
    expect(warnings(auth(any, issuers.slice(0, 1))).join()).not.toMatch(/any issuer/)
    expect(warnings(auth([{ ...row, issuer: TENANT }])).join()).not.toMatch(/auth\.permissions/)
    expect(warnings({ ...good(), auth: { issuers } }).join()).toMatch(
      /auth\.permissions is absent.*any of its 2 issuers/,
    )
    const [tenant, { scopePrefix: _, ...pool } = {} as never] = issuers
    expect(warnings(auth([{ ...row, issuer: TENANT }], [tenant, pool] as never)).join()).toMatch(
      /auth\.issuers\[1\] has neither an audience nor a scopePrefix/,
    )
  })
})

describe('limits in a row of auth.permissions', () => {
  const row = { scope: 's', grants: ['clients:write'] }
  const auth = (one: object) => ({
    ...good(),
    auth: { ...good().auth, permissions: [one] },
  })
  const faultsOf = (one: object): string => {
    try {
      parseConfig(auth(one), ENVIRONMENT)
      return ''
    } catch (error) {
      return String(error)
    }
  }

  it('are kept as they are written', () => {
    const only = {
      pools: ['eu-west-1_abc'],
      clients: ['one'],
      names: [{ pattern: 'Ours *' }],
      teams: ['payments'],
      fields: ['callbacks', 'providerSettings.addons'],
      values: [{ pattern: 'https://*.example.com/**' }],
      operations: ['updateClient'],
    }
    const { permissions } = parseConfig(auth({ ...row, only }), ENVIRONMENT)
    expect(permissions).toMatchObject([{ only }])
  })

  it.each([
    [{ ...row, only: {} }, /only must limit something/],
    [{ ...row, only: { teams: [] } }, /teams/],
    [{ ...row, only: { pools: ['eu-west-1_other'] } }, /pools names eu-west-1_other/],
    [{ ...row, only: { names: ['Ours *'] } }, /names contains \*/],
    [{ ...row, only: { fields: ['callback'] } }, /fields names callback, which is no attribute/],
    [{ ...row, only: { operations: ['patchClient'] } }, /operations names patchClient/],
    [{ ...row, only: { colour: ['red'] } }, /only/],
    [
      { ...row, grants: ['clients:write', 'clients:delete'], only: { fields: ['callbacks'] } },
      /fields can limit .* only: give clients:delete a row of its own/,
    ],
    [
      { ...row, grants: ['secrets:rotate'], only: { values: ['x'] } },
      /values can limit .* only: give secrets:rotate/,
    ],
    [{ ...row, grants: ['metrics:read'], only: { teams: ['a'] } }, /metrics:read, which no limit/],
  ])('are refused where they would limit nothing: %j', (one, says) => {
    expect(faultsOf(one)).toMatch(says)
  })
})

describe('claims in a row of auth.permissions', () => {
  const GITHUB = 'https://token.actions.githubusercontent.com'
  const TENANT = 'https://tenant.eu.auth0.com/'
  const issuers = [
    { issuer: TENANT, audience: ['https://clientry'] },
    { issuer: GITHUB, audience: ['https://clientry'], requireTyp: false },
  ]
  const grants = ['clients:read']
  const auth = (...permissions: readonly object[]) => ({
    ...good(),
    auth: { issuers, permissions },
  })
  const faultsOfClaims = (claims: unknown, issuer = TENANT) =>
    faultsOf(auth({ issuer, claims, grants }))

  it('are kept with all their values, and named to the issuer that they are about', () => {
    const claims = { repository: 'acme/shop', ref: ['refs/heads/main', { pattern: 'refs/tags/*' }] }
    const config = parseConfig(auth({ issuer: GITHUB, claims, grants }), ENVIRONMENT)
    expect(config.permissions).toEqual([
      { issuer: GITHUB, claims: { repository: ['acme/shop'], ref: claims.ref }, grants },
    ])
    expect(config.issuers.map(({ claimNames }) => claimNames)).toEqual([
      undefined,
      ['repository', 'ref'],
    ])
  })

  it.each<[string, unknown, RegExp]>([
    ['none', {}, /claims must be an object with at least one claim/],
    ['a text', 'repository', /claims must be an object/],
    ['a list', ['repository'], /claims must be an object/],
    ['no value', { sub: [] }, /claims\.sub must have at least one value/],
    ['a flag', { ref_protected: true }, /claims\.ref_protected must be a text .*in quotes/],
    ['a number', { repository_id: 74 }, /claims\.repository_id must be a text/],
    ['null', { sub: null }, /claims\.sub must be a text/],
    ['an empty text', { sub: '' }, /claims\.sub must be a text/],
    [
      'a wildcard in a text',
      { sub: 'repo:acme/*' },
      /claims\.sub contains \*.*\{ pattern: TEXT \}/,
    ],
    ['another member', { sub: { pattern: 'a', flags: 'i' } }, /claims\.sub must be a text/],
    ['a long text', { sub: 'a'.repeat(513) }, /claims\.sub must be a text of up to 512/],
    ['a name of every object', JSON.parse('{"__proto__":[]}'), /claims\.__proto__ must have/],
  ])('are refused: %s', (_, claims, expected) => {
    expect(faultsOfClaims(claims).join('\n')).toMatch(expected)
  })

  it('or a scope must be there, and both may be', () => {
    expect(faultsOf(auth({ issuer: TENANT, grants })).join()).toMatch(
      /auth\.permissions\[0\] must have a scope or claims, or it would apply to every token/,
    )
    const both = { issuer: TENANT, scope: 's', claims: { sub: 'a' }, grants }
    expect(faultsOf(auth(both))).toEqual([])
  })

  it('mean nothing at any issuer', () => {
    expect(faultsOf(auth({ issuer: 'any', claims: { sub: 'a' }, grants })).join()).toMatch(
      /auth\.permissions\[0\]\.issuer must name one issuer, since a claim means something else/,
    )
  })

  it.each<[string, unknown, boolean]>([
    ['a repository', { repository: 'acme/shop' }, true],
    ['repositories of an owner', { repository: { pattern: 'acme/*' } }, true],
    ['an owner', { repository_owner: 'acme', ref: 'refs/heads/main' }, true],
    ['a subject', { sub: { pattern: 'repo:acme/*:ref:refs/heads/main' } }, true],
    ['a branch', { ref: 'refs/heads/main' }, false],
    ['any repository', { repository: { pattern: '**' } }, false],
    ['owners whose names begin so', { repository: { pattern: 'acme*/shop' } }, false],
    ['such owners beside one', { repository: ['acme/shop', { pattern: '*/shop' }] }, false],
    ['owners of any name', { repository_owner: { pattern: 'acme*' } }, false],
    ['subjects of anyone', { sub: { pattern: '**:ref:refs/heads/main' } }, false],
  ])('say whose tokens of a shared issuer are meant: %s', (_, claims, holds) => {
    const faults = faultsOfClaims(claims, GITHUB)
    expect(faults.length, faults.join()).toBe(holds ? 0 : 1)
    if (!holds) expect(faults[0]).toMatch(/must say whose tokens are meant.*repository or/)
  })

  it('must be there for a shared issuer, whose tokens anyone can have', () => {
    const everyone = { ...good(), auth: { issuers } }
    expect(faultsOf(everyone).join()).toMatch(
      /auth\.permissions must be there, since https:..token/,
    )
    const byScope = { issuer: GITHUB, scope: 's', grants }
    expect(faultsOf(auth(byScope)).join()).toMatch(/claims must say whose tokens are meant/)
    const byAny = { issuer: 'any', scope: 's', grants }
    expect(faultsOf(auth(byAny)).join()).toMatch(/issuer must name one issuer, since https:..token/)
  })

  it('are warned about where users choose them', () => {
    const row = (claims: object) => auth({ issuer: TENANT, claims, grants })
    const warnings = (claims: object) =>
      configWarnings(parseConfig(row(claims), ENVIRONMENT)).join()
    expect(warnings({ email: 'ops@example.com' })).toMatch(/claims\.email is a claim that users/)
    expect(warnings({ sub: 'a' })).not.toMatch(/is a claim that users/)
  })
})

describe('an issuer that belongs to a provider', () => {
  const overlapping = (issuer: object, providers: object = good().providers) =>
    overlapsOf(
      parseConfig(
        {
          ...good(),
          defaultProvider: Object.keys(providers)[0],
          providers,
          auth: { issuers: [{ audience: ['a'], ...issuer }] },
        },
        ENVIRONMENT,
      ),
    ).map(({ provider, userPoolId }) => [provider, userPoolId])
  const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
  const rfc7592 = (more: object) => ({ r: { type: 'rfc7592', ...more } })

  it.each([
    ['the tenant', { issuer: 'https://tenant.eu.auth0.com/' }, [['auth0', undefined]]],
    ['another tenant', { issuer: 'https://other.eu.auth0.com/' }, []],
    [
      'keys of the tenant behind a domain of its own',
      {
        issuer: 'https://login.example.com/',
        jwksUrl: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
      },
      [['auth0', undefined]],
    ],
    ['a user pool', { issuer: POOL }, [['cognito-client', 'eu-west-1_abc']]],
    ['another pool', { issuer: `${POOL}d` }, []],
    [
      'what the configuration says',
      { issuer: 'https://login.example.com/', provider: 'auth0' },
      [['auth0', undefined]],
    ],
  ])('is found: %s', (_, issuer, expected) => {
    expect(overlapping(issuer)).toEqual(expected)
  })

  it.each([
    ['its issuer', { issuer: 'https://as.example.com/' }, 1],
    ['another one', { issuer: 'https://as.example.com/other' }, 0],
    ['its origin', { registrationEndpoint: 'https://as.example.com/register' }, 1],
  ])('is found at a registering server by %s', (_, settings, count) => {
    const found = overlapping({ issuer: 'https://as.example.com' }, rfc7592(settings))
    expect(found).toHaveLength(count)
  })

  it('is warned about, and may name only a provider that is there', () => {
    const issuers = [{ issuer: POOL, clientIds: ['a'], scopePrefix: 'p' }]
    const config = parseConfig({ ...good(), auth: { issuers, permissions: [] } }, ENVIRONMENT)
    expect(configWarnings(config)).toEqual([
      expect.stringMatching(/eu-west-1_abc of cognito-client.*access:grant/),
    ])
    const auth = { issuers: [{ ...issuers[0], provider: 'none' }] }
    expect(faultsOf({ ...good(), auth })).toEqual([
      'auth.issuers[0].provider names none, which is not configured.',
    ])
  })
})

// RFC 6454 section 6.2: what a browser sends has no path, no final slash and no default port.
it.each([
  ['https://app.example.com', 0],
  ['https://app.example.com:8443', 0],
  ['http://localhost:3000', 0],
  ['*', 1],
  ['null', 1],
  ['https://*.example.com', 1],
  ['https://app.example.com/', 1],
  ['https://app.example.com:443', 1],
  ['https://APP.example.com', 1],
  ['app.example.com', 1],
  ['http://app.example.com', 1],
])('takes only exact origins for CORS: %s', (origin, count) => {
  const faults = faultsOf({ ...good(), server: { corsOrigins: [origin] } })
  expect(faults).toHaveLength(count)
  expect(faults.every((one) => one.startsWith('server.corsOrigins[0] must be'))).toBe(true)
})

describe('parseConfig', () => {
  it('fills in where providers, keys and tokens are', () => {
    const config = parseConfig(good(), ENVIRONMENT)
    expect(config.providers.auth0).toMatchObject({
      baseUrl: 'https://tenant.eu.auth0.com',
      audience: 'https://tenant.eu.auth0.com/api/v2/',
    })
    expect(config.providers['cognito-client']).toMatchObject({
      pools: {
        'eu-west-1_abc': {
          region: 'eu-west-1',
          endpoint: 'https://cognito-idp.eu-west-1.amazonaws.com/',
        },
      },
    })
    expect(config.issuers[0]).not.toHaveProperty('jwksUrl')
    expect(config.keys).toEqual([{ at: 'key', key: Buffer.from(KEY, 'base64') }])
  })

  it('takes an endpoint for each pool and a base URL for each tenant', () => {
    const config = parseConfig(
      {
        ...good(),
        defaultProvider: 'private',
        providers: {
          private: {
            ...good().providers.auth0,
            baseUrl: 'https://login.example.com/',
          },
          china: {
            type: 'cognito',
            pools: {
              'cn-north-1_abc': { endpoint: 'https://cognito-idp.cn-north-1.amazonaws.com.cn' },
            },
          },
        },
      },
      ENVIRONMENT,
    )
    expect(config.providers.private).toMatchObject({
      baseUrl: 'https://login.example.com',
      audience: 'https://tenant.eu.auth0.com/api/v2/',
    })
    expect(config.providers.china).toMatchObject({
      pools: { 'cn-north-1_abc': { endpoint: 'https://cognito-idp.cn-north-1.amazonaws.com.cn' } },
    })
  })

  it('corrects at any provider what is hidden by mistake, and hands that to its mapping', async () => {
    const config = good()
    const members = { public: ['addons.custom.apiKeyHint'] }
    const local = { type: 'local', members: { secret: ['metadata.motto'] } }
    const providers = { auth0: { ...config.providers.auth0, members }, local }
    const parsed = parseConfig(
      { ...config, mode: 'development', providers, defaultProvider: 'auth0' },
      ENVIRONMENT,
    )
    const built = await createProviders(parsed.providers, {
      now: Date.now,
      environmentCredentials: () => undefined,
      documents: {} as never,
    })
    const shown = (id: string, record: JsonObject) => {
      const mapping = built.get(id)?.mapping
      return mapping && showClient(mapping, record)
    }
    const addons = { custom: { apiKeyHint: 'ab', apiKey: 'secret' } }
    expect(shown('auth0', { addons })?.providerSettings).toEqual({
      addons: { custom: { apiKeyHint: 'ab' } },
    })
    const metadata = { motto: 'hush', team: 'identity' }
    expect(shown('local', { metadata })?.clientMetadata).toEqual({ team: 'identity' })
    const wrong = { ...local, members: { public: ['a..b'], hidden: [] } }
    const faults = faultsOf({ ...config, mode: 'development', providers: { local: wrong } })
    expect(faults.join()).toContain('providers.local.members')
    const classed = { ...local, members: { NewThing: 'volatile', Other: 'secret' } }
    expect(faultsOf({ ...config, mode: 'development', providers: { local: classed } })).toContain(
      'providers.local.members.Other must be one of: read-only, setting, volatile.',
    )
  })

  it('allows private-use schemes without a dot by their names, and none that others have', async () => {
    const config = { ...good(), mode: 'development', defaultProvider: 'local' }
    const withSchemes = (...plainSchemes: string[]) => ({
      ...config,
      providers: { local: { type: 'local', plainSchemes } },
    })
    const parsed = parseConfig(withSchemes('cursor'), ENVIRONMENT)
    const built = await createProviders(parsed.providers, {
      now: Date.now,
      environmentCredentials: () => undefined,
      documents: {} as never,
    })
    expect(built.get('local')?.mapping.uris.plainSchemes).toEqual(['cursor'])
    for (const scheme of ['javascript', 'https', 'mailto', 'Cursor', 'a.b', '']) {
      expect(faultsOf(withSchemes(scheme)).join()).toContain('providers.local.plainSchemes')
    }
  })

  it('fills in the rates and the reserve of a pace that names a part of them', () => {
    const { auth0, 'cognito-client': cognito } = good().providers
    const providers = {
      auth0: { ...auth0, pace: { perSecond: 16 } },
      'cognito-client': { ...cognito, pace: { perCategory: 30 } },
    }
    const config = parseConfig({ ...good(), providers }, ENVIRONMENT)
    expect(config.providers).toMatchObject({
      auth0: { pace: { perSecond: 16, reserve: 0.2 } },
      'cognito-client': { pace: { perOperation: 5, perCategory: 30, reserve: 0.4 } },
    })
  })

  it('takes a dialect and the switches of a server, which its provider puts on top of it', () => {
    const partners = {
      type: 'rfc7592',
      issuer: 'https://as.example.com',
      origins: ['https://manage.example.com:443'],
      initialAccessToken: { env: 'SECRET' },
      dialect: 'oidc-provider',
      switches: { renewsToken: 'never' },
    }
    const { providers } = parseConfig(
      { ...good(), defaultProvider: 'partners', providers: { partners } },
      ENVIRONMENT,
    )
    expect(providers.partners).toMatchObject({
      endpoints: { issuer: 'https://as.example.com', origins: ['https://manage.example.com'] },
      dialect: 'oidc-provider',
      switches: { renewsToken: 'never' },
    })
  })

  it('lets clients register themselves at the local provider only where it says so', () => {
    const local = (more: object) =>
      parseConfig(
        {
          ...good(),
          mode: 'development',
          defaultProvider: 'local',
          providers: { local: { type: 'local', ...more } },
        },
        ENVIRONMENT,
      ).providers.local
    expect(local({})).toEqual({ type: 'local' })
    expect(local({ listLagSeconds: 0.5 })).toEqual({ type: 'local', listLagSeconds: 0.5 })
    expect(() => local({ listLagSeconds: 601 })).toThrow(/listLagSeconds/)
    const on = local({ registration: { initialAccessToken: { env: 'SECRET' } } })
    expect(on).toMatchObject({ registration: { renewsTokens: true } })
  })

  const cases: readonly (readonly [string, object, RegExp])[] = [
    ['an unknown name', { ...good(), prot: 1 }, /^prot is not known here/],
    ['a secret written in', { ...good(), key: KEY }, /key must be \{ env: NAME \}/],
    [
      'a missing variable',
      { ...good(), key: { env: 'NOWHERE' } },
      /key names the variable NOWHERE/,
    ],
    ['a missing file', { ...good(), key: { file: '/nowhere' } }, /key names the file \/nowhere/],
    ['a short key', { ...good(), key: { env: 'SECRET' } }, /key must be 32 bytes/],
    ['no providers', { ...good(), providers: {} }, /providers must contain at least one/],
    ['an unknown default', { ...good(), defaultProvider: 'x' }, /defaultProvider names x/],
    [
      'no default of several',
      { ...good(), defaultProvider: undefined },
      /defaultProvider must name one of/,
    ],
    [
      'a provider that does not exist',
      { ...good(), providers: { a: { type: 'ldap' } } },
      new RegExp(`providers\\.a\\.type must be one of: ${PROVIDER_TYPES.join(', ')}\\.`),
    ],
    [
      'a registering server without a place',
      { ...good(), defaultProvider: 'r', providers: { r: { type: 'rfc7592' } } },
      /providers\.r must have an issuer or a registrationEndpoint/,
    ],
    [
      'a registering server without TLS',
      {
        ...good(),
        defaultProvider: 'r',
        providers: { r: { type: 'rfc7592', registrationEndpoint: 'http://as.example.com/reg' } },
      },
      /providers\.r\.registrationEndpoint must be an https URL/,
    ],
    [
      'an origin with a path',
      {
        ...good(),
        defaultProvider: 'r',
        providers: {
          r: {
            type: 'rfc7592',
            issuer: 'https://as.example.com',
            origins: ['https://b.example/x'],
          },
        },
      },
      /origins/,
    ],
    [
      'the local provider in production',
      { ...good(), defaultProvider: 'l', providers: { l: { type: 'local' } } },
      /for development only/,
    ],
    [
      'plain http in production',
      {
        ...good(),
        defaultProvider: 'a',
        providers: { a: { ...good().providers.auth0, baseUrl: 'http://tenant.example' } },
      },
      /providers\.a\.baseUrl must be an https URL/,
    ],
    [
      'an issuer for anyone',
      { ...good(), auth: { issuers: [{ issuer: 'https://x.example' }] } },
      /audience or clientIds/,
    ],
    [
      'a pace that leaves nothing to itself',
      {
        ...good(),
        defaultProvider: 'a',
        providers: { a: { ...good().providers.auth0, pace: { reserve: 1 } } },
      },
      /providers\.a\.pace\.reserve/,
    ],
    [
      'a rate of nothing',
      {
        ...good(),
        defaultProvider: 'a',
        providers: { a: { ...good().providers['cognito-client'], pace: { perOperation: 0 } } },
      },
      /providers\.a\.pace\.perOperation/,
    ],
    ['no issuer', { ...good(), auth: { issuers: [] } }, /auth\.issuers/],
    [
      'a permission for a provider that is not there',
      {
        ...good(),
        auth: {
          ...good().auth,
          permissions: [{ scope: 's', grants: ['clients:read'], providers: ['x'] }],
        },
      },
      /permissions\[0\]\.providers names x/,
    ],
    [
      'a permission that does not exist',
      {
        ...good(),
        auth: { ...good().auth, permissions: [{ scope: 's', grants: ['clients:fly'] }] },
      },
      /auth\.permissions\[0\]\.grants\[0\] must be one of/,
    ],
  ]

  it.each(cases)('refuses %s', (_, config, sentence) => {
    expect(faultsOf(config).join('\n')).toMatch(sentence)
  })

  it('refuses a time for one call that is not shorter than that for a whole request', () => {
    const limits = (deadlineMs: number) => ({ deadlineMs, upstreamTimeoutMs: 5_000 })
    expect(faultsOf({ ...good(), limits: limits(5_000) })).toEqual([
      'limits.upstreamTimeoutMs must be shorter than limits.deadlineMs.',
    ])
    expect(faultsOf({ ...good(), limits: limits(5_001) })).toEqual([])
  })

  it('lets requests for approval wait from five minutes to 30 days, and a week where it says nothing', () => {
    const { auth } = good()
    const waiting = (approval: unknown) => ({ ...good(), auth: { ...auth, approval } })
    for (const expiresAfterSeconds of [300, 2_592_000]) {
      const config = waiting({ expiresAfterSeconds })
      expect(parseConfig(config, ENVIRONMENT).requestsWaitMs).toBe(expiresAfterSeconds * 1_000)
    }
    for (const config of [good(), waiting({})]) {
      expect(parseConfig(config, ENVIRONMENT).requestsWaitMs).toBe(7 * 86_400_000)
    }
    for (const expiresAfterSeconds of [299, 2_592_001, 0, -300, 300.5, '300', null]) {
      const faults = faultsOf(waiting({ expiresAfterSeconds }))
      expect(faults, String(expiresAfterSeconds)).toHaveLength(1)
      expect(faults[0]).toMatch(/^auth\.approval\.expiresAfterSeconds /)
    }
  })

  it('reports all faults at once', () => {
    const bad = { ...good(), key: { env: 'NOWHERE' }, defaultProvider: 'x' }
    expect(faultsOf(bad)).toHaveLength(2)
    const worse = faultsOf({ ...bad, prot: 1, server: { port: 'x' } }).join('\n')
    expect(worse).toMatch(/prot/)
    expect(worse).toMatch(/server\.port/)
    expect(worse).toMatch(/key names the variable NOWHERE/)
    expect(worse).toMatch(/defaultProvider names x/)
    const providers = { ...good().providers, other: { type: 'cognito', pools: {} } }
    const worst = faultsOf({ ...good(), prot: 1, providers }).join('\n')
    expect(worst).toMatch(/providers\.other\.pools must contain at least one/)
  })

  it('never repeats a value, which may be a secret in the wrong place', () => {
    const told = faultsOf({ ...good(), key: 'hunter2-hunter2' }).join('\n')
    expect(told).not.toContain('hunter2')
  })

  it('answers anything with sentences of ours', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(faultsOf(value).length).toBeGreaterThan(0)
      }),
      { numRuns: runs() },
    )
  })
})

describe('loadConfig', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clientry-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('reads JSON from a file or a variable, and YAML where it can be read', async () => {
    const path = join(folder, 'clientry.json')
    writeFileSync(path, JSON.stringify(good()))
    const expected = parseConfig(good(), ENVIRONMENT).issuers
    expect((await loadConfig({ ...ENVIRONMENT, CLIENTRY_CONFIG: path })).issuers).toEqual(expected)
    const inline = { ...ENVIRONMENT, CLIENTRY_CONFIG_JSON: JSON.stringify(good()) }
    expect((await loadConfig(inline)).issuers).toEqual(expected)
    const yaml = join(folder, 'clientry.yaml')
    writeFileSync(yaml, `# JSON is YAML\n${JSON.stringify(good())}`)
    const environment = { ...ENVIRONMENT, CLIENTRY_CONFIG: yaml }
    expect((await loadConfig(environment, readYamlText)).issuers).toEqual(expected)
    await expect(loadConfig(environment)).rejects.toThrow(/must be JSON/)
  })

  it('asks for exactly one place', async () => {
    await expect(loadConfig({})).rejects.toThrow(/either CLIENTRY_CONFIG/)
    const both = { CLIENTRY_CONFIG: 'a', CLIENTRY_CONFIG_JSON: '{}' }
    await expect(loadConfig(both)).rejects.toThrow(/either CLIENTRY_CONFIG/)
    await expect(loadConfig({ CLIENTRY_CONFIG: '/nowhere.json' })).rejects.toThrow(/cannot be read/)
    await expect(loadConfig({ CLIENTRY_CONFIG_JSON: '{' })).rejects.toThrow(/not valid JSON/)
  })

  const faultsIn = async (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    const loading = loadConfig({ ...ENVIRONMENT, CLIENTRY_CONFIG: path }, readYamlText)
    const error = await loading.catch((thrown: unknown) => thrown)
    if (!(error instanceof ClientError)) throw error
    return (error.details.faults ?? []).map((fault) => fault.replace(`${folder}/`, ''))
  }
  const YAML = readFileSync('docs/examples/clientry.yaml', 'utf8')
  const lineOf = (text: string, part: string) =>
    text.slice(0, text.indexOf(part)).split('\n').length

  // Lines that were counted anew for each member took minutes here.
  it('knows the places in a text of many lines', () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => ({ scope: `s${at}` }))
    const { places } = readJsonText(JSON.stringify({ rows }, null, 1))
    expect(places.get('rows[19999].scope')).toEqual({ line: 3 + 3 * 19_999 + 1, column: 4 })
  })

  it('names file, line and column of a fault, in YAML and in JSON', async () => {
    const yaml = 'prot: 1\nauth:\n  issuers:\n    - issuer: https://a.example\n      jwksUrl: 5\n'
    const json =
      '{\n  "prot": 1,\n  "auth": { "issuers": [\n    { "issuer": "https://a.example", "jwksUrl": 5 }] } }'
    expect(await faultsIn('clientry.yaml', yaml)).toEqual(
      expect.arrayContaining([
        'clientry.yaml:1:1: prot is not known here.',
        'clientry.yaml:5:7: auth.issuers[0].jwksUrl must be a string.',
        expect.stringMatching(/^clientry\.yaml:1:1: key must be/),
      ]),
    )
    expect(await faultsIn('clientry.json', json)).toEqual(
      expect.arrayContaining([
        'clientry.json:2:3: prot is not known here.',
        'clientry.json:4:38: auth.issuers[0].jwksUrl must be a string.',
      ]),
    )
  })

  it('names the place of what is wrong between members, and of a member that is missing', async () => {
    const faults = await faultsIn(
      'clientry.yaml',
      YAML.replace('defaultProvider: ', 'defaultProvider: no-'),
    )
    expect(faults).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          new RegExp(
            `^clientry\\.yaml:${lineOf(YAML, 'defaultProvider')}:1: defaultProvider names no-`,
          ),
        ),
      ]),
    )
  })

  it.each([
    [
      'a tab',
      'clientry.yaml',
      'key:\n\tenv: KEY\n',
      'clientry.yaml:2:1: use spaces instead of tabs to indent.',
    ],
    [
      'a name twice',
      'clientry.yaml',
      'mode: production\nlog:\n  level: info\n  level: warn\n',
      'clientry.yaml:4:3: this name appears twice.',
    ],
    ['no YAML', 'clientry.yml', 'a: [1\nb: 2', /^clientry\.yml:2:\d+: /],
    [
      'a name twice',
      'clientry.json',
      '{ "log": { "level": "info",\n  "level": "warn" } }',
      'clientry.json:2:3: log.level appears twice.',
    ],
    [
      'a name twice, spelled otherwise',
      'clientry.json',
      '{ "mode": 1,\n "m\\u006fde": 2 }',
      'clientry.json:2:2: mode appears twice.',
    ],
    ['no JSON', 'clientry.json', '{\n  "a": 1,\n}', 'clientry.json:3:1: this is not valid JSON.'],
  ] as const)('names the place of %s in %s', async (_, name, text, fault) => {
    const [first] = await faultsIn(name, text)
    if (typeof fault === 'string') expect(first).toBe(fault)
    else expect(first).toMatch(fault)
  })

  it('writes every path in one way, whatever is wrong', async () => {
    const issuers = [
      { issuer: 5, audience: [] },
      { issuer: 'https://a.example', prot: 1, algorithms: ['x'] },
    ]
    const permissions = [{ scope: 1, grants: ['nope'], providers: [1] }]
    const server = { corsOrigins: ['*', 5] }
    const faults = faultsOf({ ...good(), server, auth: { issuers, permissions } }).join('\n')
    expect(faults).toMatch(/auth\.issuers\[1\]\.algorithms\[0\] must be one of/)
    expect(faults).toMatch(/auth\.permissions\[0\]\.grants\[0\] must be one of/)
    // No index stands between dots.
    expect(faults).not.toMatch(/\.\d+(\.| )/)
  })
})
