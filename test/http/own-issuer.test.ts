/**
 * A provider that issues the tokens of this program's own callers: no writer there gives itself, or anyone,
 * more than it has. What counts is what its clients hold afterwards, and what tokens they could then get.
 */

import { afterEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { AUDIENCE, SCOPE_EACH } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const ID = 'exampleClientId'
/** Everything but the one right. */
const WRITER = PERMISSIONS.filter((one) => one !== 'access:grant')
const GRANTER = PERMISSIONS
const PREFIX = 'https://clientry.example/api'

let world: JobWorld
afterEach(() => world.close())

async function start(issuer: JsonObject, permissions: Json = SCOPE_EACH as never) {
  world = await startJobWorld(0, { issuer, permissions, scopes: WRITER })
  await putLocalClient(world.documents, fullLocalClient)
}

const change = (address: JsonObject, client: JsonObject, scopes: readonly string[] = WRITER) =>
  world.send('PATCH', `/clients/${ID}`, { ...address, client }, { scopes })

const refused = async (answer: ReturnType<JobWorld['send']>) => {
  const { status, body } = await answer
  expect([status, body.code], JSON.stringify(body)).toEqual([403, 'insufficient_scope'])
  expect(body.error).toMatch(/access:grant/)
}

const accepted = async (answer: ReturnType<JobWorld['send']>) => {
  const { status, body } = await answer
  expect([200, 201, 202], JSON.stringify(body)).toContain(status)
}

const local = { provider: 'local' }
const scopes = (...more: readonly string[]) => ({ scopes: ['openid', ...more] })
const held = () => storedDocument(world, 'client', ID)

describe('at the provider of its issuer', () => {
  it('no writer gives a client a scope of the API, nor takes one away', async () => {
    await start(local)
    for (const one of ['clients:read', 'clients:delete', 'access:grant']) {
      await refused(change(local, scopes(one)))
    }
    await refused(change(local, { scopes: { add: ['clients:read'] } }))
    await refused(change(local, { providerSettings: { backchannel_logout_uri: AUDIENCE } }))
    await accepted(change(local, { scopes: ['openid', 'email'] }))
    expect(held()?.scope).toBe('openid email')
    await accepted(change(local, scopes('clients:read'), GRANTER))
    await refused(change(local, scopes()))
    expect(held()?.scope).toBe('openid clients:read')
  })

  it('no writer makes or copies a client with access, by no way', async () => {
    await start(local)
    const client = { name: 'Mine', ...scopes('clients:delete') }
    const machine = { ...local, kind: 'machine', client }
    await refused(world.send('POST', '/clients', machine))
    await accepted(world.send('POST', '/clients', { ...machine, client: { name: 'Mine' } }))
    await accepted(change(local, scopes('clients:delete'), GRANTER))
    const copy = (more: JsonObject) =>
      world.send(
        'POST',
        `/clients/${ID}/copy`,
        { ...local, client: { name: 'Copy', ...more } },
        { query: 'provider=local' },
      )
    await refused(copy({}))
    await accepted(copy({ scopes: ['openid'] }))
    await accepted(change(local, scopes(), GRANTER))
    const { body } = await world.send('GET', `/clients/${ID}/history`, undefined, {
      query: 'provider=local',
    })
    const items = body.items as JsonObject[]
    const to = Number(
      items.findLast((one) => JSON.stringify(one.changes).includes('delete'))?.revision,
    )
    await refused(world.send('POST', `/clients/${ID}/rollback`, { ...local, to }))
    const job = {
      clients: [{ ...local, id: ID }],
      patch: scopes('clients:delete'),
      autoStart: true,
    }
    const { body: submitted } = await world.send('POST', '/jobs', job)
    await world.until(submitted.id, 'stopped', 'done')
    expect(await world.results(submitted.id)).toMatchObject([{ code: 'insufficient_scope' }])
    expect(held()?.scope).toBe('openid')
  })

  it('no writer moves the tokens of a client that has access, or becomes it', async () => {
    await start(local)
    await accepted(change(local, scopes('clients:delete'), GRANTER))
    const before = held()
    await refused(change(local, { callbacks: { add: ['https://mine.example/cb'] } }))
    await refused(change(local, { webOrigins: { add: ['https://mine.example'] } }))
    await refused(change(local, { tokenEndpointAuthMethod: 'client_secret_post' }))
    await refused(change(local, { secret: 'a-secret-of-the-writer-0123456789' }))
    await refused(change(local, { grantTypes: { add: ['client_credentials'] } }))
    await refused(world.send('POST', `/clients/${ID}/rotate-secret`, local))
    const lease = {
      field: 'callbacks',
      value: 'https://mine.example/cb',
      owner: 'me',
      ttlSeconds: 60,
    }
    await refused(world.send('PUT', `/clients/${ID}/leases`, { ...local, ...lease }))
    expect(held()).toEqual(before)
    await accepted(change(local, { description: 'As ever' }))
    await accepted(world.send('POST', `/clients/${ID}/suspend`, local))
    await accepted(world.send('POST', `/clients/${ID}/resume`, local))
  })

  it('has clients without access changed as everywhere', async () => {
    await start(local)
    await accepted(change(local, { callbacks: { add: ['https://mine.example/cb'] } }))
    await accepted(change(local, { grantTypes: { add: ['client_credentials'] } }))
    await accepted(world.send('POST', `/clients/${ID}/rotate-secret`, local))
  })
})

it('scopes of a resource server in Cognito count as they do in tokens', async () => {
  const issuer = {
    issuer: `https://cognito-idp.eu-west-1.amazonaws.com/${POOL_ID}`,
    audience: undefined,
    clientIds: ['abc'],
    requireTyp: false,
    scopePrefix: PREFIX,
  } as unknown as JsonObject
  await start(issuer)
  const cognito = { provider: 'cognito-client', userPoolId: POOL_ID }
  const permissions = WRITER.map((one) => `${PREFIX}/${one}`)
  const claims = {
    iss: String(issuer.issuer),
    aud: undefined,
    client_id: 'abc',
    token_use: 'access',
  }
  const send = async (client: JsonObject, more: readonly string[] = []) => {
    const token = await world.token([...permissions, ...more], claims as never)
    const answer = await world.clientry.app({
      method: 'PATCH',
      path: `/clients/${ID}`,
      // The pool of the emulator has no resource servers.
      query: 'dryRun=true',
      headers: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
      body: Buffer.from(JSON.stringify({ ...cognito, client })),
      deadline: Date.now() + 20_000,
    })
    return { status: answer.status, body: JSON.parse(answer.body) as JsonObject }
  }
  const was = fullCognitoClient.AllowedOAuthScopes as string[]
  const admin = { scopes: [...was, `${PREFIX}/clients:delete`] }
  const other = { scopes: [...was, 'https://shop.example/clients:delete'] }
  const { status, body } = await send(admin)
  expect([status, body.code], JSON.stringify(body)).toEqual([403, 'insufficient_scope'])
  const changed = await send(other)
  expect(changed.status, JSON.stringify(changed.body)).toBe(200)
  expect((await send(admin, [`${PREFIX}/access:grant`])).status).toBe(200)
})

it('at Auth0, where scopes are not in the record, no writer lets a client go without its user', async () => {
  await start({ provider: 'auth0' })
  world.auth0.put({ ...fullAuth0Client, grant_types: ['authorization_code'] })
  await refused(change({}, { grantTypes: { add: ['client_credentials'] } }))
  await accepted(change({}, { grantTypes: { add: ['refresh_token'] } }))
  await accepted(change({}, { grantTypes: { add: ['client_credentials'] } }, GRANTER))
})

it('a provider of its own for the API leaves the others as they were', async () => {
  await start({})
  await accepted(change(local, scopes('clients:delete')))
})

it('no one has the right who was not given it by name', async () => {
  world = await startJobWorld(0, { issuer: local })
  await putLocalClient(world.documents, fullLocalClient)
  await refused(change(local, scopes('clients:delete'), []))
  await accepted(change(local, { description: 'Everything else' }, []))
})
