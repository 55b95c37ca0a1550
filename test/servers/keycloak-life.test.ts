/**
 * Keycloak itself: a removed client that comes back, public keys, flows that are switched, several realms and servers,
 * and a service account that may only query.
 */

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKeyOf } from '../../src/core/keys/public-key.ts'
import { KEYCLOAK_ACCOUNT, startKeycloakEmulator } from '../../src/emulators/keycloak/index.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { changeKeys } from '../../src/service/keys/key-change.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { restoreClient } from '../../src/service/life/restore.ts'
import { check, configure } from '../cli/proving.ts'
import { openBench, requestFor } from '../contract/service.ts'
import { realmAt } from '../providers/keycloak/subject.ts'
import { only } from '../providers/subject.ts'
import { visit } from './browser.ts'
import { unlessChosen } from './chosen.ts'
import {
  type Keycloak,
  makeRealm,
  newServiceAccount,
  realmName,
  type ServiceAccount,
  startKeycloak,
  tokenOf,
} from './keycloak.ts'
import { openTestRealm, type TestRealm } from './keycloak-realm.ts'
import { makeUser, USER } from './keycloak-registration.ts'

const reason = unlessChosen('keycloak')
const SECRET = 'a-secret-of-the-test-0123456789'
const GRANT = 'urn:ietf:params:oauth:grant-type:'

describe.skipIf(reason !== undefined)('Keycloak', () => {
  let keycloak: Keycloak
  let realm: TestRealm

  beforeAll(async () => {
    keycloak = await startKeycloak()
    realm = await openTestRealm(keycloak, realmName('life'))
  })
  afterAll(async () => {
    await realm?.close()
    await keycloak?.stop()
  })

  /** What the token endpoint answers. */
  async function asked(form: Readonly<Record<string, string>>, path = 'token') {
    const url = `${keycloak.url}/realms/${realm.name}/protocol/openid-connect/${path}`
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    const body = (await answer.json()) as Record<string, string>
    return { status: answer.status, body }
  }
  const request = (ref: ClientRef, options = {}) => ({
    ...requestFor(realm.bench.service, ref, {}),
    ...options,
  })

  it('gives a removed client back with its id and secret, and says before what it does not', async () => {
    const made = await realm.admin.make({
      serviceAccountsEnabled: true,
      secret: SECRET,
      webOrigins: ['https://app.example.com'],
      optionalClientScopes: ['phone'],
      attributes: { 'post.logout.redirect.uris': '+', team: 'identity' },
      protocolMappers: [
        {
          name: 'team',
          protocol: 'openid-connect',
          protocolMapper: 'oidc-hardcoded-claim-mapper',
          config: { 'claim.name': 'team', 'claim.value': 'identity' },
        },
      ],
    })
    const ref = realm.refTo(made.clientId)
    const before = await realm.admin.read(ref.id)
    const account = { clientId: ref.id, clientSecret: SECRET }
    const { service } = realm.bench
    await expect(restoreClient(service, request(ref))).rejects.toMatchObject({
      code: 'rule_violated',
    })
    await removeClient(service, request(ref))
    await expect(tokenOf(keycloak.url, realm.name, account)).rejects.toThrow()
    const planned = await restoreClient(service, request(ref, { dryRun: true }))
    expect(planned).toMatchObject({ outcome: 'planned', lost: expect.any(Array) })
    expect(planned.lost?.join()).toContain('roles of the service account')
    expect(planned.lost?.join()).not.toContain('secret')
    await expect(realm.admin.read(ref.id)).rejects.toThrow()
    const restored = await restoreClient(service, request(ref))
    expect(restored).toMatchObject({ outcome: 'applied', warnings: [], lost: planned.lost })
    const { attributes, protocolMappers: _, ...after } = await realm.admin.read(ref.id)
    const { attributes: ___, protocolMappers: mappers, ...whole } = before
    const sorted = (record: object) =>
      Object.entries(record).map(([name, value]) => [
        name,
        Array.isArray(value) ? [...value].sort() : value,
      ])
    expect(Object.fromEntries(sorted(after))).toEqual(Object.fromEntries(sorted(whole)))
    expect(attributes).toMatchObject({ 'post.logout.redirect.uris': '+', team: 'identity' })
    expect(mappers).toHaveLength(1)
    expect(await tokenOf(keycloak.url, realm.name, account)).not.toBe('')
    expect((await realm.bench.change(ref, { name: 'After' })).warnings).toEqual([])
  })

  it('lets a client in by a key that was added, and by none that was removed', async () => {
    const made = await realm.admin.make({
      serviceAccountsEnabled: true,
      clientAuthenticatorType: 'client-jwt',
    })
    const ref = realm.refTo(made.clientId)
    const pair = async (kid: string, members: object) => {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
      const key = publicKeyOf({ ...(await exportJWK(publicKey)), kid, ...members })
      return { kid, privateKey, key }
    }
    // Keycloak asks for `use`, which the API does not.
    const [bare, full] = [await pair('bare', {}), await pair('full', { use: 'sig', alg: 'RS256' })]
    const token = async ({ kid, privateKey }: typeof bare) => {
      const audience = `${keycloak.url}/realms/${realm.name}`
      const assertion = await new SignJWT({})
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(ref.id)
        .setSubject(ref.id)
        .setAudience(audience)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey)
      const { status } = await asked({
        grant_type: 'client_credentials',
        client_id: ref.id,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      })
      return status === 200 ? 'given' : 'refused'
    }
    const { service } = realm.bench
    const add = ({ key }: typeof bare) =>
      changeKeys(service, { ...request(ref), wanted: { added: key } })
    expect([await token(bare), await token(full)]).toEqual(['refused', 'refused'])
    await add(bare)
    expect([await token(bare), await token(full)]).toEqual(['given', 'refused'])
    const { keys } = await add(full)
    expect(keys.map(({ kid }) => kid)).toEqual(['bare', 'full'])
    expect([await token(bare), await token(full)]).toEqual(['given', 'given'])
    const removed = changeKeys(service, { ...request(ref), wanted: { removed: 'bare' } })
    expect((await removed).keys.map(({ kid }) => kid)).toEqual(['full'])
    expect([await token(bare), await token(full)]).toEqual(['refused', 'given'])
  })

  it('switches the device flow and token exchange, at the next request', async () => {
    const made = await realm.admin.make({ serviceAccountsEnabled: true, secret: SECRET })
    const ref = realm.refTo(made.clientId)
    const client = { client_id: ref.id, client_secret: SECRET }
    const flows = async () => {
      const device = await asked({ ...client }, 'auth/device')
      const { body } = await asked({ ...client, grant_type: 'client_credentials' })
      const exchange = await asked({
        ...client,
        grant_type: `${GRANT}token-exchange`,
        subject_token: body.access_token ?? '',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      })
      const ciba = await asked(
        { ...client, scope: 'openid', login_hint: 'nobody' },
        'ext/ciba/auth',
      )
      return [device.status, exchange.status, ciba.body.error]
    }
    const grants = [
      `${GRANT}device_code`,
      `${GRANT}token-exchange`,
      'urn:openid:params:grant-type:ciba',
    ]
    const off = await flows()
    await realm.bench.change(ref, { grantTypes: { add: grants } })
    const on = await flows()
    await realm.bench.change(ref, { grantTypes: { remove: grants } })
    expect([off, on, await flows()]).toEqual([
      [400, 400, 'invalid_grant'],
      [200, 200, 'invalid_request'],
      [400, 400, 'invalid_grant'],
    ])
  })

  it('lets a user log in by a device once that is switched on, and refuses the device once it is off', async () => {
    await makeUser(keycloak, realm.name)
    const made = await realm.admin.make({ secret: SECRET })
    const ref = realm.refTo(made.clientId)
    const client = { client_id: ref.id, client_secret: SECRET }
    const device = { add: [`${GRANT}device_code`] }
    await realm.bench.change(ref, { grantTypes: device })
    /** A user enters the code that a device shows, signs in and agrees. */
    const entered = async () => {
      const { body } = await asked({ ...client, scope: 'openid' }, 'auth/device')
      const { device_code: code = '', verification_uri_complete: address = '' } = body
      const fields = { ...USER, accept: 'Yes' }
      const end = await visit(new URL(address), new URL('https://app.example.com/none'), {
        routes: {},
        fields,
      })
      if (!('page' in end)) throw new Error('A device has no redirect URI.')
      return { code, page: end.page }
    }
    const token = (code: string) =>
      asked({ ...client, grant_type: `${GRANT}device_code`, device_code: code })
    const first = await entered()
    expect(first.page.text).toContain('Device Login Successful')
    const given = await token(first.code)
    expect(given).toMatchObject({ status: 200, body: { id_token: expect.any(String) } })
    const second = await entered()
    await realm.bench.change(ref, { grantTypes: { remove: device.add } })
    expect((await token(second.code)).status).toBe(400)
  })

  it('shows how long codes live to who may view the realm, and to no one else', async () => {
    const seconds = 17
    await keycloak.admin('PUT', `/${realm.name}`, { accessCodeLifespan: seconds })
    const viewer = await newServiceAccount(keycloak, realm.name, {
      clientId: 'viewer',
      role: 'manage-clients',
      beside: ['view-realm'],
    })
    const lifetimeFor = async (account: ServiceAccount) => {
      const provider = await only({
        type: 'keycloak',
        ...realmAt(keycloak.url, realm.name, account),
      })
      const call = { operationId: 'o', deadline: Date.now() + 60_000, timeoutMs: 30_000 }
      return provider.authorization?.codeLifetime?.(realm.refTo('account'), call)
    }
    expect(await lifetimeFor(viewer)).toBe(seconds)
    for (const role of ['none', 'query-clients', 'view-clients', 'manage-clients'] as const) {
      expect([role, await lifetimeFor(realm.account(role))]).toEqual([role, undefined])
    }
    const fresh = realmName('fresh')
    await makeRealm(keycloak, fresh)
    const { body } = await keycloak.admin('GET', `/${fresh}`)
    // What stands for it where it is not shown.
    expect(body).toMatchObject({
      accessCodeLifespan: realm.provider.authorization?.codeSeconds,
    })
  })

  it('is managed in two realms, beside a realm of another server', async () => {
    const other = `${realm.name}-other`
    await makeRealm(keycloak, other)
    const account = await newServiceAccount(keycloak, other, {
      clientId: 'clientry',
      role: 'manage-clients',
    })
    const emulator = await startKeycloakEmulator({ realms: ['elsewhere'] })
    const pools = {
      one: realmAt(keycloak.url, realm.name, realm.account('manage-clients')).pools.customers,
      two: realmAt(keycloak.url, other, account).pools.customers,
      three: realmAt(emulator.url, 'elsewhere', KEYCLOAK_ACCOUNT).pools.customers,
    }
    const provider = await only({ type: 'keycloak', pools } as never)
    const bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 10_000 })
    try {
      const clientId = `shared-${randomUUID()}`
      const record = { clientId, redirectUris: ['https://app.example.com/cb'], webOrigins: [] }
      for (const name of [realm.name, other]) {
        await keycloak.admin('POST', `/${name}/clients`, record)
      }
      emulator.put(record)
      for (const [index, userPoolId] of Object.keys(pools).entries()) {
        const ref = { provider: 'it', userPoolId, id: clientId }
        await bench.change(ref, { name: `Named ${index}` })
      }
      const nameIn = async (name: string) => {
        const { body } = await keycloak.admin('GET', `/${name}/clients?clientId=${clientId}`)
        return (body as { name?: string }[])[0]?.name
      }
      expect([
        await nameIn(realm.name),
        await nameIn(other),
        emulator.client(clientId)?.name,
      ]).toEqual(['Named 0', 'Named 1', 'Named 2'])
    } finally {
      await bench.close()
      await emulator.close()
    }
  })

  it('is not taken for an empty realm by a service account that may only query', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-rights-'))
    try {
      const at = (role: 'query-clients' | 'manage-clients') => {
        const { clientId, clientSecret } = realm.account(role)
        configure(folder, {
          type: 'keycloak',
          baseUrl: keycloak.url,
          clientId,
          pools: { customers: { realm: realm.name, clientSecret: { env: 'KEYCLOAK_SECRET' } } },
        })
        return check(folder, ['it/customers'], { KEYCLOAK_SECRET: clientSecret })
      }
      const few = await at('query-clients')
      expect(few.code).toBe(1)
      expect(few.out).toMatch(/FAIL .*manage-clients/)
      const enough = await at('manage-clients')
      expect([enough.code, enough.err]).toEqual([0, ''])
      expect(enough.out).not.toContain('FAIL')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
