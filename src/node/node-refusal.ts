/**
 * Answers to what is refused before it is a request: too slow, headers too large, not HTTP. Node's
 * own answers have no body; these have the `error` that every refusal has.
 */

import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { asResponse } from '../http/answer.ts'
import { type HttpResponse, MAX_HEADER_BYTES } from '../http/wire/message.ts'

interface Refusal {
  readonly status: string
  readonly error: string
}

const MALFORMED: Refusal = { status: '400 Bad Request', error: 'The request is not valid HTTP.' }

/** By the code of Node's error: https://nodejs.org/docs/latest-v20.x/api/http.html#event-clienterror */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_INVALID_VERSION: {
    status: '505 HTTP Version Not Supported',
    error: 'This server speaks HTTP/1.1 and HTTP/1.0.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    error: 'The request did not arrive in time.',
  },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: `The target and the headers of a request can have ${MAX_HEADER_BYTES} bytes together. Shorten the query, or send fewer headers.`,
  },
}

interface Circumstances {
  /** The last answer on the socket. */
  readonly current: ServerResponse | undefined
  /** Beside those of every answer. */
  readonly headers: HttpResponse['headers'] | undefined
}

/** Answers on the bare socket and closes it. */
export function refuse(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  { current, headers: own = {} }: Circumstances,
): void {
  const begun = current?.headersSent === true && !current.writableFinished
  if (!socket.writable || begun || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const refusal = REFUSALS[error.code ?? ''] ?? MALFORMED
  const answer = {
    status: 400,
    body: { error: refusal.error, code: 'invalid_request', requestId: 'none' },
  }
  const { headers, body } = asResponse(answer, 'none')
  const lines = [
    `HTTP/1.1 ${refusal.status}`,
    ...Object.entries({ ...headers, ...own }).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  // A client that is too slow to send may be too slow to close, so the server destroys the socket.
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
