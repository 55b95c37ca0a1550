/**
 * Everything at once, for tests of the whole program: three providers with something real behind each,
 * a token issuer with real keys, the program as a configuration builds it. Only the entry is missing.
 */

import { createHash, randomBytes } from 'node:crypto'
import { parseConfig } from '../../src/config/config-parse.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { Level, LogLine } from '../../src/http/exchange.ts'
import { fromLevel } from '../../src/http/log.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { type Clientry, createClientry } from '../../src/program/clientry.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { sign, signingKey, startKeyServer } from '../http/auth/issuer.ts'

export const AUDIENCE = 'https://clientry.example'
export const ISSUER = 'https://issuer.example/'
/** `auth.permissions` in which each permission has a scope of its name. */
export const SCOPE_EACH: readonly JsonObject[] = PERMISSIONS.map((one) => ({
  scope: one,
  grants: [one],
}))

/** So long that no call over loopback is late on a busy machine (milliseconds). */
const UPSTREAM_TIMEOUT_MS = 20_000
/** `limits` for tests that lose or stall what is sent: the program waits for it as long. */
export const SHORT_WAITS: JsonObject = { upstreamTimeoutMs: 500 }

export interface World {
  readonly clientry: Clientry
  readonly auth0: Auth0Emulator
  readonly cognito: CognitoEmulator
  readonly documents: Documents
  readonly database: Database
  /** The installation's key. */
  readonly key: Uint8Array
  readonly log: readonly LogLine[]
  /** An access token with these scopes, and claims and header members of one's own on top; `undefined`: none. */
  token(scopes?: readonly string[], claims?: Claims, header?: JsonObject): Promise<string>
  /** Stops answering the key requests of the verifier. */
  failKeys(): void
  /** Calls that reached any provider, token requests aside. */
  upstreamCalls(): number
  /** Those of them that write. */
  upstreamWrites(): number
  close(): Promise<void>
}

type Claims = Readonly<Record<string, Json | undefined>>

export interface WorldOptions {
  readonly permissions?: Json
  /** More of the issuer of its tokens. */
  readonly issuer?: JsonObject
  /** Further issuers, whose tokens the same key signs. */
  readonly issuers?: readonly JsonObject[]
  readonly limits?: JsonObject
  readonly server?: JsonObject
  /** Beside the three. */
  readonly providers?: JsonObject
  readonly quotas?: JsonObject
  readonly console?: Json
  readonly webhooks?: Json
  /** Of the built program beside which the console is. */
  readonly entryUrl?: string
  /** Beside the variables of its own configuration. */
  readonly environment?: Readonly<Record<string, string>>
  readonly level?: Level
  /** File of the database; absent: it lives in memory. */
  readonly path?: string
  /** Puts something between the program and its store. */
  readonly around?: (store: Store) => Store
  /** Keeps counts, as the Node entries do. */
  readonly metrics?: true
}

/** Starts it all; about a hundred milliseconds. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const key = await signingKey('key-1')
  const keyServer = await startKeyServer()
  keyServer.publish(key)
  const auth0 = await startAuth0Emulator({
    connections: [
      { id: 'con_1', name: 'users', strategy: 'auth0', enabledClients: ['exampleClientId'] },
      { id: 'con_2', name: 'google', strategy: 'google-oauth2' },
    ],
    credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
  })
  auth0.put(fullAuth0Client)
  const cognito = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  cognito.addFutureMember('MemberOfTomorrow')
  // One file has one key, in every world that opens it.
  const storeKey = createHash('sha256')
    .update(options.path ?? randomBytes(32))
    .digest()
  const config = parseConfig(
    {
      mode: 'development',
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      defaultProvider: 'auth0',
      providers: {
        auth0: {
          type: 'auth0',
          baseUrl: auth0.url,
          clientId: 'clientry',
          clientSecret: { env: 'AUTH0_SECRET' },
          listLagSeconds: 0,
        },
        'cognito-client': {
          type: 'cognito',
          pools: { [POOL_ID]: { endpoint: cognito.url } },
          credentials: { accessKeyId: 'emulator', secretAccessKey: { env: 'AWS_SECRET' } },
          pace: { perOperation: 10_000, perCategory: 10_000 },
          listLagSeconds: 0,
          moves: { waitSeconds: 0, codeSeconds: 0 },
        },
        local: { type: 'local', listLagSeconds: 0 },
        ...options.providers,
      },
      auth: {
        issuers: [
          { issuer: ISSUER, jwksUrl: keyServer.url, audience: [AUDIENCE], ...options.issuer },
          ...(options.issuers ?? []).map((one) => ({ jwksUrl: keyServer.url, ...one })),
        ],
        ...(options.permissions === undefined ? {} : { permissions: options.permissions }),
      },
      limits: { upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS, ...options.limits },
      ...(options.server === undefined ? {} : { server: options.server }),
      ...(options.console === undefined ? {} : { console: options.console }),
      ...(options.quotas === undefined ? {} : { quotas: options.quotas }),
      ...(options.webhooks === undefined ? {} : { webhooks: options.webhooks }),
      ...(options.level === undefined ? {} : { log: { level: options.level } }),
    },
    {
      KEY: storeKey.toString('base64'),
      AUTH0_SECRET: 'management-secret',
      AWS_SECRET: 'emulator-secret',
      ...options.environment,
    },
  )
  const database = await openDatabase(options.path ?? ':memory:')
  const documents = createDocuments(database, { keys: keysOf(storeKey) })
  await putLocalClient(documents, fullLocalClient)
  const log: LogLine[] = []
  // Signing one for each request would take a quarter of the time of the suites.
  const tokens = new Map<string, Promise<string>>()
  const clientry = await createClientry(config, {
    store: (options.around ?? ((store) => store))(createSqliteStore(database)),
    documents,
    ...(options.metrics === true && { metrics: createMetrics(Object.keys(config.providers)) }),
    ...(options.entryUrl !== undefined && { entryUrl: options.entryUrl }),
    environmentCredentials: () => undefined,
    log: fromLevel(config.log.level, (line) => log.push(line)),
  })
  return {
    clientry,
    auth0,
    cognito,
    documents,
    database,
    key: storeKey,
    log,
    token: (scopes = [], claims = {}, header = {}) => {
      const minute = 60 * Math.floor(Date.now() / 60_000)
      const content = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'tester',
        client_id: 'test-client',
        iat: minute,
        exp: minute + 600,
        scope: scopes.join(' '),
        ...claims,
      }
      const name = JSON.stringify([content, header])
      const token = tokens.get(name) ?? sign(key, content, header)
      tokens.set(name, token)
      return token
    },
    failKeys: () =>
      keyServer.answer((response) => {
        response.statusCode = 500
        response.end()
      }),
    upstreamCalls: () =>
      [...auth0.calls, ...cognito.calls].filter(({ path }) => path !== '/oauth/token').length,
    upstreamWrites: () =>
      auth0.calls.filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token').length +
      cognito.calls.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation)).length,
    close: async () => {
      await Promise.all([auth0.close(), cognito.close(), keyServer.close()])
      await clientry.close()
    },
  }
}
