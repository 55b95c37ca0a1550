/** Clients that register themselves at the embedded OpenID Provider: what they may, and what not. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { CLIENTS } from '../../src/providers/local/clients.ts'
import { createLocalProvider } from '../../src/providers/local/index.ts'
import { createKeys } from '../../src/providers/local/openid/keys.ts'
import { createOpenidProvider } from '../../src/providers/local/openid/openid.ts'
import type { RegistrationOptions } from '../../src/providers/local/openid/registration.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { callInTime } from '../contract/service.ts'

const ON = { initialAccessToken: 'initial', renewsTokens: true }
const METADATA = { client_name: 'Mine', redirect_uris: ['https://app.example.com/callback'] }
/** Members that are ours to set. */
const OURS = {
  first_party: true,
  access_token_lifetime: 86_400,
  disabled: false,
  live_secrets: [{ id: 'x', value: 'chosen-by-the-client', created_at: null }],
  metadata: { team: 'theirs' },
}

let database: Database
let documents: Documents
let server: Server
let url: string

beforeEach(async () => {
  database = await openDatabase(':memory:')
  documents = createDocuments(database, { keys: keysOf(Buffer.alloc(32, 9)) })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  database.close()
})

async function start(registration?: RegistrationOptions): Promise<void> {
  server = createServer((incoming, outgoing) => callback(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keys = await createKeys()
  const { callback } = createOpenidProvider({
    issuer: `${url}/oidc`,
    documents,
    keys,
    registration,
    now: Date.now,
  })
}

async function ask(method: string, target: string, token: string, body?: JsonObject) {
  const answer = await fetch(target, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: text.startsWith('{') ? (JSON.parse(text) as JsonObject) : {},
  }
}

const register = (body: JsonObject = METADATA, token = 'initial') =>
  ask('POST', `${url}/oidc/reg`, token, body)

describe('registration', () => {
  it('is off unless it is switched on', async () => {
    await start()
    expect((await register()).status).toBe(404)
    const discovery = await fetch(`${url}/oidc/.well-known/openid-configuration`)
    expect(await discovery.json()).not.toHaveProperty('registration_endpoint')
  })

  it('needs the initial access token', async () => {
    await start(ON)
    expect((await register(METADATA, 'another')).status).toBe(401)
    expect((await register()).status).toBe(201)
  })

  it('makes a client that the API shows, and that is no first party', async () => {
    await start(ON)
    const { body } = await register()
    const provider = createLocalProvider({ documents, now: Date.now })
    const call = callInTime()
    const listed = await provider.list?.(undefined, call)
    expect(listed?.items).toMatchObject([{ id: body.client_id, name: 'Mine' }])
    const ref = { provider: 'local', id: String(body.client_id) }
    expect(await provider.read(ref, call)).toMatchObject({ first_party: false })
  })

  it('lets a client set nothing of ours, and shows it nothing of that', async () => {
    await start(ON)
    const { body } = await register({ ...METADATA, ...OURS })
    const id = String(body.client_id)
    expect(body).toMatchObject(METADATA)
    for (const name of Object.keys(OURS)) expect(body).not.toHaveProperty(name)
    const stored = await documents.get(CLIENTS, id)
    expect(stored).toMatchObject({ first_party: false })
    for (const name of ['access_token_lifetime', 'live_secrets', 'metadata']) {
      expect(stored).not.toHaveProperty(name)
    }
    documents.put(CLIENTS, id, { ...stored, access_token_lifetime: 600, metadata: { team: 'us' } })
    const uri = String(body.registration_client_uri)
    const read = await ask('GET', uri, String(body.registration_access_token))
    expect(read.body).not.toHaveProperty('metadata')
    const update = { ...METADATA, ...OURS, client_id: id, client_name: 'Renamed' }
    const updated = await ask('PUT', uri, String(body.registration_access_token), update)
    expect(updated.status).toBe(200)
    expect(updated.body).not.toHaveProperty('access_token_lifetime')
    expect(await documents.get(CLIENTS, id)).toMatchObject({
      client_name: 'Renamed',
      access_token_lifetime: 600,
      metadata: { team: 'us' },
      first_party: false,
    })
  })

  it('gives no one a scope of our API, and takes none away that we gave', async () => {
    await start(ON)
    const refused = await register({ ...METADATA, scope: 'openid clients:write' })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
    const { list } = createLocalProvider({ documents, now: Date.now })
    const call = callInTime()
    expect((await list?.(undefined, call))?.items).toEqual([])
    const { body } = await register({ ...METADATA, scope: 'openid' })
    const id = String(body.client_id)
    const uri = String(body.registration_client_uri)
    const token = String(body.registration_access_token)
    const update = { ...METADATA, client_id: id, scope: 'openid clients:read' }
    const raised = await ask('PUT', uri, token, update)
    expect(raised).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } })
    expect(await documents.get(CLIENTS, id)).toMatchObject({ scope: 'openid' })
    documents.put(CLIENTS, id, {
      ...(await documents.get(CLIENTS, id)),
      scope: 'openid clients:read',
    })
    expect((await ask('PUT', uri, token, update)).status).toBe(200)
    expect(await documents.get(CLIENTS, id)).toMatchObject({ scope: 'openid clients:read' })
  })

  it('lets a client remove itself', async () => {
    await start(ON)
    const { body } = await register()
    const uri = String(body.registration_client_uri)
    const removed = await ask('DELETE', uri, String(body.registration_access_token))
    expect(removed.status).toBe(204)
    expect(await documents.get(CLIENTS, String(body.client_id))).toBeUndefined()
  })
})
