/**
 * The whole program before a real server that opens each client by a token of its own (RFC 7592), through a front that keeps
 * what reached it.
 */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '../../src/config/config-parse.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createClientry } from '../../src/program/clientry.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { sign, signingKey, startKeyServer } from './auth/issuer.ts'

const ISSUER = 'https://issuer.example/'
const RECORD = { client_id: 'abc', client_name: 'Example', client_secret: 's'.repeat(32) }
/** Where what opens the client of that record is put. */
export const REGISTRATION = '/clients/abc/registration'

/** A request that reached the machine of the server, at whatever path. */
export interface Seen {
  readonly url: string | undefined
  readonly token: string | undefined
}

/** Who asks, by a token with these scopes and of this subject. */
export interface Caller {
  readonly scopes: readonly string[]
  readonly sub?: string
}

export interface AdoptionWorld {
  /** Of the server. */
  readonly url: string
  /** Tokens that open the client. */
  readonly valid: Set<string>
  /** Requests since it was emptied last. */
  readonly seen: Seen[]
  /** Everything that was logged. */
  readonly lines: unknown[]
  ask(
    caller: Caller,
    method: string,
    path: string,
    body?: JsonObject,
    query?: string,
  ): Promise<{ readonly status: number; readonly json: JsonObject }>
  /** The files of the store as one text, a byte for each character. */
  storeBytes(): string
  close(): Promise<void>
}

export async function startAdoptionWorld(permissions: readonly unknown[]): Promise<AdoptionWorld> {
  const seen: Seen[] = []
  const lines: unknown[] = []
  const valid = new Set(['true-token', 'second-token'])
  const server = createServer((incoming, outgoing) => {
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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
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
        permissions,
      },
    },
    { KEY: randomBytes(32).toString('base64') },
  )
  const folder = mkdtempSync(join(tmpdir(), 'clientry-adoption-'))
  const clientry = await createClientry(config, {
    store: createSqliteStore(await openDatabase(join(folder, 'clientry.db'))),
    environmentCredentials: () => undefined,
    log: (line) => lines.push(line),
  })
  const now = Math.floor(Date.now() / 1_000)
  const claims = { iss: ISSUER, aud: 'clientry', iat: now, exp: now + 600 }
  return {
    ...{ url, valid, seen, lines },
    ask: async ({ scopes, sub = 'tester' }, method, path, body, query = '') => {
      const own = { ...claims, sub, client_id: `client of ${sub}`, scope: scopes.join(' ') }
      const answer = await clientry.app({
        method,
        path,
        query,
        headers: {
          authorization: [`Bearer ${await sign(key, own)}`],
          'content-type': ['application/json'],
        },
        body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
        deadline: Date.now() + 15_000,
      })
      return { status: answer.status, json: JSON.parse(answer.body) }
    },
    storeBytes: () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join(''),
    close: async () => {
      await clientry.close()
      await keys.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
