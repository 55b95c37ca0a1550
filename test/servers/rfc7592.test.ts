/**
 * Real Keycloak and Hydra through their registration endpoints: 300 random patches of clients that were registered and
 * of clients that an administrator made. The tables of what a field may move are by what the servers' documentation
 * says of their administration, and not by our mapping.
 */

import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { canonicalJson, type Json, type JsonObject } from '../../src/core/json/json.ts'
import { fullKeycloakClient } from '../fixtures/registered.ts'
import { unlessChosen } from './chosen.ts'
import { measured } from './figures.ts'
import { type Hydra, startHydra } from './hydra.ts'
import { type Keycloak, newRealm, realmName, startKeycloak } from './keycloak.ts'
import { unflat } from './keycloak-registration.ts'
import {
  any,
  type Choice,
  type Count,
  one,
  openRig,
  patchAtRandom,
  type Registered,
  type Rig,
  some,
} from './random-patches.ts'

const RUNS = 300
const CALLBACKS = [1, 2, 3].map((number) => `https://app${number}.example.com/cb`)
const LOGOUTS = [1, 2, 3].map((number) => `https://app${number}.example.com/bye`)
const A_URL = 'https://app1.example.com/page'

const counter = (): Count => ({
  applied: 0,
  unchanged: 0,
  refused: 0,
  refusals: new Set(),
  broken: [],
})
const report = (name: string, { applied, unchanged, refused, refusals, broken }: Count) =>
  process.stdout.write(
    `${name}: ${applied} applied, ${unchanged} unchanged, ${refused} refused, ${broken.length} broken\n${[...refusals].map((one) => `  ${one}\n`).join('')}`,
  )

/** The figure of the table. */
const patchesOf = (context: TestContext, kind: string, count: Count) =>
  measured(context, {
    kind,
    figure: 'patches',
    value: `${count.broken.length} of ${count.applied + count.unchanged + count.refused}`,
  })

const noKeycloak = unlessChosen('keycloak')

describe.skipIf(noKeycloak !== undefined)('Keycloak', () => {
  let keycloak: Keycloak
  let rig: Rig
  let place: { registrationEndpoint: string; initialAccessToken: string }
  const realm = realmName('clientry')

  beforeAll(async () => {
    keycloak = await startKeycloak()
    place = await newRealm(keycloak, realm)
    rig = await openRig({ dialect: 'keycloak', ...place })
  })
  afterAll(async () => {
    await rig?.bench.close()
    await keycloak?.stop()
  })

  const FLOWS = [
    // It comes and goes with the flow that it is for.
    'beside: service-account-user',
    'standardFlowEnabled',
    'implicitFlowEnabled',
    'directAccessGrantsEnabled',
    'serviceAccountsEnabled',
    'defaultClientScopes',
    '@standard.token.exchange.enabled',
    '@oauth2.jwt.authorization.grant.enabled',
    '@use.refresh.tokens',
    '@oidc.ciba.grant.enabled',
    '@oauth2.device.authorization.grant.enabled',
  ]
  const attribute = (name: string, ...values: (string | boolean)[]): Choice => ({
    values: one(...values),
    moves: [`@${name}`],
  })
  const CHOICES: Readonly<Record<string, Choice>> = {
    name: { values: one('One', 'Two'), moves: ['name'] },
    // Origins that were empty are filled with those of the callbacks, which no registration shows.
    callbacks: { values: some(...CALLBACKS), moves: ['redirectUris', 'webOrigins'] },
    allowedLogoutUrls: { values: any(...LOGOUTS), moves: ['@post.logout.redirect.uris'] },
    grantTypes: {
      values: some(
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'implicit',
        'password',
      ),
      moves: FLOWS,
    },
    tokenEndpointAuthMethod: {
      values: one('client_secret_basic', 'client_secret_post', 'none'),
      moves: [
        'publicClient',
        'secret',
        'clientAuthenticatorType',
        '@client.secret.authentication.allowed.method',
        '@client.secret.creation.time',
      ],
    },
    scopes: { values: some('address', 'phone', 'offline_access'), moves: ['optionalClientScopes'] },
    idTokenSignedResponseAlg: attribute('id.token.signed.response.alg', 'ES256', 'RS256'),
    jwksUri: {
      values: one('https://app1.example.com/jwks'),
      moves: ['@jwks.url', '@use.jwks.url', '@use.jwks.string'],
    },
    clientUri: { values: one(A_URL), moves: ['baseUrl'] },
    'providerSettings.frontchannel_logout_uri': {
      values: one(A_URL),
      moves: ['@frontchannel.logout.url', 'frontchannelLogout'],
    },
    'providerSettings.frontchannel_logout_session_required': attribute(
      'frontchannel.logout.session.required',
      true,
      false,
    ),
    'providerSettings.backchannel_logout_uri': attribute('backchannel.logout.url', A_URL),
    'providerSettings.backchannel_logout_revoke_offline_tokens': attribute(
      'backchannel.logout.revoke.offline.tokens',
      true,
      false,
    ),
    dpopBoundAccessTokens: attribute('dpop.bound.access.tokens', true, false),
    requirePushedAuthorizationRequests: attribute(
      'require.pushed.authorization.requests',
      true,
      false,
    ),
    'providerSettings.default_acr_values': {
      values: any('one', 'two'),
      moves: ['@default.acr.values'],
    },
    'providerSettings.userinfo_signed_response_alg': attribute(
      'user.info.response.signature.alg',
      'RS256',
      'ES256',
    ),
  }

  /** A client with authorization services is shown with a grant that no update by registration takes away. */
  const UMA = 'urn:ietf:params:oauth:grant-type:uma-ticket'
  const WITH_AUTHORIZATION: typeof CHOICES = {
    ...CHOICES,
    grantTypes: {
      values: some('authorization_code', 'refresh_token', 'client_credentials', 'password').map(
        (grants) => [...(grants as string[]), UMA],
      ),
      moves: FLOWS,
    },
  }

  /** Attributes whose absence means `true`. */
  const TRUE = { '@frontchannel.logout.session.required': 'true', '@use.refresh.tokens': 'true' }

  /**
   * Sets in one order; an attribute that is `false` or empty is none, but for those. How a public client would
   * authenticate means nothing.
   */
  async function view(id: string): Promise<JsonObject> {
    const { body } = await keycloak.admin('GET', `/${realm}/clients?clientId=${id}`)
    const [{ attributes = {}, ...client } = {}] = body as { attributes?: JsonObject }[]
    const members = Object.entries(client as JsonObject).map(([name, value]): [string, Json] => [
      name,
      Array.isArray(value)
        ? // It comes and goes with the service account, at times only with a later update.
          value.filter((item) => item !== 'service_account').sort()
        : value === ''
          ? null
          : value,
    ])
    const kept = Object.entries(attributes).flatMap(([name, value]): [string, Json][] =>
      (value === 'false' && !(`@${name}` in TRUE)) || value === '' ? [] : [[`@${name}`, value]],
    )
    const { clientAuthenticatorType, ...whole } = Object.fromEntries([...members, ...kept])
    const type =
      whole.publicClient === true
        ? {}
        : { clientAuthenticatorType: clientAuthenticatorType ?? null }
    return { ...TRUE, ...whole, ...type, ...(await beside(id)) }
  }

  async function registered(metadata: object): Promise<Registered> {
    const answer = await fetch(place.registrationEndpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${place.initialAccessToken}`,
      },
      body: JSON.stringify(metadata),
    })
    const body = (await answer.json()) as Record<string, string>
    return {
      id: body.client_id ?? '',
      token: body.registration_access_token ?? '',
      uri: body.registration_client_uri ?? '',
    }
  }

  async function made(members: JsonObject): Promise<Registered> {
    const clientId = `made-${Math.random().toString(36).slice(2)}`
    // Where the id is the same, Keycloak takes scopes by registration (keycloak/keycloak#51311).
    const client = { id: clientId, clientId, protocol: 'openid-connect', ...members }
    await keycloak.admin('POST', `/${realm}/clients`, client)
    const path = `/${realm}/clients/${clientId}/registration-access-token`
    const { body } = await keycloak.admin('POST', path)
    const { registrationAccessToken: token = '' } = body as { registrationAccessToken?: string }
    return { id: clientId, token, uri: `${place.registrationEndpoint}/${clientId}` }
  }

  /** One with settings of every kind, and with what is kept beside its record. */
  async function full(): Promise<Registered> {
    const { client_id: _, ...members } = fullKeycloakClient
    const client = await made(unflat(members))
    const path = `/${realm}/clients/${client.id}`
    await keycloak.admin('POST', `${path}/roles`, { name: 'reader' })
    await keycloak.admin('POST', `${path}/authz/resource-server/resource`, { name: 'documents' })
    return client
  }

  /** What no record shows. */
  async function beside(id: string): Promise<JsonObject> {
    const names = [
      'roles',
      'authz/resource-server/resource',
      'scope-mappings',
      'service-account-user',
    ]
    const all = names.map(async (name): Promise<[string, Json]> => {
      const { body } = await keycloak.admin('GET', `/${realm}/clients/${id}/${name}`)
      return [`beside: ${name}`, canonicalJson((body ?? null) as Json)]
    })
    return Object.fromEntries(await Promise.all(all))
  }

  it('leaves a public client public, and its logout URIs as they follow its callbacks', async () => {
    const client = await made({ publicClient: true, redirectUris: CALLBACKS.slice(0, 1) })
    const ref = await rig.adopt(client)
    const before = await view(client.id)
    const result = await rig.bench.change(ref, { callbacks: { add: [CALLBACKS[1]] } })
    expect(result.warnings).toEqual([])
    const after = await view(client.id)
    expect(after).toEqual({ ...before, redirectUris: CALLBACKS.slice(0, 2) })
  })

  it('empties logout URIs, and does not leave them to the callbacks', async () => {
    const ref = await rig.adopt(
      await registered({ redirect_uris: CALLBACKS, post_logout_redirect_uris: LOGOUTS }),
    )
    await rig.bench.change(ref, { allowedLogoutUrls: [] })
    expect(await view(ref.id)).toMatchObject({ '@post.logout.redirect.uris': '-' })
  })

  it('switches every grant type that an update switches, and refuses the one that it does not', async () => {
    const grants = {
      implicit: 'implicitFlowEnabled',
      password: 'directAccessGrantsEnabled',
      client_credentials: 'serviceAccountsEnabled',
      refresh_token: '@use.refresh.tokens',
      'urn:ietf:params:oauth:grant-type:device_code': '@oauth2.device.authorization.grant.enabled',
      'urn:openid:params:grant-type:ciba': '@oidc.ciba.grant.enabled',
      'urn:ietf:params:oauth:grant-type:token-exchange': '@standard.token.exchange.enabled',
      'urn:ietf:params:oauth:grant-type:jwt-bearer': '@oauth2.jwt.authorization.grant.enabled',
    }
    const { id } = await rig.adopt(await registered({ redirect_uris: CALLBACKS.slice(0, 1) }))
    const ref = { provider: 'it', id }
    const authorized = await rig.adopt(await full())
    const isOn = async (member: string) =>
      [true, 'true'].includes((await view(id))[member] as never)
    await rig.bench.change(ref, { grantTypes: ['authorization_code'] })
    for (const [grant, member] of Object.entries(grants)) {
      const on = await rig.bench.change(ref, { grantTypes: { add: [grant] } })
      expect([grant, on.warnings, await isOn(member)]).toEqual([grant, [], true])
      const off = await rig.bench.change(ref, { grantTypes: { remove: [grant] } })
      expect([grant, off.warnings, await isOn(member)]).toEqual([grant, [], false])
    }
    // Its resources and policies would stay, and the answer would say that they had gone.
    for (const [one, grantTypes] of [
      [authorized, { remove: [UMA] }],
      [authorized, ['authorization_code']],
      [ref, { add: [UMA] }],
    ] as const) {
      const before = await view(one.id)
      await expect(rig.bench.change(one, { grantTypes })).rejects.toMatchObject({
        code: 'rule_violated',
        field: 'client.grantTypes',
      })
      expect(await view(one.id)).toEqual(before)
    }
  })

  it(`holds over ${RUNS} random patches`, async (context) => {
    const count = counter()
    const clients = [
      await registered({ redirect_uris: CALLBACKS.slice(0, 1), client_name: 'One' }),
      await registered({
        redirect_uris: CALLBACKS.slice(0, 2),
        token_endpoint_auth_method: 'none',
        post_logout_redirect_uris: LOGOUTS.slice(0, 1),
      }),
      await made({ publicClient: true, redirectUris: CALLBACKS.slice(0, 1) }),
      await made({
        publicClient: false,
        directAccessGrantsEnabled: true,
        redirectUris: CALLBACKS,
        attributes: { 'post.logout.redirect.uris': '+' },
      }),
      await made({
        publicClient: false,
        standardFlowEnabled: false,
        serviceAccountsEnabled: true,
        redirectUris: [],
      }),
      await full(),
    ]
    for (const [index, client] of clients.entries()) {
      const ref = await rig.adopt(client)
      const runs = RUNS / clients.length
      const choices = index === clients.length - 1 ? WITH_AUTHORIZATION : CHOICES
      await patchAtRandom({ rig, choices, view }, ref, count, { runs, seed: index + 1 })
    }
    report('Keycloak', count)
    patchesOf(context, 'rfc7592 at Keycloak', count)
    expect(count.broken).toEqual([])
  })
})

const noHydra = unlessChosen('hydra')

describe.skipIf(noHydra !== undefined)('Hydra', () => {
  let hydra: Hydra
  let rig: Rig

  beforeAll(async () => {
    hydra = await startHydra()
    const registrationEndpoint = `${hydra.publicUrl}/oauth2/register`
    rig = await openRig({ dialect: 'hydra', registrationEndpoint })
  })
  afterAll(async () => {
    await rig?.bench.close()
    await hydra?.stop()
  })

  const member = (name: string, ...values: string[]): Choice => ({
    values: one(...values),
    moves: [name],
  })
  const CHOICES: Readonly<Record<string, Choice>> = {
    name: member('client_name', 'One', 'Two'),
    callbacks: { values: some(...CALLBACKS), moves: ['redirect_uris'] },
    allowedLogoutUrls: { values: any(...LOGOUTS), moves: ['post_logout_redirect_uris'] },
    grantTypes: {
      values: any('authorization_code', 'refresh_token', 'client_credentials'),
      moves: ['grant_types'],
    },
    responseTypes: { values: any('code'), moves: ['response_types'] },
    tokenEndpointAuthMethod: member(
      'token_endpoint_auth_method',
      'client_secret_basic',
      'client_secret_post',
      'none',
    ),
    scopes: { values: any('openid', 'profile', 'offline_access'), moves: ['scope'] },
    logoUri: member('logo_uri', A_URL),
    policyUri: member('policy_uri', A_URL),
    tosUri: member('tos_uri', A_URL),
    jwksUri: { values: one('https://app1.example.com/jwks'), moves: ['jwks_uri', 'jwks'] },
    clientUri: member('client_uri', A_URL),
    contacts: {
      values: any('a@example.com', 'b@example.com'),
      moves: ['contacts'],
    },
    'providerSettings.audience': { values: any('one', 'two'), moves: ['audience'] },
    'providerSettings.owner': member('owner', 'team'),
    'providerSettings.allowed_cors_origins': {
      values: any('https://app1.example.com', 'https://app2.example.com'),
      moves: ['allowed_cors_origins'],
    },
    'providerSettings.userinfo_signed_response_alg': member(
      'userinfo_signed_response_alg',
      'RS256',
    ),
    'providerSettings.backchannel_logout_uri': member('backchannel_logout_uri', A_URL),
    'providerSettings.frontchannel_logout_uri': member('frontchannel_logout_uri', A_URL),
    'providerSettings.authorization_code_grant_access_token_lifespan': member(
      'authorization_code_grant_access_token_lifespan',
      '60m',
      '1h',
      '90s',
    ),
  }

  async function view(id: string): Promise<JsonObject> {
    const answer = await fetch(`${hydra.adminUrl}/admin/clients/${id}`)
    const { updated_at: _, ...client } = (await answer.json()) as JsonObject
    return Object.fromEntries(
      Object.entries(client).map(([name, value]): [string, Json] => [
        name,
        value === '' || (Array.isArray(value) && value.length === 0) ? null : value,
      ]),
    )
  }

  async function registered(url: string, metadata: object): Promise<Registered> {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(metadata) })
    const body = (await answer.json()) as Record<string, string>
    const { client_id: id = '', registration_access_token: token = '' } = body
    return { id, token, uri: `${hydra.publicUrl}/oauth2/register/${id}` }
  }

  it(`holds over ${RUNS} random patches`, async (context) => {
    const count = counter()
    const code = { grant_types: ['authorization_code'], response_types: ['code'] }
    const byRegistration = `${hydra.publicUrl}/oauth2/register`
    const clients = [
      await registered(byRegistration, { redirect_uris: CALLBACKS.slice(0, 1), ...code }),
      await registered(byRegistration, {
        redirect_uris: CALLBACKS,
        post_logout_redirect_uris: LOGOUTS,
        token_endpoint_auth_method: 'none',
        ...code,
      }),
      await registered(`${hydra.adminUrl}/admin/clients`, {
        redirect_uris: CALLBACKS.slice(0, 2),
        owner: 'team',
        client_credentials_grant_access_token_lifespan: '2h',
        ...code,
      }),
    ]
    for (const [index, client] of clients.entries()) {
      const ref = await rig.adopt(client)
      const runs = RUNS / clients.length
      await patchAtRandom({ rig, choices: CHOICES, view }, ref, count, { runs, seed: index + 1 })
    }
    report('Hydra', count)
    patchesOf(context, 'rfc7592 at Hydra', count)
    expect(count.broken).toEqual([])
  })

  it('does not touch a client whose administrator has set what an update would reset', async () => {
    const client = await registered(`${hydra.adminUrl}/admin/clients`, {
      redirect_uris: CALLBACKS,
      skip_consent: true,
    })
    const ref = await rig.adopt(client)
    const before = await view(ref.id)
    await expect(rig.bench.change(ref, { name: 'New' })).rejects.toMatchObject({
      code: 'unsupported_operation',
    })
    expect(await view(ref.id)).toEqual(before)
  })
})
