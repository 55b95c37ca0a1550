/**
 * `clientry/sdk`: a Clientry server from a program, in a browser and in Node, by nothing but `fetch`.
 * What is exported here is the public surface.
 */

import type { Api } from './api.ts'
import { apiOf } from './connection.ts'
import type { Fetch } from './fetch.ts'

export { isNumberLiteral, type NumberLiteral } from '../core/json/json-number.ts'
export type * from './api.ts'
export { ClientryError, type ClientryErrorCode, type ErrorCode } from './error.ts'
export type { Fetch, FetchResponse } from './fetch.ts'
export type * from './types.ts'

export interface ConnectOptions {
  /** Of the server, with its base path if it has one: `https://clientry.example.com`. */
  readonly url: string
  /** An access token, or what gives one; a function is asked for each request. */
  readonly token?: string | (() => string | Promise<string>)
  /** How long a request may be sent again, in milliseconds; 0: never. */
  readonly retryForMs?: number
  /** In the place of the platform's own. */
  readonly fetch?: Fetch
}

const RETRY_FOR_MS = 60_000

/** Connects to a server; nothing is sent before the first method is called. */
export function connect({ url, token, retryForMs = RETRY_FOR_MS, fetch }: ConnectOptions): Api {
  return apiOf({
    url: url.replace(/\/+$/, ''),
    // Looked up with each call, so that it can be replaced under test.
    fetch: fetch ?? ((...args) => globalThis.fetch(...args)),
    token: async () => (typeof token === 'function' ? token() : token),
    retryForMs,
    now: Date.now,
    random: Math.random,
    sleep,
    newKey: () => crypto.randomUUID(),
  })
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const timer = setTimeout(done, milliseconds)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    function done() {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}
