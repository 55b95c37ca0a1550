/**
 * An Auth0 tenant's Management API on a loopback socket: clients, their credentials and connections,
 * with the merge rules, closed schemas, scopes and limits of the real one. Each rule names the public
 * source that it comes from, in the file that holds it.
 */

import { randomBytes } from 'node:crypto'
import { type Emulator, type EmulatorRequest, type ListenOptions, listenAs } from '../server.ts'
import { formOrJson } from './body.ts'
import { clientOperations } from './clients.ts'
import { connectionOperations } from './connections.ts'
import { controlRoute, foreignWrite } from './control.ts'
import { credentialOperations } from './credentials.ts'
import { type Auth0Limits, createRateLimit, throttled } from './limits.ts'
import { failure, refusalAnswer } from './refusal.ts'
import { operationOf, paramsOf } from './routes.ts'
import {
  type Auth0Client,
  type Auth0Connection,
  type Auth0Credential,
  createState,
  type State,
} from './state.ts'
import { type Auth0ApiCredential, createTokens, needScope } from './tokens.ts'

export type { Auth0ApiCredential, Auth0Client, Auth0Connection, Auth0Credential, Auth0Limits }

export interface Auth0EmulatorOptions extends ListenOptions {
  readonly clients?: readonly Auth0Client[]
  readonly connections?: readonly Auth0Connection[]
  /** Who may call; by default one machine client with every scope, `DEFAULT_CREDENTIAL`. */
  readonly credentials?: readonly Auth0ApiCredential[]
  /** Audiences served besides `<url>/api/v2/`. */
  readonly audiences?: readonly string[]
  /** Absent: unlimited. */
  readonly limits?: Auth0Limits
  readonly tenant?: string
  /** The tenant flag `enable_client_connections`; true when absent. */
  readonly enableClientConnections?: boolean
  readonly nextClientId?: () => string
  readonly nextCredentialId?: () => string
  readonly nextSecret?: () => string
  /** Epoch milliseconds; the clock of buckets, tokens and credentials. */
  readonly now?: () => number
}

export interface Auth0Emulator extends Emulator {
  /** Stores a whole native record as it is, unknown members included. */
  put(client: Auth0Client): void
  /** A copy of the record, secrets included; `undefined` when there is none. */
  client(id: string): Auth0Client | undefined
  /** Stores a credential of a client as it is. */
  putCredential(clientId: string, credential: Auth0Credential): void
  putConnection(connection: Auth0Connection): void
  /** Ids of the clients for which the connection is enabled. */
  enabledClients(connectionId: string): readonly string[]
  /** From now on the API knows a client member of this name, of any type. */
  addFutureMember(name: string): void
}

const NOUNS_OF_SCOPES = ['clients', 'client_keys', 'client_credentials', 'connections']

/** All that the emulator serves, for the first caller that comes. */
export const DEFAULT_CREDENTIAL: Auth0ApiCredential = {
  clientId: 'clientry',
  clientSecret: 'clientry-secret',
  scopes: [
    'read:client_summary',
    ...NOUNS_OF_SCOPES.flatMap((noun) =>
      ['read', 'create', 'update', 'delete'].map((verb) => `${verb}:${noun}`),
    ),
  ],
}

/** Starts an emulated tenant. */
export async function startAuth0Emulator(
  options: Auth0EmulatorOptions = {},
): Promise<Auth0Emulator> {
  const now = options.now ?? Date.now
  const state = createState()
  const answer = createAnswers(state, options, () => emulator.url)
  fill()

  function fill(): void {
    state.clear()
    for (const client of options.clients ?? []) state.putClient(client)
    for (const connection of options.connections ?? []) state.putConnection(connection)
  }

  const emulator = await listenAs(
    {
      operation: operationOf,
      answer,
      faultAnswer: (kind, fault) => {
        if (kind === 'expired_credentials') return failure(401, 'Invalid token')
        if (kind === 'error') return failure(500, 'An internal server error occurred')
        const retryAfter = fault.retryAfter ?? 1
        return throttled(options.limits, now() + retryAfter * 1000, retryAfter)
      },
      foreignWrite: (request, change) => foreignWrite(state, request, change),
      reset: fill,
      control: (request, name) => controlRoute(state, request, name),
    },
    options,
  )
  return {
    ...emulator,
    put: state.putClient,
    client: (id) => structuredClone(state.clients.get(id)?.record),
    putCredential: (clientId, credential) => {
      state.client(clientId).credentials.set(credential.id, structuredClone(credential))
    },
    putConnection: state.putConnection,
    enabledClients: (id) => [...state.connection(id).clients],
    addFutureMember: (name) => {
      state.futureMembers.add(name)
    },
  }
}

function createAnswers(state: State, options: Auth0EmulatorOptions, url: () => string) {
  const now = options.now ?? Date.now
  const tokens = createTokens({
    credentials: options.credentials ?? [DEFAULT_CREDENTIAL],
    audiences: () => [`${url()}/api/v2/`, ...(options.audiences ?? [])],
    now,
  })
  const limit = createRateLimit(options.limits, now)
  const make = {
    clientId: options.nextClientId ? () => options.nextClientId?.() ?? '' : newClientId,
    credentialId: options.nextCredentialId ?? (() => `cred_${letters(22)}`),
    secret: options.nextSecret ?? (() => randomBytes(48).toString('base64url')),
    tenant: options.tenant ?? 'emulated',
    enableConnections: options.enableClientConnections ?? true,
    now,
  }
  const operations = {
    ...clientOperations(state, make),
    ...credentialOperations(state, make),
    ...connectionOperations(state),
  }

  function manage(request: EmulatorRequest, name: string) {
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (operation === undefined) return failure(404, 'Not Found')
    const scopes = tokens.scopesOf(request)
    needScope(scopes, operation.scopes)
    for (const scope of operation.and ?? []) needScope(scopes, [scope])
    const params = paramsOf(request)
    const body = formOrJson(request)
    return operation.run({ id: params.id ?? '', params, query: request.query, body, scopes })
  }

  function refusing<T>(work: () => T) {
    try {
      return work()
    } catch (thrown) {
      const refusal = refusalAnswer(thrown)
      if (refusal === undefined) throw thrown
      return refusal
    }
  }

  return (request: EmulatorRequest, name: string) =>
    name === 'POST /oauth/token'
      ? refusing(() => tokens.grant(request))
      : limit.apply(() => refusing(() => manage(request, name)))
}

/** Ids of strict third-party clients have a prefix of their own (recorded traffic). */
function newClientId(record: Auth0Client): string {
  return record.third_party_security_mode === 'strict' ? `tpc_${letters(22)}` : letters(32)
}

function letters(count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join('')
}
