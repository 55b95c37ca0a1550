/**
 * Keycloak itself through its admin API: the tables of its page, a foreign writer, and what random changes leave of the
 * resources beside a client.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRecord, type Json, type JsonObject } from '../../src/core/json/json.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { POOL } from '../providers/keycloak/subject.ts'
import { unlessChosen } from './chosen.ts'
import { measured } from './figures.ts'
import { type Keycloak, realmName, startKeycloak, tokenOf } from './keycloak.ts'
import { keycloakTables } from './keycloak-cases.ts'
import { openTestRealm, type TestRealm } from './keycloak-realm.ts'
import { any, type Choice, type Count, one, patchAtRandom, some } from './random-patches.ts'

const reason = unlessChosen('keycloak')

const REALM = realmName('admin')
const URLS = Array.from({ length: 3 }, (_, index) => `https://app.example.com/cb/${index}`)
const DEADLINE_MS = 60_000
const PATCHES = 300

describe.skipIf(reason !== undefined)('Keycloak', () => {
  let keycloak: Keycloak
  let realm: TestRealm
  let bench: Bench

  const admin = () => realm.admin
  const refTo = (clientId: Json | undefined) => realm.refTo(clientId)

  beforeAll(async () => {
    keycloak = await startKeycloak()
    realm = await openTestRealm(keycloak, REALM)
    bench = realm.bench
  })
  afterAll(async () => {
    await realm?.close()
    await keycloak?.stop()
  })

  it('does what its page says, row by row', async () => {
    const page = readFileSync(join(process.cwd(), 'docs', 'providers', 'keycloak.md'), 'utf8')
    for (const table of (await keycloakTables(realm.callers)).split('\n\n')) {
      expect(page).toContain(table)
    }
  })

  it('takes empty lists of a service account that may only query for missing rights', async () => {
    const provider = await realm.providerAs('query-clients')
    const call = { deadline: Date.now() + DEADLINE_MS, timeoutMs: 10_000, operationId: 'check' }
    const refused = { code: 'provider_misconfigured' }
    await expect(provider.list?.(POOL, call)).rejects.toMatchObject(refused)
    await expect(provider.read(refTo('account'), call)).rejects.toMatchObject(refused)
  })

  it('sees a foreign writer between our read and our write, unless it writes the same member', async () => {
    const client = await admin().make()
    const ref = refTo(client.clientId)
    /** A foreign writer, once the client has been read and before anything is sent. */
    const between = async (change: object, body: JsonObject) => {
      const reached = async (at: CrashPoint) => {
        if (at === 'intent recorded') await admin().put(client, body)
      }
      return changeClient({ ...bench.service, reached }, requestFor(bench.service, ref, change))
    }
    const mapper = {
      name: 'theirs',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-hardcoded-claim-mapper',
      config: { 'claim.name': 'a', 'claim.value': 'b' },
    }
    const always = { webOrigins: client.webOrigins ?? [], authorizationServicesEnabled: false }
    const seen = await between({ name: 'Ours' }, { ...always, protocolMappers: [mapper] })
    expect(seen.warnings.map(({ field }) => field)).toEqual([
      'client.providerSettings.protocolMappers',
    ])
    const after = await admin().read(ref.id)
    expect(after).toMatchObject({ name: 'Ours', protocolMappers: [{ name: 'theirs' }] })
  })

  it(`changes nothing that ${PATCHES} random patches do not name, in the resources beside the client either`, async (context) => {
    const client = await populated()
    const count: Count = {
      applied: 0,
      unchanged: 0,
      refused: 0,
      refusals: new Set(),
      broken: [],
    }
    const provider = bench.service.providers.get('it')
    if (provider === undefined) throw new Error('no provider')
    const adopt = () => Promise.reject(new Error('nothing is adopted here'))
    const rig = { bench, provider, adopt }
    await patchAtRandom({ rig, choices: CHOICES, view }, refTo(client.clientId), count, {
      runs: PATCHES,
      seed: 17,
    })
    const { applied, unchanged, refused, refusals, broken } = count
    process.stdout.write(
      `${PATCHES} random patches at Keycloak: ${applied} applied, ${unchanged} without a change, ${refused} refused (${[...refusals].join('; ')})\n`,
    )
    const value = `${broken.length} of ${PATCHES} with resources beside it`
    measured(context, { kind: 'keycloak itself', figure: 'patches', value })
    expect(broken).toEqual([])
    expect(applied).toBeGreaterThan(PATCHES / 3)
  })

  /** A client with something in every resource that Keycloak keeps beside it. */
  async function populated(): Promise<JsonObject> {
    const client = await admin().make({
      serviceAccountsEnabled: true,
      authorizationServicesEnabled: true,
      fullScopeAllowed: false,
      webOrigins: ['https://app.example.com'],
      protocolMappers: [
        {
          name: 'team',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-hardcoded-claim-mapper',
          config: { 'claim.name': 'team', 'claim.value': 'identity' },
        },
      ],
    })
    const at = `/${REALM}/clients/${client.id}`
    const done = async (method: string, path: string, body: object) => {
      const { status } = await keycloak.admin(method, path, body)
      if (status >= 400) throw new Error(`${method} ${path}: ${status}`)
    }
    await done('POST', `${at}/roles`, { name: 'editor' })
    const { body: role } = await keycloak.admin('GET', `${at}/roles/editor`)
    const { body: user } = await keycloak.admin('GET', `${at}/service-account-user`)
    const users = `/${REALM}/users/${(user as { id: string }).id}`
    await done('POST', `${users}/role-mappings/clients/${client.id}`, [role as object])
    await done('POST', `${at}/scope-mappings/clients/${client.id}`, [role as object])
    await done('POST', `${at}/authz/resource-server/resource`, { name: 'orders', uris: ['/o'] })
    await done('POST', `${at}/authz/resource-server/scope`, { name: 'read' })
    return client
  }

  /** The record, attribute by attribute, and what is beside it. */
  async function view(clientId: string): Promise<JsonObject> {
    const { access: _, attributes, ...record } = await admin().read(clientId)
    const at = `/${REALM}/clients/${record.id}`
    const { body: user } = await keycloak.admin('GET', `${at}/service-account-user`)
    const beside = async (path: string) => [path, (await keycloak.admin('GET', path)).body as Json]
    const paths = [
      `${at}/roles`,
      `${at}/scope-mappings`,
      `${at}/protocol-mappers/models`,
      `${at}/authz/resource-server/settings`,
      `/${REALM}/users/${(user as { id: string }).id}/role-mappings`,
    ]
    const lists = Object.entries(record).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value,
    ])
    return Object.fromEntries([
      ...lists,
      ...Object.entries(isRecord(attributes) ? attributes : {}).map(([name, value]) => [
        `@${name}`,
        value,
      ]),
      ...(await Promise.all(paths.map(beside))),
    ])
  }

  it('is suspended: no token is given until it is resumed', async () => {
    const secret = 'a-secret-of-the-test-0123456789'
    const { clientId } = await admin().make({ serviceAccountsEnabled: true, secret })
    const account = { clientId: String(clientId), clientSecret: secret }
    const token = () =>
      tokenOf(keycloak.url, REALM, account).then(
        () => 'given',
        () => 'refused',
      )
    const suspend = (suspended: boolean) =>
      bench.change(
        refTo(clientId),
        {},
        { patch: { kind: 'suspension', suspended, allowPartial: false } },
      )
    expect(await token()).toBe('given')
    await suspend(true)
    expect(await token()).toBe('refused')
    await suspend(false)
    expect(await token()).toBe('given')
  })
})

const ATTRIBUTES = 'providerSettings.attributes'
const GRANT = 'urn:ietf:params:oauth:grant-type:'
const CIBA = 'urn:openid:params:grant-type:ciba'
/** Not among the optional ones below. */
const DEFAULT_SCOPES = ['service_account', 'basic', 'acr', 'roles', 'profile', 'email']

const CHOICES: Readonly<Record<string, Choice>> = {
  name: { values: one('One', 'Другой'), moves: ['name'] },
  description: { values: one('Words'), moves: ['description'] },
  clientUri: { values: one('https://app.example.com/about'), moves: ['baseUrl'] },
  callbacks: { values: any(...URLS), moves: ['redirectUris'] },
  webOrigins: {
    values: any('https://one.example.com', 'https://two.example.com', '+'),
    moves: ['webOrigins'],
  },
  allowedLogoutUrls: {
    values: any('+', 'https://app.example.com/bye'),
    moves: ['@post.logout.redirect.uris'],
  },
  grantTypes: {
    values: some(
      ...['authorization_code', 'implicit', 'password', 'refresh_token'],
      ...[`${GRANT}device_code`, `${GRANT}token-exchange`, CIBA],
    ).map((grants) => ['client_credentials', ...(grants as readonly string[])] as unknown),
    moves: [
      ...['standardFlowEnabled', 'implicitFlowEnabled', 'directAccessGrantsEnabled'],
      ...['@oauth2.device.authorization.grant.enabled', '@standard.token.exchange.enabled'],
      ...['@use.refresh.tokens', '@oidc.ciba.grant.enabled'],
    ],
  },
  tokenEndpointAuthMethod: {
    values: fc.constantFrom<unknown>('client_secret_basic', 'client_secret_post', 'none'),
    moves: ['@client.secret.authentication.allowed.method'],
  },
  scopes: {
    values: any('address', 'phone', 'offline_access'),
    moves: ['optionalClientScopes'],
  },
  secret: {
    values: fc.constantFrom<unknown>('another-secret-another-secret', 'third-secret-third-secret'),
    moves: ['secret'],
  },
  disabled: { values: fc.boolean() as fc.Arbitrary<unknown>, moves: ['enabled'] },
  accessTokenLifetime: { values: one(300, 900), moves: ['@access.token.lifespan'] },
  refreshTokenLifetime: { values: one(900, 99_999), moves: ['@client.session.max.lifespan'] },
  logoUri: { values: one('https://app.example.com/logo.png'), moves: ['@logoUri'] },
  firstParty: { values: fc.boolean() as fc.Arbitrary<unknown>, moves: ['consentRequired'] },
  dpopBoundAccessTokens: {
    values: fc.boolean() as fc.Arbitrary<unknown>,
    moves: ['@dpop.bound.access.tokens'],
  },
  [ATTRIBUTES]: {
    values: one('platform', 'identity').map((team) => ({ team }) as unknown),
    moves: ['@team'],
  },
  'providerSettings.defaultClientScopes': {
    values: some(...DEFAULT_SCOPES),
    moves: ['defaultClientScopes'],
  },
  'providerSettings.rootUrl': { values: one('https://app.example.com'), moves: ['rootUrl'] },
  'providerSettings.frontchannelLogout': {
    values: fc.boolean() as fc.Arbitrary<unknown>,
    moves: ['frontchannelLogout'],
  },
  'providerSettings.authorizationServicesEnabled': {
    values: fc.constant<unknown>(false),
    moves: [],
  },
}
