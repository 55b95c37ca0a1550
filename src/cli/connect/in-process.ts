/**
 * The program without a server: assembled from a configuration file inside this process. Each
 * request goes through the same application and into the same history as one that comes over a
 * network.
 */

import { hostname, userInfo } from 'node:os'
import type { Principal } from '../../http/auth/principal.ts'
import { type App, DEFAULT_DEADLINE_MS } from '../../http/wire/message.ts'
import { awsCredentials } from '../../program/aws-credentials.ts'
import { createClientry } from '../../program/clientry.ts'
import { openStoreAndKeys } from '../../program/keys/open-keys.ts'
import { configurationOf } from './configuration.ts'

export interface InProcess {
  readonly fetch: typeof globalThis.fetch
  /** Does once what a server does all the time: jobs among it. */
  tend(): Promise<void>
  close(): Promise<void>
}

/** Requests need a host, and this one is on no network (RFC 6761 section 6.4). */
export const NOWHERE = 'http://clientry.invalid'
/**
 * Opens the program; `createStore`: creates its store if there is none.
 * @throws ClientError `invalid_request`, `store_unavailable`
 */
export async function openInProcess(path: string, createStore: boolean): Promise<InProcess> {
  const config = await configurationOf(path)
  const { store, keys } = await openStoreAndKeys(config, { create: createStore })
  const clientry = await createClientry(config, {
    store,
    keys,
    environmentCredentials: awsCredentials,
    operator: operator(),
    // The command shows the answer itself, and the history keeps what happened.
    log: () => {},
  })
  return { fetch: fetchFrom(clientry.app), tend: clientry.sweep, close: clientry.close }
}

/** The user of this machine, as the history names them. */
export function operator(): Principal {
  return {
    subject: `${userInfo().username}@${hostname()}`,
    issuer: 'urn:clientry:command-line',
    scopes: new Set(),
    expiresAt: Number.POSITIVE_INFINITY,
  }
}

/** The application as a `fetch`, as far as the SDK uses it. */
function fetchFrom(app: App): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const headers = Object.entries((init.headers ?? {}) as Record<string, string>)
    const { status, body, ...answer } = await app({
      method: init.method ?? 'GET',
      path: pathname,
      query: search.slice(1),
      headers: Object.fromEntries(headers.map(([name, value]) => [name, [value]])),
      body: typeof init.body === 'string' ? Buffer.from(init.body) : undefined,
      deadline: Date.now() + DEFAULT_DEADLINE_MS,
    })
    return new Response(body, { status, headers: answer.headers })
  }
}
