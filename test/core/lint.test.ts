/** The lint rules: what each finds and what it leaves alone, and the order in which it is reported. */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { lintClient, RULES } from '../../src/core/lint/lint.ts'
import { SEVERITIES } from '../../src/core/lint/rule.ts'
import { SHARED_CALLBACK, sharedCallback } from '../../src/core/lint/shared-callbacks.ts'
import { mappingOf, PROVIDER_TYPES } from '../../src/providers/configured.ts'
import { withMembers } from '../plan.ts'
import { PROVIDERS, type ProviderName, SAMPLES } from './lint-samples.ts'

const MAPPINGS = await Promise.all(PROVIDER_TYPES.map(mappingOf))

const ALL_RULES = [...RULES, ...MAPPINGS.flatMap(({ lint }) => lint?.rules ?? [])]

const lint = (provider: ProviderName, members: Parameters<typeof withMembers>[1]) => {
  const { mapping, clean } = PROVIDERS[provider]
  return lintClient(mapping, withMembers(clean, members))
}

const idsOf = (provider: ProviderName, members: Parameters<typeof withMembers>[1]) =>
  lint(provider, members).map(({ rule }) => rule)

describe('each rule', () => {
  it('has an id of its own, and a client that breaks it', () => {
    const ids = [...ALL_RULES, SHARED_CALLBACK].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(Object.keys(SAMPLES).sort()).toEqual(ALL_RULES.map(({ id }) => id).sort())
  })

  it.each(Object.entries(SAMPLES))('%s finds it, with its fix', (id, sample) => {
    const { mapping, clean } = PROVIDERS[sample.provider]
    const record = withMembers(clean, sample.members)
    const found = lintClient(mapping, record, sample.dangling, sample.at).filter(
      ({ rule }) => rule === id,
    )
    expect(found.map(({ field, mend = null }) => ({ field, mend }))).toContainEqual({
      field: sample.field,
      mend: sample.mend,
    })
    const rule = ALL_RULES.find((one) => one.id === id)
    expect(found[0]).toMatchObject({ severity: rule?.severity, source: rule?.source })
    expect(found[0]?.message).toMatch(/^[\w.]+ .*\.$/)
  })

  it.each(Object.keys(PROVIDERS))('finds nothing in a client of %s that is kept well', (name) => {
    expect(lint(name as ProviderName, {})).toEqual([])
  })
})

describe('rules leave alone', () => {
  it.each<[string, ProviderName, Parameters<typeof withMembers>[1]]>([
    [
      'http on the machine itself, in a client that is not in production',
      'auth0',
      { callbacks: ['http://localhost:3000/cb'] },
    ],
    [
      'loopback of a native app beside a claimed https URI',
      'local',
      {
        application_type: 'native',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://app.example.com/keys',
        redirect_uris: ['http://127.0.0.1/cb', 'https://app.example.com/cb'],
      },
    ],
    [
      'web views of a native app on localhost',
      'auth0',
      {
        app_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        allowed_origins: ['capacitor://localhost'],
      },
    ],
    [
      'a public client that rotates',
      'cognito',
      {
        ClientSecret: undefined,
        EnablePropagateAdditionalUserContextData: undefined,
        RefreshTokenRotation: { Feature: 'ENABLED' },
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
      },
    ],
    [
      'a public client whose tokens are bound to its key',
      'auth0',
      {
        app_type: 'spa',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        require_proof_of_possession: true,
      },
    ],
    [
      'a public client that does not refresh',
      'auth0',
      { app_type: 'spa', token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] },
    ],
    [
      'a single-page app at Auth0, though each client there holds a secret',
      'auth0',
      {
        app_type: 'spa',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        client_secret: 'x'.repeat(64),
      },
    ],
    [
      "Auth0's own defaults of refresh tokens",
      'auth0',
      {
        refresh_token: {
          rotation_type: 'non-rotating',
          expiration_type: 'expiring',
          infinite_token_lifetime: false,
          token_lifetime: 31_557_600,
          infinite_idle_token_lifetime: false,
          idle_token_lifetime: 2_592_000,
        },
      },
    ],
    [
      '89 of 100 callbacks',
      'auth0',
      { callbacks: Array.from({ length: 89 }, (_, index) => `https://app.example.com/${index}`) },
    ],
    [
      'a client of Cognito without OAuth',
      'cognito',
      {
        AllowedOAuthFlows: undefined,
        AllowedOAuthScopes: undefined,
        CallbackURLs: undefined,
        LogoutURLs: undefined,
        AllowedOAuthFlowsUserPoolClient: false,
      },
    ],
  ])('%s', (_, provider, members) => {
    expect(idsOf(provider, members)).toEqual([])
  })

  it.each<[string, Parameters<typeof withMembers>[1]]>([
    ['https on the machine itself, where nothing else is', { callbacks: ['https://localhost/cb'] }],
    [
      'endless refresh tokens that the client cannot get',
      { grant_types: ['authorization_code'], refresh_token: undefined },
    ],
  ])('%s', (_, members) => {
    expect(idsOf('auth0', members)).toEqual([])
  })

  it('a local client whose tokens are bound to its key, and that has no secret', () => {
    const members = { token_endpoint_auth_method: 'none', client_secret: undefined }
    expect(idsOf('local', { ...members, dpop_bound_access_tokens: true })).toEqual([])
    expect(idsOf('local', members)).toEqual(['refresh_not_rotated'])
  })

  it('a client of Cognito that does not show whether it has a secret', () => {
    const members = { ClientSecret: undefined, ClientSecrets: null }
    expect(idsOf('cognito', members)).toEqual([])
  })
})

describe('rules find', () => {
  it('a client that acts for itself and does not authenticate, whatever it is called', () => {
    const members = { app_type: undefined, token_endpoint_auth_method: 'none' }
    expect(idsOf('auth0', members)).toEqual([
      'refresh_not_rotated',
      'rule_broken',
      'confidential_without_secret',
    ])
  })

  it('a map that is nearly full', () => {
    const keys = Array.from({ length: 9 }, (_, index): [string, Json] => [`key${index}`, 'x'])
    const [found] = lint('auth0', { client_metadata: Object.fromEntries(keys) })
    expect(found).toMatchObject({ rule: 'near_limit', field: 'client.clientMetadata' })
    expect(found?.message).toContain('9 of the 10')
  })
})

describe('a fix', () => {
  it('is not offered where it does not end the finding', () => {
    const rule = {
      id: 'always',
      severity: 'info' as const,
      says: 'anything',
      source: 'this test',
      find: () => [{ field: 'client.name', message: 'Always.', mend: { description: 'Other' } }],
    }
    const mapping = { ...PROVIDERS.auth0.mapping, lint: { rules: [rule] } }
    const told = { rule: 'always', field: 'client.name', message: 'Always.' }
    expect(lintClient(mapping, PROVIDERS.auth0.clean)).toEqual([
      { ...told, severity: 'info', source: 'this test' },
    ])
  })

  it('switches OAuth of Cognito on with the refresh flow that it needs', () => {
    const members = {
      AllowedOAuthFlowsUserPoolClient: false,
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    }
    const found = lint('cognito', members).find(({ rule }) => rule === 'oauth_off')
    expect(found?.mend).toEqual({ grantTypes: ['authorization_code', 'refresh_token'] })
  })

  it('is not offered where the provider would refuse it', () => {
    const members = { AllowedOAuthScopes: ['aws.cognito.signin.user.admin'] }
    const [found] = lint('cognito', members)
    expect(found).toMatchObject({ rule: 'user_admin_scope' })
    expect(found).not.toHaveProperty('mend')
  })

  it('is not offered where it would switch the client off', () => {
    const [found] = lint('auth0', { grant_types: ['implicit', 'refresh_token'] })
    expect(found).toMatchObject({ rule: 'implicit_grant' })
    expect(found).not.toHaveProperty('mend')
  })

  it('is not offered where something worse would come of it', () => {
    // With OAuth on, a public client would get refresh tokens that do not rotate.
    const members = {
      ClientSecret: undefined,
      EnablePropagateAdditionalUserContextData: undefined,
      AllowedOAuthFlowsUserPoolClient: false,
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    }
    const found = lint('cognito', members)
    expect(found.map(({ rule }) => rule)).toEqual(['rule_broken', 'oauth_off'])
    expect(found[1]).not.toHaveProperty('mend')
  })

  it('takes the refresh tokens that Cognito gives without OAuth into account', () => {
    const members = {
      ClientSecret: undefined,
      EnablePropagateAdditionalUserContextData: undefined,
      AllowedOAuthFlowsUserPoolClient: false,
      AllowedOAuthFlows: undefined,
      CallbackURLs: undefined,
    }
    expect(idsOf('cognito', members)).toEqual(['refresh_not_rotated'])
  })
})

describe('what is reported', () => {
  const broken = {
    callbacks: [
      'https://app.example.com/cb',
      'http://a.example.com/',
      'http://localhost/',
      'https://*.example.com/',
    ],
    web_origins: ['http://a.example.com'],
    grant_types: ['authorization_code', 'implicit', 'password'],
    oidc_conformant: false,
    is_first_party: false,
  }

  it('is most severe first, and the same each time', () => {
    const found = lint('auth0', broken)
    expect(found.map(({ rule, field }) => `${rule} ${field}`)).toEqual([
      'wildcard_redirect client.callbacks',
      'http client.callbacks',
      'http client.webOrigins',
      'password_grant client.grantTypes',
      'rule_broken client.firstParty',
      'localhost_in_production client.callbacks',
      'implicit_grant client.grantTypes',
      'not_oidc_conformant client.oidcConformant',
      'third_party client.firstParty',
    ])
    const ranks = found.map(({ severity }) => SEVERITIES.indexOf(severity))
    expect(ranks).toEqual([...ranks].sort())
    expect(lint('auth0', broken)).toEqual(found)
    // What is worse and was there before stands in no fix's way.
    expect(found.find(({ rule }) => rule === 'implicit_grant')?.mend).toBeDefined()
  })

  it('counts the URIs that are too many to name', () => {
    const uris = ['http://a.example.com/', 'http://b.example.com/', 'http://c.example.com/']
    const [found] = lint('auth0', { callbacks: [...uris, 'http://d.example.com/'] })
    expect(found?.message).toContain('"http://c.example.com/" and 1 more: without TLS')
  })

  it.each(Object.entries(SAMPLES))('holds no secret, for %s', (_, { provider, members }) => {
    const { clean } = PROVIDERS[provider] as { clean: JsonObject }
    const text = JSON.stringify(lint(provider, members))
    for (const name of ['client_secret', 'ClientSecret']) {
      if (typeof clean[name] === 'string') expect(text).not.toContain(clean[name])
    }
  })
})

describe('a callback of several clients', () => {
  it('is reported from three on, and not where it is on the machine itself', () => {
    const shared = (uri: string, count: number) => sharedCallback(uri, ['a', 'b'], count)
    expect(shared('https://one.example.com/cb', 3)?.message).toContain('3 clients have')
    expect(shared('https://one.example.com/cb', 2)).toBe(undefined)
    expect(shared('http://localhost:3000/cb', 3)).toBe(undefined)
  })
})
