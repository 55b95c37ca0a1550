/**
 * One HTTP exchange with a deadline, a size limit, and the distinction that matters most to a caller that
 * changes something: whether a failed request can have reached the other side. It uses `node:http(s)`, since
 * the global `fetch` costs several times as much, and 50-100 ms at its first use.
 */

import { isUtf8 } from 'node:buffer'
import http from 'node:http'
import https from 'node:https'

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string | Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  /** If `false`, `text` has replacement characters in place of other bytes. */
  readonly isUtf8: boolean
}

/** Filled in while the exchange runs, so that it can be read after a failure. */
export interface Progress {
  /** Whether a byte of the request can have reached the other side. */
  sent: boolean
}

/** Far more than any answer about one client, or any page of its history, needs (bytes). */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' }),
}

/** Returns the answer whatever its status; rejects if none arrived complete and in time. */
export function exchange(
  { url, method, headers, body }: HttpRequest,
  timeoutMs: number,
  progress: Progress,
): Promise<HttpAnswer> {
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
    // Until the connection is established, no byte of the request can have reached the other side.
    request.once('socket', (socket) => {
      const ready = secure ? 'secureConnect' : 'connect'
      if (request.reusedSocket || !socket.connecting) progress.sent = true
      else socket.once(ready, () => (progress.sent = true))
    })
    request.once('error', (error) => end(() => reject(error)))
    request.once('response', (response) => {
      collect(response).then(
        (body) =>
          end(() =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, ...body }),
          ),
        (error) => end(() => reject(error)),
      )
    })
    request.end(body)
  })
}

/** The whole body. By events: walking through a stream costs several times as much for the one piece that most answers are. */
function collect(response: http.IncomingMessage): Promise<Pick<HttpAnswer, 'text' | 'isUtf8'>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) response.destroy(new Error('answer too large'))
      else chunks.push(chunk)
    })
    response.once('end', () => {
      const bytes = Buffer.concat(chunks)
      resolve({ text: bytes.toString(), isUtf8: isUtf8(bytes) })
    })
    response.once('error', reject)
    response.once('close', () => reject(new Error('the answer was cut off')))
  })
}
