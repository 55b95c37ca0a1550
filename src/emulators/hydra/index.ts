/**
 * An emulator of Ory Hydra's admin API for clients (v2.3.0), on a real socket: its JSON Patch that clears nothing, its
 * 500 for whatever it cannot name, its pages by offset. `test/servers/hydra-cases.ts` asks the server itself the same.
 */

import { redirectsIn } from '../authorization.ts'
import { recordRoute } from '../control-records.ts'
import { copyOf } from '../copy.ts'
import { type Emulator, type ListenOptions, listenAs } from '../server.ts'
import { type HydraClient, whole } from './members.ts'
import { answerTo, idOf, operationOf, type State } from './operations.ts'
import { failure } from './refusal.ts'

export type { HydraClient }

export interface HydraEmulatorOptions extends ListenOptions {
  readonly clients?: readonly HydraClient[]
  /** Epoch milliseconds; the clock of what it makes and changes. */
  readonly now?: () => number
}

export interface HydraEmulator extends Emulator {
  /** Stores a client as it is, in place of any with its id; members that the server does not know are dropped. */
  put(client: HydraClient): void
  /** A copy of the client, with its secret; `undefined` when there is none. */
  client(id: string): HydraClient | undefined
}

/** Starts an emulated server without clients. */
export async function startHydraEmulator(
  options: HydraEmulatorOptions = {},
): Promise<HydraEmulator> {
  const state: State = { clients: new Map(), writes: 0, now: options.now ?? Date.now }
  const put = (client: HydraClient) => {
    const time = new Date(state.now()).toISOString()
    const stored = whole({ created_at: time, updated_at: time, ...client })
    state.clients.set(String(client.client_id), stored)
  }
  const fill = () => {
    state.clients.clear()
    for (const client of options.clients ?? []) put(client)
  }
  fill()
  const emulator = await listenAs(
    {
      operation: operationOf,
      answer: (request, name) => answerTo(state, request, name),
      faultAnswer: (kind, { retryAfter = 1 }) => FAULTS[kind](retryAfter),
      foreignWrite: (request, change) => {
        const before = state.clients.get(idOf(request))
        if (before !== undefined) put({ ...before, ...copyOf(change) })
      },
      authorization: {
        isAt: (path) => path === '/oauth2/auth',
        redirects: (id) => redirectsIn(state.clients.get(id)?.redirect_uris),
      },
      reset: fill,
      control: (request, name) =>
        recordRoute(
          {
            noun: 'clients',
            all: () => [...state.clients.values()],
            idOf: (one) => one.client_id,
            put,
          },
          request,
          name,
        ),
    },
    options,
  )
  return { ...emulator, put, client: (id) => copyOf(state.clients.get(id)) }
}

/** The server has neither rates nor credentials; a proxy before it may. */
const FAULTS = {
  throttle: (retryAfter: number) => ({
    ...failure(429, 'Too many requests'),
    headers: { 'retry-after': String(retryAfter) },
  }),
  error: () => failure(500, 'error', 'The error is unrecognizable'),
  expired_credentials: () => failure(401, 'The request could not be authorized'),
}
