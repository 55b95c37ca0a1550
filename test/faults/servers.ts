/**
 * Servers as processes of their own (the production entry), with signals, limits and log lines, and a
 * caller with a token of a real issuer. For tests of what a process alone can suffer.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import { DEFAULT_CREDENTIAL } from '../../src/emulators/auth0/index.ts'
import { ENTRA_ACCOUNT, ENTRA_TENANT } from '../../src/emulators/entra/index.ts'
import { OKTA_API_TOKEN } from '../../src/emulators/okta/index.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { sign, signingKey, startKeyServer } from '../http/auth/issuer.ts'

/** Every program of this repository is started in its root. */
const SERVE = join(process.cwd(), 'dist', 'serve.js')
const ISSUER = 'https://issuer.example/'
/** The installation's key. */
export const KEY: Uint8Array = Buffer.alloc(32, 1)

export interface ServerOptions {
  /** The entry of another build than this one. */
  readonly program?: string
  /** Path of the SQLite file, which several servers may share. */
  readonly database: string
  /** Another store than that file. */
  readonly store?: JsonObject
  /** `providers` of the configuration; `cognitoAt` and `auth0At` make entries of it. */
  readonly providers: JsonObject
  readonly issuer: Issuer
  /** Variables that the providers name. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly limits?: { readonly deadlineMs: number; readonly upstreamTimeoutMs: number }
}

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** Whether it has not ended. */
  alive(): boolean
  /** Stops it in the middle of whatever it does; resolves when it stands still. */
  freeze(): Promise<void>
  resume(): void
  /** Limits the size of files that it writes, in bytes; `unlimited` lifts that (Linux). */
  limitFileSize(bytes: number | 'unlimited'): void
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

/** A token issuer, and callers with its tokens. */
export interface Issuer {
  readonly keysUrl: string
  token(): Promise<string>
  close(): Promise<void>
}

/** An answer as a caller sees it. */
export interface Answered {
  readonly status: number
  readonly body: JsonObject
  /** Of the change; absent where there was none. */
  readonly operationId?: string
}

export async function startIssuer(): Promise<Issuer> {
  const key = await signingKey('key-1')
  const keys = await startKeyServer()
  keys.publish(key)
  return {
    keysUrl: keys.url,
    token: () => {
      const now = Math.floor(Date.now() / 1_000)
      const claims = { iss: ISSUER, aud: 'clientry', sub: 'tester', client_id: 'test-client' }
      return sign(key, { ...claims, iat: now, exp: now + 600 })
    },
    close: keys.close,
  }
}

/** A Cognito provider whose pool is reached at `url`. */
export const cognitoAt = (url: string): JsonObject => ({
  type: 'cognito',
  pools: { [POOL_ID]: { endpoint: url } },
  credentials: { accessKeyId: 'emulator', secretAccessKey: { env: 'AWS_SECRET' } },
  pace: { perOperation: 10_000, perCategory: 10_000 },
  listLagSeconds: 0,
})

/** An Auth0 tenant that is reached at `url` and knows itself as `ownUrl`. */
export const auth0At = (url: string, ownUrl = url): JsonObject => ({
  type: 'auth0',
  baseUrl: url,
  audience: `${ownUrl}/api/v2/`,
  clientId: DEFAULT_CREDENTIAL.clientId,
  clientSecret: { env: 'AUTH0_SECRET' },
  listLagSeconds: 0,
})

/** An Okta org that is reached at `url`, by an API token. */
export const oktaAt = (url: string): JsonObject => ({
  type: 'okta',
  baseUrl: url,
  apiToken: { env: 'OKTA_TOKEN' },
  pace: { reserve: 0 },
  listLagSeconds: 0,
})

/** A tenant of Entra ID that is reached at `url`. */
export const entraAt = (url: string): JsonObject => ({
  type: 'entra',
  tenantId: ENTRA_TENANT,
  graphUrl: url,
  loginUrl: url,
  clientId: ENTRA_ACCOUNT.clientId,
  clientSecret: { env: 'ENTRA_SECRET' },
  pace: { readsPerSecond: 10_000, writesPerSecond: 10_000 },
  listLagSeconds: 0,
})

/** Starts the production entry and waits until it says that it listens. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { database, providers, issuer, limits, program = SERVE } = options
  const config = {
    server: { port: 0 },
    key: { env: 'KEY' },
    store: options.store ?? { type: 'sqlite', path: database, create: true },
    providers,
    defaultProvider: Object.keys(providers)[0],
    auth: {
      issuers: [{ issuer: ISSUER, jwksUrl: issuer.keysUrl, audience: ['clientry'] }],
    },
    ...(limits === undefined ? {} : { limits }),
  }
  const child = spawn(process.execPath, [program], {
    env: {
      CLIENTRY_CONFIG_JSON: JSON.stringify(config),
      KEY: Buffer.from(KEY).toString('base64'),
      AWS_SECRET: 'emulator-secret',
      AUTH0_SECRET: 'clientry-secret',
      OKTA_TOKEN: OKTA_API_TOKEN,
      ENTRA_SECRET: ENTRA_ACCOUNT.clientSecret,
      ...options.secrets,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await portOf(child, ended)
  const pid = child.pid ?? 0
  return {
    url: `http://127.0.0.1:${port}`,
    pid,
    alive: () => child.exitCode === null && child.signalCode === null,
    freeze: async () => {
      child.kill('SIGSTOP')
      while (stateOf(pid) !== 'T') await new Promise(setImmediate)
    },
    resume: () => {
      child.kill('SIGCONT')
    },
    limitFileSize: (bytes) => {
      // The soft limit only, which can be lifted again without any right.
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Letter of the process state (proc(5)). */
const stateOf = (pid: number) =>
  / ([A-Z]) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]

function portOf(child: ChildProcess, ended: Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    let isFound = false
    child.stdout?.on('data', (chunk: Buffer) => {
      if (isFound) return
      text = (text + chunk.toString()).slice(-MAX_LOG_CHARACTERS)
      const line = text.split('\n').find((one) => one.includes('"listening"'))
      if (!line?.endsWith('}')) return
      isFound = true
      resolve((JSON.parse(line) as { port: number }).port)
    })
    ended.then(() => reject(new Error('The server ended before it listened.')))
  })
}

const MAX_LOG_CHARACTERS = 100_000

/** Sends a PATCH of the example client; `undefined` when no answer came. */
export async function patch(
  server: Pick<ServerProcess, 'url'>,
  issuer: Issuer,
  body: JsonObject,
): Promise<Answered | undefined> {
  const token = await issuer.token()
  return ask(`${server.url}/clients/exampleClientId`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** Any request; `undefined` when no answer came. */
export async function ask(url: string, request: RequestInit = {}): Promise<Answered | undefined> {
  try {
    const response = await fetch(url, request)
    const operationId = response.headers.get('operation-id')
    const body = (await response.json()) as JsonObject
    return { status: response.status, body, ...(operationId === null ? {} : { operationId }) }
  } catch {
    return undefined
  }
}
