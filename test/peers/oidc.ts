/** The oidc-provider of `oidc-server.mjs`, started once for a test file, and its clients as files. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Flow } from '../servers/flow.ts'
import { type Front, startFront } from './front.ts'

export const INITIAL_TOKEN = 'initial-access-token-of-the-peer'

/** Its login page takes anyone. */
export const ANYONE = { login: 'alice', password: 'any' }

/** A real authorization server with registration, as tests see it. */
export interface RegistrationServer {
  readonly front: Front
  /** What a configuration says of it, beside its type. */
  readonly settings: JsonObject
  /** The client as it is really stored; `undefined` when it is not there. */
  stored(id: string): JsonObject | undefined
  /** Stores a client behind the server's back. */
  put(record: JsonObject): void
  /** Makes a token that opens a client, as its registration would have. */
  token(id: string): string
  /** How users log in there. */
  readonly flow: Flow
  close(): Promise<void>
}

/** One whose clients are the affair of one test after the other. */
export interface Peer extends RegistrationServer {
  /** Takes every token of every client out of force. */
  dropTokens(): void
  /** Back to no clients. */
  clear(): void
}

/** Starts the server; `renews`: an update renews the token of its client. */
export async function startOidcPeer(renews: boolean): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-peer-'))
  let target = ''
  const fileOf = (model: string, id: string) =>
    join(folder, model, Buffer.from(id).toString('base64url'))
  const write = (model: string, id: string, record: JsonObject) => {
    mkdirSync(join(folder, model), { recursive: true })
    writeFileSync(fileOf(model, id), JSON.stringify(record))
  }
  const stored = (id: string) => {
    try {
      return JSON.parse(readFileSync(fileOf('Client', id), 'utf8')) as JsonObject
    } catch {
      return undefined
    }
  }
  const put = (record: JsonObject) => write('Client', String(record.client_id), record)
  const front = await startFront({
    url: () => target,
    change: (id, members) => put({ ...stored(id), ...(members as JsonObject) }),
  })
  const { child, port } = await startProcess(folder, renews, front.url)
  target = `http://127.0.0.1:${port}`
  let made = 0
  return {
    front,
    settings: {
      issuer: front.url,
      dialect: 'oidc-provider',
      initialAccessToken: { env: 'INITIAL_TOKEN' },
    },
    stored,
    put,
    token: (id) => {
      made += 1
      const jti = `token-of-the-tests-${made}`.padEnd(43, '-')
      const iat = Math.floor(Date.now() / 1_000)
      write('RegistrationAccessToken', jti, {
        iat,
        jti,
        kind: 'RegistrationAccessToken',
        clientId: id,
      })
      return jti
    },
    flow: { issuer: front.url, routes: { [front.url]: target }, fields: ANYONE },
    dropTokens: () => clear(folder, 'RegistrationAccessToken'),
    clear: () => {
      clear(folder, 'RegistrationAccessToken')
      clear(folder, 'Client')
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin?.end()
      await ended
      await front.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function clear(folder: string, model: string): void {
  rmSync(join(folder, model), { recursive: true, force: true })
  mkdirSync(join(folder, model), { recursive: true })
}

/** Every program of this repository is started in its root. */
const SERVER = join(process.cwd(), 'test', 'peers', 'oidc-server.mjs')

function startProcess(
  folder: string,
  renews: boolean,
  issuer: string,
): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [SERVER], {
    env: {
      ...process.env,
      FOLDER: folder,
      RENEWS: String(renews),
      INITIAL_TOKEN,
      ISSUER: issuer,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`oidc-provider ended with ${code}`)))
    child.stdout?.once('data', (bytes: Buffer) => resolve({ child, port: Number(String(bytes)) }))
  })
}
