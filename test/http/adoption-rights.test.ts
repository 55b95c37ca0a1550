/**
 * Who may put what opens a client in the place of what does, on the whole program, against a real server
 * through a front that counts: a writer gets no token of others, and reaches nothing of its own choice.
 */

import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config-parse.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Clientry, createClientry } from '../../src/program/clientry.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { SCOPE_EACH } from '../contract/world.ts'
import { sign, signingKey, startKeyServer } from './auth/issuer.ts'

const ISSUER = 'https://issuer.example/'
const RECORD = { client_id: 'abc', client_name: 'Example', client_secret: 's'.repeat(32) }
const WRITER = ['clients:read', 'clients:write']
const ROTATOR = [...WRITER, 'secrets:rotate']
const PATH = '/clients/abc/registration'

interface Seen {
  readonly url: string | undefined
  readonly token: string | undefined
}

let server: Server
let url: string
/** Tokens that open the client. */
let valid: Set<string>
/** Every request that reached the machine of the server, at whatever path. */
let seen: Seen[]
let clientry: Clientry
let ask: (
  scopes: readonly string[],
  body: JsonObject,
  query?: string,
) => Promise<{ readonly status: number; readonly json: JsonObject }>
let closeAll: () => Promise<unknown>

beforeEach(async () => {
  seen = []
  valid = new Set(['true-token', 'second-token'])
  server = createServer((incoming, outgoing) => {
    const token = incoming.headers.authorization?.slice('Bearer '.length)
    seen.push({ url: incoming.url, token })
    // At this origin lives more than the server: `/mine` is a writer's own, which answers what it likes.
    const mine = incoming.url?.startsWith('/mine') === true
    outgoing.writeHead(mine || valid.has(token ?? '') ? 200 : 401, {
      'content-type': 'application/json',
    })
    outgoing.end(JSON.stringify(RECORD))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const key = await signingKey('key-1')
  const keys = await startKeyServer()
  keys.publish(key)
  const config = parseConfig(
    {
      mode: 'development',
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      providers: { partners: { type: 'rfc7592', registrationEndpoint: `${url}/register` } },
      auth: {
        issuers: [{ issuer: ISSUER, jwksUrl: keys.url, audience: ['clientry'] }],
        permissions: SCOPE_EACH,
      },
    },
    { KEY: randomBytes(32).toString('base64') },
  )
  clientry = await createClientry(config, {
    store: createSqliteStore(await openDatabase(':memory:')),
    environmentCredentials: () => undefined,
    log: () => {},
  })
  const now = Math.floor(Date.now() / 1_000)
  const claims = { iss: ISSUER, aud: 'clientry', sub: 'tester', iat: now, exp: now + 600 }
  ask = async (scopes, body, query = '') => {
    const token = await sign(key, { ...claims, client_id: 'test', scope: scopes.join(' ') })
    const answer = await clientry.app({
      method: 'PUT',
      path: PATH,
      query,
      headers: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
      body: Buffer.from(JSON.stringify(body)),
      deadline: Date.now() + 15_000,
    })
    return { status: answer.status, json: JSON.parse(answer.body) }
  }
  closeAll = async () => {
    await clientry.close()
    await keys.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
afterEach(() => closeAll())

const adopt = (scopes: readonly string[], token: string, more: JsonObject = {}, query = '') =>
  ask(scopes, { registrationAccessToken: token, ...more }, query)

/** What a request to the client reaches now. */
async function read(): Promise<readonly Seen[]> {
  seen = []
  // Nothing in it changes, so that only reads go out.
  await adopt(ROTATOR, 'true-token')
  return seen
}

describe('a client that is managed', () => {
  beforeEach(async () => {
    expect((await adopt(WRITER, 'true-token')).status).toBe(200)
    seen = []
  })

  it.each(['', 'dryRun=true'])(
    'is not moved to an address of the writer’s own, and its token goes nowhere (%s)',
    async (query) => {
      for (const path of ['/mine/abc', '/register/%2e%2e/mine', '/register/..%2f..%2fmine/abc']) {
        const uri = { registrationClientUri: `${url}${path}` }
        const refused = await adopt(ROTATOR, 'made-up', uri, query)
        expect([refused.status, refused.json.field]).toEqual([400, 'registrationClientUri'])
        const { status } = await adopt(WRITER, 'made-up', uri, query)
        expect([400, 403]).toContain(status)
      }
      expect(seen.filter((one) => one.url !== '/register/abc')).toEqual([])
      expect(seen.filter(({ token }) => token !== 'true-token')).toEqual([])
      expect((await read()).map((one) => one.url)).toEqual(['/register/abc', '/register/abc'])
    },
  )

  it.each(['', 'dryRun=true'])(
    'is opened by another token for those alone who may rotate secrets (%s)',
    async (query) => {
      const { status, json } = await adopt(WRITER, 'second-token', {}, query)
      expect([status, json.code]).toEqual([403, 'insufficient_scope'])
      expect(json.error).toMatch(/secrets:rotate/)
      expect(seen.some(({ token }) => token === 'second-token')).toBe(false)
      expect((await adopt(ROTATOR, 'second-token', {}, query)).status).toBe(200)
    },
  )

  it('can be adopted again with what it is opened by, by anyone who may write', async () => {
    expect((await adopt(WRITER, 'true-token')).status).toBe(200)
    const uri = { registrationClientUri: `${url}/register/abc` }
    expect((await adopt(WRITER, 'true-token', uri)).status).toBe(200)
    const other = { registrationClientUri: `${url}/register/x/abc` }
    expect((await adopt(WRITER, 'true-token', other)).status).toBe(403)
  })

  it('can be adopted by anyone who may write once what opened it is refused', async () => {
    valid.delete('true-token')
    expect((await adopt(WRITER, 'second-token')).status).toBe(200)
    expect((await adopt(WRITER, 'second-token')).status).toBe(200)
  })
})

it('a client that is not managed is not looked at where the writer likes', async () => {
  const uri = { registrationClientUri: `${url}/mine/abc` }
  for (const query of ['', 'dryRun=true']) {
    expect((await adopt(WRITER, 'made-up', uri, query)).status).toBe(400)
  }
  expect(seen).toEqual([])
})
