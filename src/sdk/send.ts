/**
 * One request, sent again where that can help and cannot harm: after a lost answer, and after an answer
 * that says so. A write carries a key by which the server knows a repetition, so it has its effect once.
 */

import { ERROR_CODES } from '../core/errors.ts'
import { readAnswer } from './answer.ts'
import type { Answer } from './api.ts'
import { ClientryError } from './error.ts'
import type { Fetch, FetchResponse } from './fetch.ts'

/** What a request goes out by. */
export interface Wire {
  readonly fetch: Fetch
  /** Gives the access token; asked before each attempt. */
  token(): Promise<string | undefined>
  /** How long a request may be repeated, in milliseconds. */
  readonly retryForMs: number
  /** Epoch milliseconds. */
  now(): number
  /** From 0 to 1. */
  random(): number
  /** Rejects with the signal's reason when that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

export interface Outgoing {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

/** The server answers within 25 s (guarantee G8), and then there is the way (milliseconds). */
const ATTEMPT_MS = 35_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 8_000
const UNREACHABLE_REPEATS = 4
/** What a gateway between says when it is not the server that answers. */
const GATEWAY_STATUSES = [429, 502, 503, 504]

/**
 * Sends a request until it is answered for good.
 * @throws ClientryError, or the reason of the signal
 */
export async function send<Body>(wire: Wire, request: Outgoing): Promise<Answer<Body>> {
  const until = wire.now() + wire.retryForMs
  for (let attempt = 0; ; attempt += 1) {
    request.signal?.throwIfAborted()
    const answer = await once<Body>(wire, request)
    if (!(answer instanceof ClientryError)) return answer
    const pause = pauseAfter(answer, attempt, wire.random())
    const late = wire.now() + pause > until || attempt >= mostAttempts(answer)
    if (late || !isRepeatable(answer, request)) throw answer
    await wire.sleep(pause, request.signal)
  }
}

/**
 * Whether the same request can succeed later; the server's own code says it best. What became of a
 * write that is not known yet is found out by its repetition, since the key shows that it is one.
 */
function isRepeatable({ code, status = 0 }: ClientryError, { method }: Outgoing): boolean {
  if (code === 'unreachable') return true
  if (code === 'outcome_unknown') return method !== 'GET'
  if (code === 'unexpected_answer') return GATEWAY_STATUSES.includes(status)
  return ERROR_CODES[code].retry
}

/** A network that is away for longer is nothing that a caller should wait for without knowing. */
const mostAttempts = ({ code }: ClientryError) =>
  code === 'unreachable' ? UNREACHABLE_REPEATS : Number.POSITIVE_INFINITY

/** `Retry-After` is obeyed and never cut short; without one the pauses grow, each by chance. */
function pauseAfter({ retryAfter }: ClientryError, attempt: number, random: number): number {
  if (retryAfter !== undefined) return retryAfter * 1_000
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
  return longest * (0.5 + random / 2)
}

async function once<Body>(wire: Wire, request: Outgoing): Promise<Answer<Body> | ClientryError> {
  const { method, url, body, signal } = request
  const token = await wire.token()
  // A timer of our own: one that no one waits for would let a program end in the middle of it.
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), ATTEMPT_MS)
  let response: FetchResponse
  let text: string
  try {
    response = await wire.fetch(url, {
      method,
      headers: {
        ...request.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
      // A token is for one server; where another one should answer, someone has to look.
      redirect: 'manual',
      credentials: 'omit',
    })
    text = await response.text()
  } catch (cause) {
    signal?.throwIfAborted()
    return new ClientryError('unreachable', 'The server cannot be reached.', { cause })
  } finally {
    clearTimeout(timer)
  }
  return readAnswer<Body>(response, text)
}
