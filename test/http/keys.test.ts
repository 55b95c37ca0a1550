/**
 * Public keys of clients: added beside those that are there, so that a client goes over to a new key without a pause;
 * the last one that it needs stays; a private key is refused before anything is sent, and never repeated.
 */

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRecord, type JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS, type Permission } from '../../src/core/rights/permissions.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { ask, type Sent } from '../contract/caller.ts'
import {
  SCOPE_EACH,
  SHORT_WAITS,
  startWorld,
  type World,
  type WorldOptions,
} from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { FIRST_KEY, keyedClient } from '../fixtures/auth0-keys.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { jwk, type KeyKind, privateJwk } from '../fixtures/public-keys.ts'

const ID = 'exampleClientId'
const KEYS = `/clients/${ID}/keys`
const LOCAL = { provider: 'local' }

let world: World
async function open(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({ permissions: SCOPE_EACH, ...options })
  world.auth0.put(keyedClient)
}
beforeEach(() => open())
afterEach(() => world.close())

interface KeySent extends Sent {
  readonly scopes?: readonly Permission[]
  readonly body?: JsonObject
}
const send = (method: string, path: string, sent: KeySent = {}) =>
  ask(world, method, path, { scopes: ['keys:manage', 'clients:read'], ...sent })

const add = (key: JsonObject, sent: KeySent = {}) =>
  send('POST', KEYS, { ...sent, body: { key, ...sent.body } })
const list = async (query: object = {}) => (await send('GET', KEYS, { query })).body
const kids = ({ keys }: JsonObject) => (keys as readonly JsonObject[]).map(({ kid }) => kid)

/** As Auth0 would be asked by anyone else, past the program. */
const namedAtAuth0 = () => {
  const methods = world.auth0.client(ID)?.client_authentication_methods
  const method = isRecord(methods) ? methods.private_key_jwt : undefined
  return isRecord(method) ? method.credentials : undefined
}
const writes = () =>
  world.auth0.calls
    .filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')
    .map(({ operation }) => operation)

describe('Auth0', () => {
  it('goes over to a new key without a pause: added beside the old one, which is then removed', async () => {
    const before = { ...world.auth0.client(ID) }
    const added = await add(jwk('rsa', { kid: 'second-key' }))
    expect(added.status, added.text).toBe(200)
    expect(added.body).toMatchObject({ added: 'second-key' })
    expect(kids(added.body)).toEqual([FIRST_KEY, 'second-key'])
    expect(namedAtAuth0()).toHaveLength(2)
    expect(await list()).toMatchObject({
      atMost: 2,
      keys: [
        { kid: FIRST_KEY, inUse: true },
        { kid: 'second-key', kty: 'RSA', alg: 'RS256', inUse: true },
      ],
    })
    const removed = await send('DELETE', `${KEYS}/${FIRST_KEY}`)
    expect(removed.status, removed.text).toBe(200)
    expect(kids(removed.body)).toEqual(['second-key'])
    expect(namedAtAuth0()).toEqual([{ id: expect.not.stringMatching(FIRST_KEY) }])
    // As recorded by terraform-provider-auth0: named after it is made, named no longer before it is deleted.
    expect(writes()).toEqual([
      'POST /clients/{id}/credentials',
      'PATCH /clients/{id}',
      'PATCH /clients/{id}',
      'DELETE /clients/{id}/credentials/{credential_id}',
    ])
    const after = { ...world.auth0.client(ID) }
    for (const record of [before, after]) {
      delete record.client_authentication_methods
      delete record.updated_at
    }
    expect(after).toEqual(before)
  })

  it('has at most two, and names which to remove', async () => {
    await add(jwk('rsa', { kid: 'second-key' }))
    const calls = writes().length
    const third = await add(jwk('other', { kid: 'third-key-1' }))
    expect(third).toMatchObject({ status: 400, body: { code: 'rule_violated', field: 'key' } })
    expect(third.body.error).toContain(`${FIRST_KEY} or second-key`)
    expect(writes()).toHaveLength(calls)
  })

  it('keeps the last usable one', async () => {
    const last = await send('DELETE', `${KEYS}/${FIRST_KEY}`)
    expect(last).toMatchObject({ status: 400, body: { code: 'rule_violated', field: 'kid' } })
    expect(writes()).toEqual([])
    const none = await send('DELETE', `${KEYS}/no-such-key`)
    expect(none).toMatchObject({ status: 404, body: { code: 'not_found', field: 'kid' } })
  })

  it('adds a key that is not in use to a client with a secret, whose way to authenticate stays', async () => {
    world.auth0.put(fullAuth0Client)
    const added = await add(jwk('rsa', { kid: 'second-key' }))
    expect(added.status, added.text).toBe(200)
    expect((await list()).keys).toContainEqual(
      expect.objectContaining({ kid: 'second-key', inUse: false }),
    )
    expect(world.auth0.client(ID)).toMatchObject({
      token_endpoint_auth_method: 'client_secret_post',
    })
    expect(writes()).toEqual(['POST /clients/{id}/credentials'])
    const removed = await send('DELETE', `${KEYS}/second-key`)
    expect(removed.status, removed.text).toBe(200)
    expect(kids(await list())).not.toContain('second-key')
  })

  it('plans without sending, repeats by its key, and holds to If-Match', async () => {
    const plan = await add(jwk('rsa', { kid: 'second-key' }), { query: { dryRun: true } })
    expect(plan.body.requests).toMatchObject([
      { method: 'POST', body: { kid: 'second-key', credential_type: 'public_key' } },
      { method: 'PATCH' },
    ])
    expect(writes()).toEqual([])
    const stale = { 'if-match': ['"stale"'] }
    expect((await add(jwk('rsa'), { headers: stale })).status).toBe(412)
    const headers = { 'idempotency-key': ['a-key'] }
    const first = await add(jwk('rsa', { kid: 'second-key' }), { headers })
    const again = await add(jwk('rsa', { kid: 'second-key' }), { headers })
    expect(again.status, again.text).toBe(200)
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true' })
    expect(again.headers['operation-id']).toBe(first.headers['operation-id'])
    expect(kids(again.body)).toEqual([FIRST_KEY, 'second-key'])
    const other = await add(jwk('other', { kid: 'second-key' }), { headers })
    expect(other.status).toBe(422)
  })

  it('records who added which key', async () => {
    await add(jwk('rsa', { kid: 'second-key' }))
    const history = await send('GET', `/clients/${ID}/history`, { scopes: ['history:read'] })
    expect(history.body.items).toMatchObject([
      { action: 'add_key', keyId: 'second-key', outcome: 'applied' },
    ])
    expect(history.body).not.toHaveProperty('items.0.surprises.0')
  })

  it('takes the new key back where Auth0 fails before it is in use', async () => {
    await world.close()
    await open({ limits: SHORT_WAITS })
    world.auth0.inject({ kind: 'error_before_apply', operation: 'PATCH /clients/{id}', times: 99 })
    const refused = await add(jwk('rsa', { kid: 'second-key' }))
    expect(refused.status, refused.text).toBeGreaterThanOrEqual(400)
    expect(kids(await list())).toEqual([FIRST_KEY])
    expect(namedAtAuth0()).toEqual([{ id: FIRST_KEY }])
  })

  it.each([
    ['ec' as KeyKind, { kid: 'second-key' }],
    ['rsa' as KeyKind, { kid: 'short' }],
    ['rsa' as KeyKind, { kid: 'second-key', alg: 'RS512' }],
  ])('refuses %s %o beforehand', async (kind, more) => {
    expect(await add(jwk(kind, more))).toMatchObject({
      status: 400,
      body: { code: 'invalid_field', field: 'key' },
    })
    expect(world.upstreamCalls()).toBe(0)
  })
})

describe('a record that holds its keys', () => {
  const jwksOf = async () => {
    const { body } = await send('GET', `/clients/${ID}`, { query: LOCAL })
    return (body.providerSettings as JsonObject).jwks
  }
  const keyed = (keys: readonly JsonObject[]) =>
    putLocalClient(world.documents, {
      ...fullLocalClient,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys },
    })

  it('is changed by one ordinary change, which can be rolled back', async () => {
    const first = jwk('rsa', { kid: 'first' })
    await keyed([first])
    const second = jwk('ec', { kid: 'second', use: 'sig' })
    const added = await add(second, { body: LOCAL })
    expect(added.status, added.text).toBe(200)
    expect(kids(added.body)).toEqual(['first', 'second'])
    expect(await jwksOf()).toEqual({ keys: [first, second] })
    const removed = await send('DELETE', `${KEYS}/first`, { query: LOCAL })
    expect(removed.status, removed.text).toBe(200)
    expect(await jwksOf()).toEqual({ keys: [second] })
    const scopes = ['clients:write', 'clients:read', 'secrets:rotate'] as const
    const back = { scopes, body: { ...LOCAL, to: 0 } }
    expect((await send('POST', `/clients/${ID}/rollback`, back)).status).toBe(200)
    expect(await jwksOf()).toEqual({ keys: [first] })
  })

  it('keeps the last key for signatures of a client that authenticates by it', async () => {
    await keyed([jwk('rsa', { kid: 'first' }), jwk('other', { kid: 'encrypts', use: 'enc' })])
    const last = await send('DELETE', `${KEYS}/first`, { query: LOCAL })
    expect(last).toMatchObject({ status: 400, body: { code: 'rule_violated', field: 'kid' } })
    expect((await send('DELETE', `${KEYS}/encrypts`, { query: LOCAL })).status).toBe(200)
  })

  it('takes a kid once, and knows keys without one by their thumbprint', async () => {
    const { kid: _, ...bare } = jwk('rsa')
    await keyed([bare])
    // RFC 7638 section 3.1, by hand.
    const { e, n } = bare
    const text = `{"e":"${e}","kty":"RSA","n":"${n}"}`
    const thumbprint = createHash('sha256').update(text).digest('base64url')
    expect(kids(await list(LOCAL))).toEqual([thumbprint])
    expect(await add(bare, { body: LOCAL })).toMatchObject({
      status: 400,
      body: { code: 'rule_violated', field: 'key' },
    })
    expect((await add(jwk('ed'), { body: LOCAL })).status).toBe(200)
  })
})

describe('rights', () => {
  it('takes keys:manage, and no other permission beside it', async () => {
    await putLocalClient(world.documents, fullLocalClient)
    const key = jwk('rsa', { kid: 'second-key' })
    const scopes = PERMISSIONS.filter((one) => one !== 'keys:manage' && one !== 'access:grant')
    for (const body of [{}, LOCAL]) {
      expect((await add(key, { scopes, body })).status).toBe(403)
      const added = await add(key, { scopes: ['keys:manage'], body })
      expect(added.status, added.text).toBe(200)
      expect(added.body.client).toMatchObject({ withheld: true })
    }
    expect((await send('DELETE', `${KEYS}/second-key`, { scopes, query: LOCAL })).status).toBe(403)
    const body = { client: { providerSettings: { jwks: null } }, ...LOCAL }
    const patch = { scopes: ['keys:manage', 'clients:write'], body } as const
    expect((await send('PATCH', `/clients/${ID}`, patch)).status).toBe(403)
  })

  it('is a missing capability of Cognito, with its reason', async () => {
    const query = { provider: 'cognito-client', userPoolId: POOL_ID }
    const listed = await send('GET', KEYS, { query })
    expect(listed).toMatchObject({ status: 400, body: { code: 'unsupported_operation' } })
    expect(listed.body.error).toMatch(
      /no public keys of clients: Cognito app clients authenticate with a secret/,
    )
    expect((await add(jwk('rsa'), { body: query })).body.code).toBe('unsupported_operation')
    expect(world.upstreamCalls()).toBe(0)
  })
})

describe('a private key', () => {
  it.each(['rsa', 'ec', 'ed'] as const)(
    'of %s is refused, and stands nowhere afterwards',
    async (kind) => {
      const key = privateJwk(kind, { kid: 'second-key' })
      const secrets = ['d', 'p', 'q', 'dp', 'dq', 'qi'].flatMap((name) => key[name] ?? [])
      const headers = { 'idempotency-key': ['a-key'] }
      for (const query of [{}, { dryRun: true }]) {
        const refused = await add(key, { query, headers })
        expect(refused).toMatchObject({
          status: 400,
          body: { code: 'invalid_field', field: 'key' },
        })
        const said = [refused.body, JSON.stringify(refused.headers), JSON.stringify(world.log)]
        for (const value of secrets) expect(said.join()).not.toContain(value)
      }
      expect(secrets.length).toBeGreaterThan(0)
      expect(world.upstreamCalls()).toBe(0)
      expect(world.database.prepare('select count(*) as n from log').get()).toEqual({ n: 0 })
    },
  )

  it('of a symmetric kind is refused, as are weak keys and what is no key', async () => {
    const symmetric = { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQ' }
    for (const key of [
      symmetric,
      jwk('weak'),
      jwk('rsa', { n: 'AQAB' }),
      { kty: 'RSA' },
      jwk('rsa', { x5u: 'https://keys.example/' }),
    ]) {
      const refused = await add(key)
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_field', field: 'key' } })
      expect(refused.body).not.toContain(symmetric.k)
    }
    expect(world.upstreamCalls()).toBe(0)
  })
})
