/**
 * `PUT /clients/{clientId}/registration` on the whole program, against a real server: its answers, and
 * that the token which it is given is in nothing that leaves the program.
 */

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config-parse.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { type Clientry, createClientry } from '../../src/program/clientry.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'
import { startLocalPeer } from '../peers/local.ts'
import { INITIAL_TOKEN, type Peer } from '../peers/oidc.ts'
import { sign, signingKey, startKeyServer } from './auth/issuer.ts'

const ISSUER = 'https://issuer.example/'
const { member_of_tomorrow: _, ...CLIENT } = fullRegisteredClient
const SCOPES = 'clients:read clients:write history:read secrets:read metrics:read'

let peer: Peer
let clientry: Clientry
let database: Database
let bearer: string
let closeKeys: () => Promise<void>
/** Everything that left the program. */
const told: string[] = []

beforeAll(async () => {
  const key = await signingKey('key-1')
  const keys = await startKeyServer()
  keys.publish(key)
  closeKeys = keys.close
  peer = await startLocalPeer(true)
  peer.put(CLIENT)
  const config = parseConfig(
    {
      mode: 'development',
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      providers: { partners: { type: 'rfc7592', ...peer.settings } },
      auth: { issuers: [{ issuer: ISSUER, jwksUrl: keys.url, audience: ['clientry'] }] },
      log: { level: 'debug' },
    },
    { KEY: randomBytes(32).toString('base64'), INITIAL_TOKEN },
  )
  database = await openDatabase(':memory:')
  clientry = await createClientry(config, {
    store: createSqliteStore(database),
    metrics: createMetrics(['partners']),
    environmentCredentials: () => undefined,
    log: (line) => told.push(JSON.stringify(line)),
  })
  const now = Math.floor(Date.now() / 1_000)
  const claims = { iss: ISSUER, aud: 'clientry', sub: 'tester', iat: now, exp: now + 600 }
  bearer = await sign(key, { ...claims, client_id: 'test', scope: SCOPES })
})
afterAll(async () => {
  await clientry.close()
  await Promise.all([peer.close(), closeKeys()])
})

async function ask(method: string, path: string, body?: JsonObject, query = '') {
  const answer = await clientry.app({
    method,
    path,
    query,
    headers: {
      authorization: [`Bearer ${bearer}`],
      ...(body === undefined ? {} : { 'content-type': ['application/json'] }),
    },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 15_000,
  })
  told.push(answer.body, JSON.stringify(answer.headers))
  const json = answer.body.startsWith('{') ? (JSON.parse(answer.body) as JsonObject) : {}
  return { ...answer, json }
}

const PATH = '/clients/exampleClientId/registration'

describe('adopting a client', () => {
  it('refuses what is no token and no address, by name', async () => {
    const refused = async (body: JsonObject) => {
      const { status, json } = await ask('PUT', PATH, body)
      return [status, json.field]
    }
    expect(await refused({ registrationAccessToken: '' })).toEqual([400, 'registrationAccessToken'])
    expect(await refused({ registrationAccessToken: 'a\r\nx: y' })).toEqual([
      400,
      'registrationAccessToken',
    ])
    const token = { registrationAccessToken: 'token' }
    for (const registrationClientUri of [7, '/relative', 'file:///etc/passwd', 'not a url']) {
      const at = await refused({ ...token, registrationClientUri } as JsonObject)
      expect(at).toEqual([400, 'registrationClientUri'])
    }
  })

  it('looks, takes in, and shows nothing of the token in anything', async () => {
    const token = peer.token('exampleClientId')
    const body = { registrationAccessToken: token }
    const looked = await ask('PUT', PATH, body, 'dryRun=true')
    expect(looked.json).toMatchObject({ dryRun: true, client: { name: 'Example' } })
    expect((await ask('GET', '/clients/exampleClientId')).status).toBe(404)
    const adopted = await ask('PUT', PATH, body)
    expect(adopted.status).toBe(200)
    expect(adopted.json).toMatchObject({ id: 'exampleClientId', name: 'Example' })
    expect(adopted.headers['operation-id']).toBeTruthy()
    const patch = { client: { callbacks: { add: ['https://new.example.com/callback'] } } }
    expect((await ask('PATCH', '/clients/exampleClientId', patch)).status).toBe(200)
    const read = await ask('GET', '/clients/exampleClientId')
    expect(read.json.callbacks).toContain('https://new.example.com/callback')
    const history = await ask('GET', '/clients/exampleClientId/history')
    expect(history.json).toMatchObject({ items: [{ outcome: 'applied' }, { action: 'adopt' }] })
    const operation = await ask('GET', `/operations/${adopted.headers['operation-id']}`)
    expect(operation.json).toMatchObject({ action: 'adopt', outcome: 'applied' })
    peer.dropTokens()
    const refused = await ask('GET', '/clients/exampleClientId')
    expect(refused).toMatchObject({ status: 404, json: { code: 'client_gone' } })
    await ask('GET', '/metrics')
    for (const row of database.prepare('select entry from log').all()) told.push(String(row.entry))
    const all = told.join('\n')
    expect(all).toContain('exampleClientId')
    expect(all).not.toContain(token)
    // Nor what the server has renewed it to, which no test knows: no member and no header is called so.
    expect(all).not.toMatch(/registration_access_token|\$registration"\s*:/)
    expect(all).not.toContain(INITIAL_TOKEN)
  })
})
