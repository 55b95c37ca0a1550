/**
 * One JSON call to a provider: deadline, size limit, and the difference that matters most, whether a
 * failed call can have taken effect. On `node:http(s)`, since the global `fetch` costs several times
 * as much, and 50-100 ms at its first use.
 */

import http from 'node:http'
import https from 'node:https'
import { ClientError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { Call } from './provider.ts'

export interface JsonCall {
  /** Names the call in logs and errors: `PATCH /clients/{id}`, `UpdateUserPoolClient`. */
  readonly operation: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string
  /** Whether the call changes something, so that a lost answer leaves its outcome unknown. */
  readonly effect: boolean
}

export interface JsonAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** `undefined` for an empty answer. */
  readonly body: Json | undefined
}

/** No provider's answer about one client comes near this (bytes). */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' }),
}

/**
 * Sends one call and gives the answer whatever its status, except a server error.
 * @throws ClientError `deadline_exceeded`, `provider_unavailable`; `outcome_unknown` where `effect`
 *   is set and the call may have been applied
 */
export async function callJson(request: JsonCall, call: Call): Promise<JsonAnswer> {
  const started = Date.now()
  const timeout = Math.min(call.deadline - started, call.timeoutMs)
  if (timeout <= 0) {
    throw new ClientError('deadline_exceeded', 'The request ran out of time; nothing was sent.')
  }
  const progress = { sent: false }
  let status: number | undefined
  try {
    const answer = await exchange(request, timeout, progress)
    status = answer.status
    if (status >= 500) throw new Error(`status ${status}`)
    return { ...answer, body: parse(answer.text) }
  } catch (cause) {
    throw failure(request, progress.sent, cause)
  } finally {
    call.onUpstream?.({ operation: request.operation, status, durationMs: Date.now() - started })
  }
}

function failure(request: JsonCall, sent: boolean, cause: unknown): ClientError {
  if (request.effect && sent) {
    return new ClientError(
      'outcome_unknown',
      'The provider was asked to make the change and its answer was lost.',
      { cause },
    )
  }
  return new ClientError(
    'provider_unavailable',
    'The provider could not be reached or failed; nothing was changed. Try again later.',
    { cause },
  )
}

interface RawAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

function exchange(
  { url, method, headers, body }: JsonCall,
  timeoutMs: number,
  progress: { sent: boolean },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url)
    const secure = target.protocol === 'https:'
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const request = (secure ? https : http).request(target, {
      method,
      agent: agents[secure ? 'https:' : 'http:'],
      headers: { accept: 'application/json', ...headers, ...length },
    })
    const timer = setTimeout(() => request.destroy(new Error('timeout')), timeoutMs)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      settle()
    }
    // Until the connection stands, no byte of the request can have reached the provider.
    request.once('socket', (socket) => {
      const ready = secure ? 'secureConnect' : 'connect'
      if (request.reusedSocket || !socket.connecting) progress.sent = true
      else socket.once(ready, () => (progress.sent = true))
    })
    request.once('error', (error) => end(() => reject(error)))
    request.once('response', (response) => {
      collect(response).then(
        (text) =>
          end(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, text })),
        (error) => end(() => reject(error)),
      )
    })
    request.end(body)
  })
}

async function collect(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += (chunk as Buffer).length
    if (size > MAX_ANSWER_BYTES) throw new Error('answer too large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string): Json | undefined {
  return text === '' ? undefined : (JSON.parse(text) as Json)
}
