/**
 * A front before a real server: passes requests on and answers back, counts them, and spoils those that
 * a test asks it to, in the ways in which the emulators do.
 */

import type { Emulator } from '../../src/emulators/server.ts'
import { listenAs } from '../../src/emulators/server.ts'
import { readable } from '../../src/emulators/wire.ts'
import { exchange } from '../../src/net/exchange.ts'

export interface Behind {
  /** Where the server is; asked for each request, since it may be started later. */
  url(): string
  /** Sets members of a client behind the server's back. */
  change(id: string, members: Readonly<Record<string, unknown>>): void
  /** The operation and the client of a request; absent: those of a registration endpoint. */
  nameOf?(method: string, path: string): { readonly operation: string; readonly id?: string }
}

/** Where a call is: it has come, or the server has answered it and its answer has not been passed on. */
export type Stage = 'come' | 'answered'

/** What happens to a call at a stage; what it throws cuts the connection. */
export type Hook = (stage: Stage, operation: string) => Promise<void>

export interface Front extends Emulator {
  /** Sets what happens to calls from now on; absent: nothing. */
  meet(hook?: Hook): void
}

const TIMEOUT_MS = 15_000
/** Headers that mean something to the program behind, or before. */
const UP = ['authorization', 'content-type', 'host', 'accept', 'cookie']
const DOWN = ['retry-after', 'www-authenticate', 'link']

const isRedirect = (status: number) => status >= 300 && status < 400

/** Starts a front; calls are named as the provider names them: `PUT /register/{id}`. */
export async function startFront({ url, change, nameOf = registrationOf }: Behind): Promise<Front> {
  let hook: Hook | undefined
  const emulator = await listenAs({
    operation: ({ method, path }) => nameOf(method, path).operation,
    answer: async ({ method, path, query, headers, body }, operation) => {
      await hook?.('come', operation)
      const text = query.size === 0 ? '' : `?${query}`
      const request = {
        method,
        url: `${url()}${path}${text}`,
        headers: picked(headers, UP),
        ...(body.length === 0 ? {} : { body: body.toString() }),
      }
      const answer = await exchange(request, TIMEOUT_MS, { sent: false })
      await hook?.('answered', operation)
      return {
        status: answer.status,
        headers: picked(answer.headers, isRedirect(answer.status) ? [...DOWN, 'location'] : DOWN),
        body: readable(Buffer.from(answer.text)),
      }
    },
    faultAnswer: (kind, fault) => {
      if (kind === 'expired_credentials') return { status: 401, body: { error: 'invalid_token' } }
      if (kind === 'error') return { status: 503, body: { error: 'server_error' } }
      const seconds = fault.retryAfter === undefined ? {} : { 'retry-after': `${fault.retryAfter}` }
      return { status: 429, headers: seconds, body: { error: 'slow_down' } }
    },
    foreignWrite: ({ method, path }, members) => change(nameOf(method, path).id ?? '', members),
    reset: () => {},
  })
  return {
    ...emulator,
    meet: (next) => {
      hook = next
    },
  }
}

function registrationOf(method: string, path: string) {
  const { id, well } = partsOf(path)
  if (well) return { operation: `${method} /.well-known` }
  if (id === undefined) return { operation: `${method} /register` }
  return { operation: `${method} /register/{id}`, id }
}

/** Registration endpoints end in a word with `reg`; what follows it is a client's id. */
function partsOf(path: string) {
  const segments = path.split('/').filter((one) => one !== '')
  const at = segments.findIndex((one) => one.startsWith('reg'))
  const id = at < 0 ? undefined : segments[at + 1]
  return {
    id: id === undefined ? undefined : decodeURIComponent(id),
    well: path.includes('/.well-known/'),
  }
}

function picked(headers: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const found = names.flatMap((name) =>
    typeof headers[name] === 'string' ? [[name, headers[name]] as const] : [],
  )
  return Object.fromEntries(found)
}
