/**
 * What the emulated tenant holds: clients with their credentials, connections with the clients they
 * are enabled for, and the members that a test has declared for a future release of the API.
 */

import { copyOf, isRecord } from '../copy.ts'
import { refuse } from './refusal.ts'

/** A client as the Management API shows it to a caller who may see everything. */
export type Auth0Client = Record<string, unknown>

/** A public key of a client, by its id. */
export interface Auth0Credential {
  readonly id: string
  readonly [member: string]: unknown
}

/** A connection as a test puts it in place. */
export interface Auth0Connection {
  readonly id: string
  readonly name: string
  readonly strategy: string
  /** Clients that may use it. */
  readonly enabledClients?: readonly string[]
  /** Further native members, for example `options` with the upstream's secret. */
  readonly [member: string]: unknown
}

/** A client and what the API keeps beside its record. */
export interface ClientEntry {
  record: Auth0Client
  /** Kept out of sight while the client authenticates with a key. */
  hiddenSecret?: string
  readonly credentials: Map<string, Auth0Credential>
}

/** A connection and the clients that may use it. */
export interface ConnectionEntry {
  record: Record<string, unknown>
  readonly clients: Set<string>
}

/** The whole tenant. */
export interface State {
  readonly clients: Map<string, ClientEntry>
  readonly connections: Map<string, ConnectionEntry>
  readonly futureMembers: Set<string>
  putClient(record: Auth0Client): void
  putConnection(connection: Auth0Connection): void
  /** @throws 404 `inexistent_client` */
  client(id: string): ClientEntry
  /** @throws 404 `inexistent_connection` */
  connection(id: string): ConnectionEntry
  clear(): void
}

/** An empty tenant. */
export function createState(): State {
  const clients = new Map<string, ClientEntry>()
  const connections = new Map<string, ConnectionEntry>()
  const futureMembers = new Set<string>()
  return {
    clients,
    connections,
    futureMembers,
    putClient: (input) => {
      const record = copyOf(input)
      const credentials = clients.get(idOf(record))?.credentials ?? new Map()
      for (const id of credentialIds(record)) {
        if (!credentials.has(id)) credentials.set(id, { id, credential_type: 'public_key' })
      }
      clients.set(idOf(record), { record, credentials })
    },
    putConnection: ({ enabledClients, ...record }) => {
      const before = connections.get(record.id)?.clients ?? []
      connections.set(record.id, {
        record: copyOf(record),
        clients: new Set(enabledClients ?? before),
      })
    },
    client: (id) =>
      clients.get(id) ?? refuse(404, 'The client does not exist', 'inexistent_client'),
    connection: (id) =>
      connections.get(id) ?? refuse(404, 'The connection does not exist', 'inexistent_connection'),
    clear: () => {
      clients.clear()
      connections.clear()
      futureMembers.clear()
    },
  }
}

/** Ids of the credentials that the client refers to, wherever it does. */
export function credentialIds(record: Auth0Client): string[] {
  const methods = record.client_authentication_methods
  const holders = [record.signed_request_object, record.token_vault_privileged_access]
  if (isRecord(methods)) holders.push(...Object.values(methods))
  return holders.flatMap((holder) => {
    const listed = isRecord(holder) ? holder.credentials : undefined
    return Array.isArray(listed) ? listed.flatMap((item) => item?.id ?? []) : []
  })
}

function idOf(record: Auth0Client): string {
  const id = record.client_id
  if (typeof id !== 'string' || id === '') throw new Error('A client needs a client_id')
  return id
}
