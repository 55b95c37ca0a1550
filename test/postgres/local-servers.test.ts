/**
 * Whole servers with the provider `local` on one PostgreSQL, behind one address, which is their issuer. Each request goes to
 * another one of them than the request before, so that no flow is one server's.
 */

import { randomUUID } from 'node:crypto'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as openid from 'openid-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config-parse.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { createNodeServer } from '../../src/node/node-server.ts'
import { createClientry } from '../../src/program/clientry.ts'
import { keysOfStore } from '../../src/program/keys/open-keys.ts'
import { createKeys, type OpenidKeys } from '../../src/providers/local/openid/keys.ts'
import { createOpenidProvider } from '../../src/providers/local/openid/openid.ts'
import {
  fetchDevelopmentToken,
  putDevelopmentClient,
} from '../../src/providers/local/openid/token.ts'
import type { Documents } from '../../src/store/documents.ts'
import { createPostgresDocuments } from '../../src/store/postgres/documents.ts'
import { beginLogin, CALLBACK, createBrowser, exchangeCode } from '../providers/local-world.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const AUDIENCE = 'urn:clientry:test'
const KEY = Buffer.alloc(32, 7)

/** Sends each request to the next of some servers, from one address. */
async function startFront(targets: readonly number[]): Promise<Server> {
  let next = 0
  const front = createServer((incoming, outgoing) => {
    const port = targets[next++ % targets.length]
    const { method, url, headers } = incoming
    const there = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    there.on('error', () => outgoing.destroy())
    incoming.pipe(there)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  return front
}

describePostgres('two servers behind one issuer', () => {
  let place: PostgresPlace
  let front: Server
  let url: string
  let documents: Documents
  const closers: (() => Promise<unknown>)[] = []

  beforeEach(async () => {
    place = await openPlace()
    const ports: number[] = []
    front = await startFront(ports)
    url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
    const openidKeys = await createKeys()
    for (let count = 0; count < 2; count += 1) ports.push(await startOne(openidKeys, count === 0))
  })
  afterEach(async () => {
    front.closeAllConnections()
    front.close()
    for (const close of closers.splice(0)) await close()
    await place.close()
  })

  /** A server as the development entry builds it, on connections of its own. */
  async function startOne(openidKeys: OpenidKeys, isNew: boolean): Promise<number> {
    const store = place.store()
    const issuer = `${url}/oidc`
    const config = parseConfig(
      {
        mode: 'development',
        key: { env: 'KEY' },
        store: { type: 'postgresql', url: `postgresql://clientry@127.0.0.1/postgres` },
        defaultProvider: 'local',
        providers: { local: { type: 'local' } },
        auth: {
          issuers: [{ issuer, jwksUrl: `${issuer}/jwks`, audience: [AUDIENCE], provider: 'local' }],
          permissions: PERMISSIONS.map((one) => ({ scope: one, issuer, grants: [one] })),
        },
      },
      { KEY: KEY.toString('base64') },
    )
    const keys = await keysOfStore(store, { keys: [{ at: 'key', key: KEY }] }, { isNew })
    documents = createPostgresDocuments(place.connect(), { keys })
    const provider = createOpenidProvider({
      issuer,
      documents,
      keys: openidKeys,
      api: { audience: AUDIENCE },
      now: Date.now,
    })
    const clientry = await createClientry(config, {
      store,
      keys,
      documents,
      openidAddress: issuer,
      environmentCredentials: () => undefined,
      log: () => {},
    })
    const mounts = [{ prefix: provider.prefix, handler: provider.callback }]
    const server = createNodeServer(clientry.app, { mounts })
    closers.push(async () => {
      await server.close(0)
      await clientry.close()
    })
    return server.listen(0, '127.0.0.1')
  }

  async function call(token: string, method: string, path: string, body?: JsonObject) {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await fetch(`${url}${path}`, init)
    return { status: answer.status, body: (await answer.json()) as JsonObject }
  }

  it('make a client, sign a person in with it, and follow what is changed of it', async () => {
    const development = await putDevelopmentClient(documents, Date.now())
    const token = await fetchDevelopmentToken({
      ...development,
      tokenEndpoint: `${url}/oidc/token`,
    })
    const made = await call(token, 'POST', '/clients', {
      kind: 'web',
      client: {
        name: 'Web',
        callbacks: [CALLBACK],
        grantTypes: ['authorization_code', 'refresh_token'],
      },
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const id = String(made.body.id)
    const secret = String(made.body.secret)
    const party = await openid.discovery(
      new URL(`${url}/oidc`),
      id,
      secret,
      openid.ClientSecretBasic(secret),
      { execute: [openid.allowInsecureRequests] },
    )
    const login = await beginLogin(party, {
      parameters: { scope: 'openid offline_access', prompt: 'consent' },
    })
    const { location } = await createBrowser().visit(login.url)
    const tokens = await exchangeCode(login, location)
    expect(tokens.claims()).toMatchObject({ sub: 'alice', iss: `${url}/oidc`, aud: id })
    const person = await openid.fetchUserInfo(party, tokens.access_token, 'alice')
    expect(person.sub).toBe('alice')
    const renewed = await openid.refreshTokenGrant(party, tokens.refresh_token ?? '')
    expect(renewed.access_token).not.toBe(tokens.access_token)
    // A code is used up for both.
    await expect(exchangeCode(login, location)).rejects.toMatchObject({ error: 'invalid_grant' })
    const off = await call(token, 'PATCH', `/clients/${id}`, { client: { disabled: true } })
    expect(off.status, JSON.stringify(off.body)).toBe(200)
    for (const _ of [0, 1])
      await expect(
        openid.refreshTokenGrant(party, renewed.refresh_token ?? ''),
      ).rejects.toMatchObject({ status: 401 })
  })
})
