/**
 * An Auth0 tenant's Management API on a loopback socket: clients, their credentials and connections,
 * with the merge rules, closed schemas, scopes and limits of the real one. Each rule names the public
 * source that it comes from, in the file that holds it.
 */

import { redirectsIn } from '../authorization.ts'
import { copyOf } from '../copy.ts'
import { type Emulator, listenAs } from '../server.ts'
import { type Auth0EmulatorOptions, createAnswers, DEFAULT_CREDENTIAL } from './answers.ts'
import { controlRoute, foreignWrite } from './control.ts'
import { type Auth0Limits, throttled } from './limits.ts'
import { failure } from './refusal.ts'
import { operationOf } from './routes.ts'
import {
  type Auth0Client,
  type Auth0Connection,
  type Auth0Credential,
  createState,
} from './state.ts'
import type { Auth0ApiCredential } from './tokens.ts'

export type {
  Auth0ApiCredential,
  Auth0Client,
  Auth0Connection,
  Auth0Credential,
  Auth0EmulatorOptions,
  Auth0Limits,
}
export { DEFAULT_CREDENTIAL }

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
      authorization: {
        isAt: (path) => path === '/authorize',
        redirects: (id) => redirectsIn(state.clients.get(id)?.record.callbacks),
      },
      reset: fill,
      control: (request, name) => controlRoute(state, request, name),
    },
    options,
  )
  return {
    ...emulator,
    put: state.putClient,
    client: (id) => copyOf(state.clients.get(id)?.record),
    putCredential: (clientId, credential) => {
      state.client(clientId).credentials.set(credential.id, copyOf(credential))
    },
    putConnection: state.putConnection,
    enabledClients: (id) => [...state.connection(id).clients],
    addFutureMember: (name) => {
      state.futureMembers.add(name)
    },
  }
}
