/**
 * Keycloak as a provider: what is sent, what is refused before any call, and what answers mean. The suites say what
 * holds of every provider.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { hiddenPaths } from '../../src/core/secrecy/hidden.ts'
import { type Secret, secret as secretOf } from '../../src/core/secrecy/secret.ts'
import {
  KEYCLOAK_ACCOUNT,
  type KeycloakEmulator,
  startKeycloakEmulator,
} from '../../src/emulators/keycloak/index.ts'
import { mapping } from '../../src/providers/keycloak/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import type { RotationRequest } from '../../src/service/secrets/rotation.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { fullKeycloakClient as full } from '../fixtures/keycloak.ts'
import { planOf } from '../plan.ts'
import { POOL, realmAt } from './keycloak/subject.ts'
import { only } from './subject.ts'

const REF = { provider: 'it', userPoolId: POOL, id: 'exampleClientId' }
const QUERIES = { clientId: 'queries', clientSecret: 'a-secret', role: 'query-clients' } as const

let emulator: KeycloakEmulator
let provider: Provider
let bench: Bench

beforeEach(async () => {
  emulator = await startKeycloakEmulator({
    clients: [full],
    accounts: [KEYCLOAK_ACCOUNT, QUERIES],
  })
  provider = await only({ type: 'keycloak', ...realmAt(emulator.url, 'test') })
  bench = await openBench(new Map([['it', provider]]))
})
afterEach(async () => {
  await bench.close()
  await emulator.close()
})

const call = () => callInTime('a-client')
const stored = () => emulator.client(REF.id) as JsonObject
const put = (members: JsonObject) => emulator.put({ ...stored(), ...members })
const change = (client: object) => bench.change(REF, client)
const bodies = (operation = 'PUT /clients/{id}') =>
  emulator.calls.filter((one) => one.operation === operation).map(({ body }) => body as JsonObject)
const writes = () =>
  emulator.calls.filter(({ method }) => method !== 'GET').map(({ operation }) => operation)

describe('a change', () => {
  it('is one PUT of what differs, with the two members that an omission changes', async () => {
    put({ webOrigins: [] })
    await change({ description: 'Other' })
    expect(bodies()).toEqual([
      { description: 'Other', webOrigins: [], authorizationServicesEnabled: true },
    ])
    expect(stored()).toMatchObject({ webOrigins: [], authorizationServicesEnabled: true })
  })

  it('sends of the attributes those that differ, and none that the server makes', async () => {
    await change({ providerSettings: { attributes: { team: null, added: 'x' } } })
    expect(bodies()[0]?.attributes).toEqual({ team: null, added: 'x' })
  })

  it('takes a rollback through a rotation, and brings no dead secret back', async () => {
    emulator.rotateSecrets(true)
    await change({ providerSettings: { attributes: { team: 'first' } } })
    const rotated = {
      'client.secret.rotated': 'dead-secret-dead-secret-dead-secret',
      'client.secret.rotated.expiration.time': '1',
      'client.secret.expiration.time': '2',
    }
    put({ attributes: { ...(stored().attributes as JsonObject), ...rotated } })
    await change({ providerSettings: { attributes: { team: 'second' } } })
    const { 'client.secret.rotated': _, ...live } = stored().attributes as JsonObject
    put({ attributes: live })
    await bench.change(REF, {}, { patch: { kind: 'rollback', to: 0, allowPartial: false } })
    expect((stored().attributes as JsonObject).team).toBe('identity')
    for (const { attributes = {} } of bodies()) {
      expect(JSON.stringify(attributes)).not.toContain('client.secret.')
    }
  })

  it('refuses what the server only shows', async () => {
    for (const name of ['client.secret.rotated', 'client.secret.expiration.time', 'realm_client']) {
      const attempt = change({ providerSettings: { attributes: { [name]: '1' } } })
      await expect(attempt).rejects.toMatchObject({ code: 'read_only_field' })
    }
    await expect(change({ providerSettings: { id: 'x' } })).rejects.toMatchObject({
      code: 'read_only_field',
    })
    expect(writes()).toEqual(['POST /token'])
  })

  it.each<[string, JsonObject, JsonObject, string]>([
    [
      'the service account',
      { authorizationServicesEnabled: false },
      { grantTypes: ['authorization_code'] },
      'client.grantTypes',
    ],
    [
      'the resources and policies',
      {},
      { providerSettings: { authorizationServicesEnabled: false } },
      'client.providerSettings.authorizationServicesEnabled',
    ],
    [
      'the same by a public client',
      {},
      { tokenEndpointAuthMethod: 'none' },
      'client.tokenEndpointAuthMethod',
    ],
    ['a scope in both lists', {}, { scopes: ['profile'] }, 'client.scopes'],
    ['a scope of no realm', {}, { scopes: ['nowhere'] }, 'client.scopes'],
    [
      'a text as a number',
      {},
      { providerSettings: { attributes: { team: 5 } } },
      'client.providerSettings.attributes',
    ],
  ])(
    'that would end or break %s is refused, and nothing is sent',
    async (_, members, asked, field) => {
      put(members)
      await expect(change(asked)).rejects.toMatchObject({ details: { field } })
      expect(writes()).toEqual(['POST /token'])
    },
  )

  it('moves a scope by two calls, taken away first, after the client itself', async () => {
    await change({
      name: 'Other',
      scopes: ['phone', 'profile'],
      providerSettings: { defaultClientScopes: ['service_account', 'basic'] },
    })
    const order = writes().filter((one) => one !== 'POST /token')
    expect(order[0]).toBe('PUT /clients/{id}')
    expect(order.findLastIndex((one) => one.startsWith('DELETE'))).toBeLessThan(
      order.findIndex((one) => one.includes('optional') && one.startsWith('PUT')),
    )
    expect(stored().optionalClientScopes).toEqual(expect.arrayContaining(['phone', 'profile']))
    expect(stored().defaultClientScopes).toEqual(
      expect.arrayContaining(['service_account', 'basic']),
    )
  })

  it('of a client of another protocol is refused; it is shown as what it is', async () => {
    put({ protocol: 'saml', secret: 'saml-secret-saml-secret-saml-secret' })
    await expect(change({ name: 'Other' })).rejects.toMatchObject({ code: 'unsupported_operation' })
    const native = await provider.read(REF, call())
    const client = showClient(mapping, native)
    expect(client).toMatchObject({ appType: null, grantTypes: [], tokenEndpointAuthMethod: null })
    expect(mapping.warnings?.(native)).toMatchObject([{ code: 'not_managed' }])
  })

  it('to a confidential client shows the secret that Keycloak makes, without a false warning', async () => {
    put({ publicClient: true, authorizationServicesEnabled: false })
    const { secret: _, ...rest } = stored()
    emulator.put(rest)
    const { warnings } = await change({ tokenEndpointAuthMethod: 'client_secret_post' })
    expect(warnings).toEqual([])
    expect(String(stored().secret).length).toBeGreaterThan(24)
  })
})

describe('secrets', () => {
  const DAY = 86_400_000
  const rotate = (options: Partial<RotationRequest> = {}) => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    return rotateSecret(bench.service, { ...request, cutOver: false, ...options })
  }
  const underPolicy = () => {
    emulator.rotateSecrets(true)
    const ends = String(Math.floor((Date.now() + 29 * DAY) / 1_000))
    const attributes = stored().attributes as JsonObject
    put({ attributes: { ...attributes, 'client.secret.expiration.time': ends } })
  }
  const held = () => stored().attributes as JsonObject

  it('are one without a policy, which a rotation replaces', async () => {
    await expect(rotate()).rejects.toMatchObject({ code: 'invalid_field' })
    const { secret } = await rotate({ cutOver: true })
    expect(stored().secret).toBe(secret?.value?.reveal())
  })

  it('are two under a policy: Keycloak makes the new one, and the former goes on', async () => {
    underPolicy()
    const { secret, previous } = await rotate()
    expect(secret?.value?.reveal()).toBe(stored().secret)
    expect(held()['client.secret.rotated']).toBe(full.secret)
    expect(previous).toHaveLength(1)
    const listed = await provider.secrets?.list(REF, await provider.read(REF, call()), call())
    expect(listed?.map(({ id }) => id)).toEqual([previous[0]?.id, secret?.id])
    expect(JSON.stringify(listed)).not.toContain(String(full.secret))
    await expect(rotate()).rejects.toMatchObject({ code: 'rule_violated' })
    const own = { value: secretOf('a-secret-of-the-callers-own') as Secret }
    await expect(rotate(own)).rejects.toMatchObject({ code: 'invalid_field' })
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    await retireSecret(bench.service, { ...request, secretId: previous[0]?.id ?? '' })
    expect(held()).not.toHaveProperty('client.secret.rotated')
    expect(stored().secret).toBe(secret?.value?.reveal())
  })

  it.each(['reset_after_apply', 'cut_answer', 'error_after_apply'] as const)(
    'is added once where the answer is lost by %s, and recognized by the record',
    async (kind) => {
      underPolicy()
      emulator.inject({ kind, operation: 'POST /clients/{id}/client-secret' })
      const { secret } = await rotate()
      expect(secret?.value?.reveal()).toBe(stored().secret)
      expect(held()['client.secret.rotated']).toBe(full.secret)
      expect(writes().filter((one) => one.endsWith('client-secret'))).toHaveLength(1)
    },
  )

  it('are returned again for a key, while they are the newest', async () => {
    underPolicy()
    const actor = { subject: 'tester', issuer: 'https://issuer.example' }
    const key = keyOf(bench.service.fingerprints, actor, 'the-key', ['the-key'])
    const first = await rotate({ key, actor })
    const again = await rotate({ key, actor })
    expect(again).toMatchObject({ replayed: true })
    expect(again.secret?.value?.reveal()).toBe(first.secret?.value?.reveal())
  })

  it('that have ended by their date are none, although Keycloak goes on showing them', async () => {
    underPolicy()
    const past = {
      'client.secret.rotated': 'x'.repeat(30),
      'client.secret.rotated.expiration.time': '5',
    }
    put({ attributes: { ...held(), ...past } })
    const native = await provider.read(REF, call())
    expect(await provider.secrets?.list(REF, native, call())).toHaveLength(1)
  })
})

describe('logout URLs', () => {
  it.each<[string | undefined, readonly string[]]>([
    [undefined, ['+']],
    ['+', ['+']],
    ['-', []],
    ['+##https://a.example/bye', ['+', 'https://a.example/bye']],
    ['https://a.example/bye', ['https://a.example/bye']],
  ])('%s is shown as %j', (held, shown) => {
    const attributes = held === undefined ? {} : { 'post.logout.redirect.uris': held }
    expect(showClient(mapping, { ...full, attributes }).allowedLogoutUrls).toEqual(shown)
  })

  it('and origins may be the word for those of the callbacks, and no other word', async () => {
    await change({ allowedLogoutUrls: ['+'], webOrigins: ['+'] })
    expect(stored().webOrigins).toEqual(['+'])
    for (const asked of [
      { webOrigins: ['*'] },
      { allowedLogoutUrls: ['-'] },
      { callbacks: ['+'] },
    ]) {
      await expect(change(asked)).rejects.toMatchObject({ code: 'invalid_field' })
    }
  })

  it('of the callbacks stay when one is added, and end with the list', () => {
    const none = { ...full, attributes: {} }
    const heldAfter = (asked: Json) =>
      (planOf(mapping, none, { allowedLogoutUrls: asked }).next.attributes as JsonObject)[
        'post.logout.redirect.uris'
      ]
    expect(heldAfter({ add: ['https://a.example/bye'] })).toBe('+##https://a.example/bye')
    expect(heldAfter([])).toBe('-')
    expect(heldAfter(['https://a.example/bye'])).toBe('https://a.example/bye')
  })
})

describe('a service account that may only query', () => {
  it('is distinguished from one of an empty realm, in a list and in a read', async () => {
    const poor = await only({ type: 'keycloak', ...realmAt(emulator.url, 'test', QUERIES) })
    const refused = {
      code: 'provider_misconfigured',
      message: expect.stringContaining('manage-clients'),
    }
    await expect(poor.list?.(POOL, call())).rejects.toMatchObject(refused)
    await expect(poor.read(REF, call())).rejects.toMatchObject(refused)
  })

  it('is no matter where a client is not there', async () => {
    const attempt = provider.read({ ...REF, id: 'nobody' }, call())
    await expect(attempt).rejects.toMatchObject({ code: 'not_found' })
    await expect(provider.read({ ...REF, id: ' ' }, call())).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

it('a token that has ended early is renewed', async () => {
  await provider.read(REF, call())
  emulator.inject({ kind: 'expired_credentials', operation: 'GET /clients?clientId' })
  await expect(provider.read(REF, call())).rejects.toMatchObject({ code: 'provider_unavailable' })
  expect(await provider.read(REF, call())).toMatchObject({ clientId: REF.id })
  expect(emulator.calls.filter(({ operation }) => operation === 'POST /token')).toHaveLength(2)
})

it('built-in clients and our own are relied on, in `master` those of realms too', async () => {
  const relied = (one: Provider, id: string) => one.reliance?.({ ...REF, id }, {})
  expect(relied(provider, 'broker')).toBe('built_in')
  expect(relied(provider, 'clientry')).toBe('own')
  expect(relied(provider, 'customers-realm')).toBeUndefined()
  const master = await only({ type: 'keycloak', ...realmAt(emulator.url, 'master') })
  expect(relied(master, 'customers-realm')).toBe('built_in')
})

it('scopes in another order are no others, for a client that is relied on neither', async () => {
  const account = { ...REF, id: 'account' }
  const native = await provider.read(account, call())
  const scopes = native.defaultClientScopes as readonly string[]
  expect(scopes.length).toBeGreaterThan(1)
  const change = (defaultClientScopes: readonly string[]) =>
    bench.change(account, { providerSettings: { defaultClientScopes } })
  expect((await change([...scopes].reverse())).outcome).toBe('unchanged')
  await expect(change(scopes.slice(1))).rejects.toMatchObject({ code: 'own_client' })
  expect(writes()).toEqual(['POST /token'])
})

it('a new client that names a scope has the default ones of the realm beside it', async () => {
  const { creation } = provider
  const next = planOf(mapping, creation?.blank('web') ?? {}, { scopes: ['email'] }).next
  const native = await creation?.step({ provider: 'it', userPoolId: POOL }, next).send(call())
  expect(native?.optionalClientScopes).toEqual(['email'])
  expect(native?.defaultClientScopes).toEqual(expect.arrayContaining(['profile', 'roles', 'basic']))
  expect(native?.defaultClientScopes).not.toContain('email')
})

it('the date on which a policy ends the secret is a warning', () => {
  const attributes = { 'client.secret.expiration.time': '1798540032' }
  expect(mapping.warnings?.({ ...full, attributes })).toMatchObject([
    { code: 'secret_expires', message: expect.stringContaining('2026-12-29T10:27:12.000Z') },
  ])
  // The first second that RFC 3339 cannot write, with years of four digits.
  const never = { 'client.secret.expiration.time': '253402300800' }
  expect(mapping.warnings?.({ ...full, attributes: never })).toEqual([])
})

/** Keycloak, "Server Administration Guide" and OIDCConfigAttributes.java; no secrets, although their names look so. */
const DOCUMENTED = [
  ...['access.token.lifespan', 'access.token.signed.response.alg', 'use.refresh.tokens'],
  ...['backchannel.logout.revoke.offline.tokens', 'client.use.lightweight.access.token.enabled'],
  ...['client_credentials.use_refresh_token', 'tls.client.certificate.bound.access.tokens'],
  ...['token.endpoint.auth.signing.alg', 'client.secret.creation.time', 'jwks.url'],
  ...[
    'standard.token.exchange.enabled',
    'request.object.encryption.alg',
    'id.token.encrypted.response.enc',
  ],
]

it('what is hidden is the secrets, and not what is only named like one', () => {
  const attributes = Object.fromEntries(DOCUMENTED.map((name) => [name, 'true']))
  expect(hiddenPaths(mapping, { attributes })).toEqual([])
  const rotated = { attributes: { 'client.secret.rotated': 'abc' }, secret: 'abc' }
  expect(hiddenPaths(mapping, rotated)).toEqual(['attributes.client.secret.rotated', 'secret'])
})
