/**
 * Keycloak itself through its admin API: the tables of its page, what is left of concurrent additions beside Keycloak's own
 * way, what random changes leave of the resources beside a client, and when a login goes by a change.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRecord, type Json, type JsonObject } from '../../src/core/json/json.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { POOL, realmAt } from '../providers/keycloak/subject.ts'
import { only } from '../providers/subject.ts'
import { unlessChosen } from './chosen.ts'
import { type Keycloak, newServiceAccount, startKeycloak, tokenOf } from './keycloak.ts'
import { type CallerRole, keycloakAt, keycloakTables, type RealmCallers } from './keycloak-cases.ts'
import { any, type Choice, type Count, one, patchAtRandom, some } from './random-patches.ts'

const reason = unlessChosen('keycloak')

const ROLES: readonly CallerRole[] = ['none', 'query-clients', 'view-clients', 'manage-clients']
const REALM = `admin-${Date.now().toString(36)}`
const ADDERS = 20
const URLS = Array.from({ length: ADDERS }, (_, index) => `https://app.example.com/cb/${index}`)
const DEADLINE_MS = 60_000
const PATCHES = 300

describe.skipIf(reason !== undefined)('Keycloak', () => {
  let keycloak: Keycloak
  let callers: RealmCallers
  let bench: Bench
  let other: Bench

  const admin = () => keycloakAt(callers)
  const refTo = (clientId: Json | undefined) => ({
    provider: 'it',
    userPoolId: POOL,
    id: String(clientId),
  })
  const providerAs = async (role: CallerRole) =>
    only({
      type: 'keycloak',
      ...realmAt(keycloak.url, REALM, {
        clientId: `as-${role}`,
        clientSecret: `secret-of-as-${role}-0123456789`,
      }),
    })

  beforeAll(async () => {
    keycloak = await startKeycloak()
    await keycloak.admin('POST', '', { realm: REALM, enabled: true })
    const accounts = new Map<CallerRole, Awaited<ReturnType<typeof newServiceAccount>>>()
    for (const role of ROLES) {
      accounts.set(role, await newServiceAccount(keycloak, REALM, { clientId: `as-${role}`, role }))
    }
    const held = new Map<CallerRole, { readonly token: string; readonly until: number }>()
    callers = {
      url: keycloak.url,
      realm: REALM,
      token: async (role) => {
        const before = held.get(role)
        if (before !== undefined && before.until > Date.now()) return before.token
        const account = accounts.get(role)
        if (account === undefined) throw new Error(`no account ${role}`)
        const token = await tokenOf(keycloak.url, REALM, account)
        held.set(role, { token, until: Date.now() + 200_000 })
        return token
      },
    }
    const provider = await providerAs('manage-clients')
    bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 10_000 })
    other = await bench.another()
  })
  afterAll(async () => {
    await bench?.close()
    await keycloak?.stop()
  })

  it('does what its page says, row by row', async () => {
    const page = readFileSync(join(process.cwd(), 'docs', 'providers', 'keycloak.md'), 'utf8')
    for (const table of (await keycloakTables(callers)).split('\n\n')) {
      expect(page).toContain(table)
    }
  })

  it('takes empty lists of a service account that may only query for missing rights', async () => {
    const provider = await providerAs('query-clients')
    const call = { deadline: Date.now() + DEADLINE_MS, timeoutMs: 10_000, operationId: 'check' }
    const refused = { code: 'provider_misconfigured' }
    await expect(provider.list?.(POOL, call)).rejects.toMatchObject(refused)
    await expect(provider.read(refTo('account'), call)).rejects.toMatchObject(refused)
  })

  it(`keeps all of ${ADDERS} callbacks that two instances add at once, where its own way loses some`, async () => {
    const [ours, natively] = [await admin().make(), await admin().make()]
    const deadline = Date.now() + DEADLINE_MS
    await Promise.all(
      URLS.map((url, index) =>
        (index % 2 === 0 ? bench : other).change(
          refTo(ours.clientId),
          { callbacks: { add: [url] } },
          { deadline },
        ),
      ),
    )
    const statuses = await Promise.all(
      URLS.map(async (url) => {
        const client = await admin().read(String(natively.clientId))
        const redirectUris = [...(client.redirectUris as string[]), url]
        return (await admin().put(client, { ...client, redirectUris })).status
      }),
    )
    const survivors = async ({ clientId }: JsonObject) => {
      const { redirectUris: held } = await admin().read(String(clientId))
      return URLS.filter((url) => (held as string[]).includes(url)).length
    }
    const [kept, left] = [await survivors(ours), await survivors(natively)]
    const taken = statuses.filter((status) => status === 204).length
    process.stdout.write(
      `${ADDERS} adders at Keycloak: ${kept} survive through two instances of ours; natively ${taken} x 204, ${left} survive\n`,
    )
    expect(kept).toBe(ADDERS)
  })

  it('sees a foreign writer between our read and our write, unless it writes the same member', async () => {
    const client = await admin().make()
    const ref = refTo(client.clientId)
    const windows: number[] = []
    for (let round = 0; round < 50; round += 1) {
      let read = 0
      const onUpstream = ({ operation }: { readonly operation: string }) => {
        if (operation.startsWith('GET') && read === 0) read = performance.now()
        if (operation.startsWith('PUT')) windows.push(performance.now() - read)
      }
      await bench.change(ref, { name: `Name ${round}` }, { onUpstream })
    }
    const sorted = windows.toSorted((first, second) => first - second)
    process.stdout.write(
      `the window at Keycloak, from the read to the answer of the write: median ${sorted[25]?.toFixed(1)} ms, longest ${sorted.at(-1)?.toFixed(1)} ms of 50\n`,
    )
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

  it(`changes nothing that ${PATCHES} random patches do not name, in the resources beside the client either`, async () => {
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

  it('takes a login to a callback as soon as it is added, and to none that was removed', async () => {
    const [old, added] = ['https://app.example.com/old', 'https://app.example.com/new']
    const { clientId } = await admin().make({ redirectUris: [old], publicClient: true })
    const login = async (redirect: string) => {
      const query = new URLSearchParams({
        client_id: String(clientId),
        response_type: 'code',
        scope: 'openid',
        redirect_uri: redirect,
      })
      const url = `${keycloak.url}/realms/${REALM}/protocol/openid-connect/auth?${query}`
      return (await fetch(url, { redirect: 'manual' })).status
    }
    expect([await login(old), await login(added)]).toEqual([200, 400])
    await bench.change(refTo(clientId), { callbacks: { add: [added], remove: [old] } })
    expect([await login(old), await login(added)]).toEqual([400, 200])
  })

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

const CHOICES: Readonly<Record<string, Choice>> = {
  name: { values: one('One', 'Другой'), moves: ['name'] },
  description: { values: one('Words'), moves: ['description'] },
  clientUri: { values: one('https://app.example.com/about'), moves: ['baseUrl'] },
  callbacks: { values: any(...URLS.slice(0, 3)), moves: ['redirectUris'] },
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
      ...[`${GRANT}device_code`, `${GRANT}token-exchange`],
    ).map((grants) => ['client_credentials', ...(grants as readonly string[])] as unknown),
    moves: [
      ...['standardFlowEnabled', 'implicitFlowEnabled', 'directAccessGrantsEnabled'],
      ...['@oauth2.device.authorization.grant.enabled', '@standard.token.exchange.enabled'],
      '@use.refresh.tokens',
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
