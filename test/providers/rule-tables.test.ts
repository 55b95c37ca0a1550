/**
 * The rules by which a change is refused before it is sent, and those of the emulators, are two tables from the same sources,
 * so that neither inherits a mistake of the other. They say the same of generated clients, but for the rows below; each of
 * these has its reason and is met. The samples are the same in every run.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Rule } from '../../src/core/mapping/row.ts'
import { checkRules as checkAuth0 } from '../../src/emulators/auth0/clients/rules.ts'
import { checkRules as checkCognito } from '../../src/emulators/cognito/rules/rules.ts'
import { rules as auth0Rules } from '../../src/providers/auth0/rules.ts'
import { rules as cognitoRules } from '../../src/providers/cognito/rules.ts'

const SAMPLES = 6_000
const SEED = 20_261_130

/** A part of what a rule says, and why the other table has none for it. */
type OneSided = Readonly<Record<string, string>>

interface Tables {
  readonly rules: readonly Rule[]
  /** Throws what the emulator refuses. */
  check(client: JsonObject): void
  readonly clients: fc.Arbitrary<JsonObject>
  readonly planOnly: OneSided
  readonly emulatorOnly: OneSided
}

/** A client with some of the members. */
const clientsOf = (members: Readonly<Record<string, readonly Json[]>>): fc.Arbitrary<JsonObject> =>
  fc.record(
    Object.fromEntries(
      Object.entries(members).map(([name, values]) => [name, fc.constantFrom(...values)]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>

const POOL = {
  id: 'us-east-1_rules',
  identityProviders: ['Google'],
  resourceServers: [{ identifier: 'orders', scopes: ['read'] }],
}
const APP = 'https://app.example.com/cb'
const OTHER = 'https://app.example.com/other'

const TABLES: Readonly<Record<string, Tables>> = {
  cognito: {
    rules: cognitoRules,
    check: (client) =>
      checkCognito({
        next: client,
        pool: POOL as never,
        confidential: client.ClientSecret !== undefined,
      }),
    clients: clientsOf({
      ClientSecret: ['a-secret-a-secret-a-secret-a-secret'],
      CallbackURLs: [[], [APP], [APP, OTHER]],
      DefaultRedirectURI: [APP, OTHER],
      AllowedOAuthFlowsUserPoolClient: [true, false],
      AllowedOAuthFlows: [
        [],
        ['code'],
        ['implicit'],
        ['code', 'implicit'],
        ['client_credentials'],
        ['client_credentials', 'code'],
      ],
      AllowedOAuthScopes: [[], ['openid'], ['orders/read'], ['openid', 'orders/read']],
      ExplicitAuthFlows: [
        ['ALLOW_REFRESH_TOKEN_AUTH'],
        ['ALLOW_USER_SRP_AUTH'],
        ['ALLOW_CLIENT_TOKEN_AUTH'],
        ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
        ['USER_PASSWORD_AUTH'],
        ['USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
        [],
      ],
      RefreshTokenRotation: [{ Feature: 'ENABLED' }, { Feature: 'DISABLED' }],
      RefreshTokenValidity: [1, 30],
      AccessTokenValidity: [1, 24],
      IdTokenValidity: [1, 24],
      TokenValidityUnits: [
        {},
        { RefreshToken: 'hours' },
        { AccessToken: 'hours', IdToken: 'hours' },
      ],
      EnablePropagateAdditionalUserContextData: [true, false],
      AuthSessionValidity: [3, 15],
      PreventUserExistenceErrors: ['ENABLED', 'LEGACY'],
      ReadAttributes: [['email'], []],
      WriteAttributes: [['email'], []],
      AnalyticsConfiguration: [
        { ApplicationArn: 'arn:aws:mobiletargeting:us-east-1:1:apps/a' },
        { ApplicationArn: 'arn:aws:mobiletargeting:us-east-1:1:apps/a', ExternalId: 'b' },
        { ApplicationId: 'a', RoleArn: 'arn:aws:iam::1:role/a', ExternalId: 'b' },
        { ApplicationId: 'a' },
      ],
    }),
    planOnly: {
      'must not be an empty list':
        'Cognito takes an empty list, and stores it as "not set", which allows more',
    },
    emulatorOnly: {},
  },
  auth0: {
    rules: auth0Rules,
    check: (client) => checkAuth0(client, client),
    clients: clientsOf({
      is_first_party: [true, false],
      third_party_security_mode: ['strict', 'permissive'],
      organization_usage: ['allow'],
      organization_require_behavior: ['no_prompt', 'post_login_prompt'],
      oidc_conformant: [true, false],
      grant_types: [
        ['authorization_code'],
        ['client_credentials'],
        ['authorization_code', 'implicit'],
        ['authorization_code', 'refresh_token', 'client_credentials'],
      ],
      token_endpoint_auth_method: ['none', 'client_secret_post'],
      client_authentication_methods: [{ private_key_jwt: { credentials: [{ id: 'cred_1' }] } }],
      jwt_configuration: [{ alg: 'RS256' }, { alg: 'PS256' }, { alg: 'HS256' }, {}],
      refresh_token: [
        { rotation_type: 'rotating', expiration_type: 'expiring' },
        { rotation_type: 'rotating', expiration_type: 'non-expiring' },
        ...[true, false].flatMap((whole) =>
          [true, false].flatMap((idle) =>
            ['expiring', 'non-expiring'].map((expiration_type) => ({
              rotation_type: 'non-rotating',
              expiration_type,
              token_lifetime: 100,
              idle_token_lifetime: 200,
              infinite_token_lifetime: whole,
              infinite_idle_token_lifetime: idle,
            })),
          ),
        ),
      ],
    }),
    planOnly: {},
    emulatorOnly: {},
  },
}

/** Rules about one value alone: the emulators have them in the shapes of requests. */
const ONE_VALUE =
  /AuthSessionValidity|PreventUserExistenceErrors|must be an object|credentials by their ids|exactly one of/

const reasonIn = (rows: OneSided, says: string) =>
  Object.keys(rows).find((part) => says.includes(part))

function refusalOf(check: Tables['check'], client: JsonObject): string | undefined {
  try {
    check(client)
    return undefined
  } catch (refusal) {
    const { message, body } = refusal as { message?: string; body?: { message?: string } }
    return body?.message ?? message ?? JSON.stringify(refusal)
  }
}

describe.each(Object.entries(TABLES))('%s', (_, tables) => {
  const { rules, check, clients, planOnly, emulatorOnly } = tables
  const samples = fc.sample(clients, { numRuns: SAMPLES, seed: SEED }).map((client) => ({
    client,
    ours: rules.filter(({ holds }) => !holds(client)).map(({ says }) => says),
    theirs: refusalOf(check, client),
  }))

  it('is judged alike by both tables, but for what is explained', () => {
    const differing = samples.flatMap(({ client, ours, theirs }) => {
      const shared = ours.filter((says) => reasonIn(planOnly, says) === undefined)
      // The emulator names the first rule alone.
      if (theirs !== undefined && reasonIn(emulatorOnly, theirs) !== undefined) return []
      const alike = theirs === undefined ? shared.length === 0 : ours.length > 0
      return alike ? [] : [{ client, ours, theirs }]
    })
    expect(differing.slice(0, 3)).toEqual([])
  })

  it('meets every explanation, and breaks nearly every rule', () => {
    const ours = samples.flatMap((one) => one.ours)
    const theirs = samples.flatMap((one) => one.theirs ?? [])
    for (const part of Object.keys(planOnly)) {
      expect(ours.some((says) => says.includes(part))).toBe(true)
    }
    for (const part of Object.keys(emulatorOnly)) {
      expect(theirs.some((says) => says.includes(part))).toBe(true)
    }
    const unbroken = rules.filter(({ says }) => !ours.includes(says)).map(({ says }) => says)
    expect(unbroken.filter((says) => !ONE_VALUE.test(says))).toEqual([])
    expect(samples.some((one) => one.ours.length === 0 && one.theirs === undefined)).toBe(true)
  })
})
