/**
 * The Node entry's shell: `node:http` requests to plain ones and back, with time-outs tight enough that
 * slow senders hold no sockets, a body limit that counts bytes itself, and an orderly end.
 */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { asResponse, errorAnswer } from './http/answer.ts'
import {
  type App,
  DEFAULT_DEADLINE_MS,
  type HttpRequest,
  type HttpResponse,
  MAX_BODY_BYTES,
} from './http/message.ts'

export interface NodeServerOptions {
  /** A path before every route, taken off before the application sees it. */
  readonly basePath?: string
  /** Handlers that take everything below a prefix as it is, such as an OpenID Provider. */
  readonly mounts?: readonly { readonly prefix: string; readonly handler: RequestListener }[]
  /** Time for the whole request to arrive, and for its headers (milliseconds). */
  readonly requestTimeoutMs?: number
  readonly headersTimeoutMs?: number
}

export interface NodeServer {
  readonly server: Server
  /** Resolves with the port that it listens on; 0 takes a free one. */
  listen(port: number, host: string): Promise<number>
  /** Takes no new requests, lets running ones end for so long (milliseconds), then cuts them. */
  close(graceMs: number): Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 65_000
const MAX_HEADER_BYTES = 16_384

/** Builds the server; it does not listen yet. */
export function createNodeServer(app: App, options: NodeServerOptions = {}): NodeServer {
  const { basePath = '', mounts = [] } = options
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      headersTimeout: options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(1_000, options.headersTimeoutMs ?? 1_000),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => {
      const path = pathOf(incoming)
      const mount = mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))
      if (mount !== undefined) return mount.handler(incoming, outgoing)
      answer(app, basePath, incoming, outgoing).catch(() => outgoing.destroy())
    },
  )
  return {
    server,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          resolve((server.address() as AddressInfo).port)
        })
      }),
    close: (graceMs) => stop(server, graceMs),
  }
}

function stop(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}

async function answer(
  app: App,
  basePath: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = await plainRequest(incoming, basePath)
  const response = await app(request).catch((error: unknown) =>
    asResponse(errorAnswer(error, request, 'none'), 'none'),
  )
  send(incoming, outgoing, response, request.body === 'too_large')
}

function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers, body }: HttpResponse,
  cut: boolean,
): void {
  if (outgoing.destroyed) return
  // What is still coming is read and dropped: a reset would take the answer from the sender.
  if (cut) incoming.resume()
  const bytes = Buffer.from(body)
  outgoing.writeHead(status, {
    ...headers,
    'content-length': bytes.length,
    ...(cut ? { connection: 'close' } : {}),
  })
  outgoing.end(incoming.method === 'HEAD' ? undefined : bytes)
}

async function plainRequest(incoming: IncomingMessage, basePath: string): Promise<HttpRequest> {
  const deadline = Date.now() + DEFAULT_DEADLINE_MS
  const path = pathOf(incoming)
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  const inside = basePath !== '' && (path === basePath || path.startsWith(`${basePath}/`))
  return {
    // A HEAD is a GET whose body is not sent (RFC 9110 section 9.3.2).
    method: incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? 'GET'),
    path: inside ? path.slice(basePath.length) || '/' : path,
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: headersOf(incoming),
    body: await bodyOf(incoming),
    deadline,
  }
}

/** The path as it was sent; of an absolute target (RFC 9112 section 3.2.2) only its path counts. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const [target = '/'] = url.split(/[?#]/, 1)
  if (target.startsWith('/')) return target
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/.*)?$/i.exec(target)?.[1] ?? '/'
}

/** Every value that came; `headers` of Node would drop or join some of a repeated name. */
function headersOf({ rawHeaders }: IncomingMessage): HttpRequest['headers'] {
  const found = new Map<string, string[]>()
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const name = (rawHeaders[place] ?? '').toLowerCase()
    found.set(name, [...(found.get(name) ?? []), rawHeaders[place + 1] ?? ''])
  }
  return Object.fromEntries(found)
}

/** Counts bytes itself: a length that is announced may be wrong, and a chunked body has none. */
async function bodyOf(incoming: IncomingMessage): Promise<HttpRequest['body']> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop early would destroy the socket before the answer is out.
  const stream = incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const chunk of stream) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return 'too_large'
    chunks.push(chunk)
  }
  return size === 0 ? undefined : Buffer.concat(chunks)
}
