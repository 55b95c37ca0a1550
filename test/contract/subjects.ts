/** Each provider with something real behind it, seen by the suites through one interface. */

import type { FieldName } from '../../src/core/client.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { same } from '../../src/core/json/json.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { Emulator } from '../../src/emulators/server.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { createProviders } from '../../src/providers/configured.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'

export interface Subject {
  readonly provider: Provider
  readonly ref: ClientRef
  /** The record as it is really stored, behind every API. */
  stored(): JsonObject
  put(record: JsonObject): void
  /** What the provider keeps about clients elsewhere, by the names of the places. */
  readonly elsewhere?: {
    put(names: readonly string[]): void
    stored(): JsonObject
  }
  /** The emulator, where the provider is spoken to over a socket. */
  readonly emulator: Emulator | undefined
  /** Names of the operations that read and that write, as the emulator spells them. */
  readonly operations: { readonly read: string; readonly write: string }
  close(): Promise<void>
}

export interface SubjectKind {
  readonly name: string
  /** Every native member set, and one that nobody knows where the provider may have such. */
  readonly full: JsonObject
  /** Members that move with every write. */
  readonly volatile: readonly string[]
  /** Whether it gives lists back in an order of its own. */
  readonly sorts?: boolean
  /** The native member that holds the callbacks, and one that no test changes. */
  readonly callbacks: string
  readonly description: string
  /** Fields that it cannot hold, for tests that would only be refused. */
  readonly lacks?: readonly FieldName[]
  /** What an absent member means, where the server writes that out with the next update. */
  readonly defaults?: JsonObject
  /** Whether a change is read back, since the answer to an update proves nothing. */
  readonly readsBack?: true
  /** Whether the answer to an update tells what opens the client from then on. */
  readonly renewsTokens?: true
  /** A field beside name, callbacks and logout URLs, and a value for it; absent: `idTokenLifetime`. */
  readonly another?: readonly [FieldName, Json]
  start(): Promise<Subject>
}

const surroundings = { now: Date.now, environmentCredentials: () => undefined }

async function only(settings: Parameters<typeof createProviders>[0][string], documents?: unknown) {
  const extra = documents === undefined ? {} : { documents: documents as never }
  const providers = await createProviders({ it: settings }, { ...surroundings, ...extra })
  return providers.get('it') as Provider
}

const CONNECTIONS = [
  { id: 'con_1', name: 'users', strategy: 'auth0' },
  { id: 'con_2', name: 'google', strategy: 'google-oauth2' },
  { id: 'con_3', name: 'github', strategy: 'github' },
]

/** Connections of which some are enabled for the client of the fixture, and all for some others. */
const connectionsOf = (names: readonly string[], others: readonly string[]) =>
  CONNECTIONS.map((one) => ({
    ...one,
    enabledClients: [...others, ...(names.includes(one.name) ? ['exampleClientId'] : [])],
  }))

export const SUBJECTS: readonly SubjectKind[] = [
  {
    name: 'auth0',
    full: fullAuth0Client,
    volatile: ['updated_at'],
    callbacks: 'callbacks',
    description: 'description',
    start: async () => {
      const emulator = await startAuth0Emulator({
        connections: connectionsOf(['users'], []),
        credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
      })
      emulator.put(fullAuth0Client)
      emulator.addFutureMember('member_of_tomorrow')
      return {
        provider: await only({
          type: 'auth0',
          baseUrl: emulator.url,
          audience: `${emulator.url}/api/v2/`,
          clientId: 'clientry',
          clientSecret: secret('management-secret'),
          allowWildcards: false,
          listLagSeconds: 0,
        }),
        ref: { provider: 'it', id: 'exampleClientId' },
        stored: () => emulator.client('exampleClientId') as JsonObject,
        put: (record) => emulator.put(record),
        elsewhere: {
          put: (names) => {
            for (const one of connectionsOf(names, ['another'])) emulator.putConnection(one)
          },
          stored: () =>
            Object.fromEntries(
              CONNECTIONS.map(({ id, name }) => [name, [...emulator.enabledClients(id)].sort()]),
            ),
        },
        emulator,
        operations: { read: 'GET /clients/{id}', write: 'PATCH /clients/{id}' },
        close: emulator.close,
      }
    },
  },
  {
    name: 'cognito',
    full: fullCognitoClient,
    volatile: ['LastModifiedDate'],
    sorts: true,
    callbacks: 'CallbackURLs',
    description: 'ClientName',
    start: async () => {
      const emulator = await startCognitoEmulator({
        pools: [
          {
            id: POOL_ID,
            identityProviders: ['Google'],
            resourceServers: [{ identifier: 'orders', scopes: ['read', 'write'] }],
            clients: [fullCognitoClient],
          },
        ],
      })
      emulator.addFutureMember('MemberOfTomorrow')
      return {
        provider: await only({
          type: 'cognito',
          pools: { [POOL_ID]: { region: 'us-east-1', endpoint: emulator.url } },
          credentials: { accessKeyId: 'emulator', secretAccessKey: secret('emulator-secret') },
          pace: { perOperation: 10_000, perCategory: 10_000 },
          listLagSeconds: 0,
        }),
        ref: { provider: 'it', userPoolId: POOL_ID, id: 'exampleClientId' },
        stored: () => emulator.client(POOL_ID, 'exampleClientId') as JsonObject,
        put: (record) => emulator.put(POOL_ID, record),
        emulator,
        operations: { read: 'DescribeUserPoolClient', write: 'UpdateUserPoolClient' },
        close: emulator.close,
      }
    },
  },
  {
    name: 'local',
    full: fullLocalClient,
    volatile: ['updated_at'],
    callbacks: 'redirect_uris',
    description: 'client_name',
    start: async () => {
      const database = await openDatabase(':memory:')
      const documents = createDocuments(database, { key: Buffer.alloc(32, 1) })
      putLocalClient(documents, fullLocalClient)
      const stored = () => documents.get('client', 'exampleClientId') as JsonObject
      return {
        provider: await only({ type: 'local', listLagSeconds: 0 }, documents),
        ref: { provider: 'it', id: 'exampleClientId' },
        stored,
        put: (record) => putLocalClient(documents, record),
        emulator: undefined,
        operations: { read: '', write: '' },
        close: async () => database.close(),
      }
    },
  },
]

/** A server in a process of its own may have to wait for a processor. */
export const patienceOf = ({ readsBack }: SubjectKind) =>
  readsBack ? { upstreamTimeoutMs: 1_500 } : {}

/** A record without the members that move by themselves, and with sets in one order. */
export function settled(kind: SubjectKind, record: JsonObject): JsonObject {
  const inOrder = (value: Json) =>
    kind.sorts && Array.isArray(value) ? [...(value as string[])].sort() : value
  return Object.fromEntries(
    Object.entries({ ...kind.defaults, ...record })
      .filter(([name]) => !kind.volatile.includes(name))
      .map(([name, value]) => [name, inOrder(value)]),
  ) as Readonly<Record<string, Json>>
}

/** Members in which two stored records differ: what the suites judge a change by. */
export function differences(kind: SubjectKind, one: JsonObject, other: JsonObject): string[] {
  const [was, is] = [settled(kind, one), settled(kind, other)]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => !same(was[name] ?? null, is[name] ?? null),
  )
}
