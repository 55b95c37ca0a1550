/**
 * The shell of the Node entry: converts `node:http` requests to plain ones and back, with time-outs
 * so tight that slow clients hold no sockets, a body limit by counted bytes, and an orderly end.
 */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ClientError } from '../core/errors.ts'
import { answering } from '../http/wire/last-resort.ts'
import {
  type App,
  type HttpRequest,
  type HttpResponse,
  MAX_HEADER_BYTES,
  type Stream,
} from '../http/wire/message.ts'
import type { BrowserRefusal } from '../net/browser.ts'
import { CONNECTION_LIMITS, type ConnectionLimits, limitConnections } from '../net/connections.ts'
import { createPipelines } from '../net/pipeline.ts'
import { isWaiting, messageFault } from './node-fault.ts'
import { refuse } from './node-refusal.ts'
import { bodyOf, isTooLarge, pathOf, plainHead } from './node-request.ts'

export interface NodeServerOptions {
  /** A path prefix of every route, removed before the application sees the path. */
  readonly basePath?: string
  /** Handlers that take everything below a prefix as it is, such as an OpenID Provider. */
  readonly mounts?: readonly { readonly prefix: string; readonly handler: RequestListener }[]
  /** The time for the whole request to arrive, and for its headers (milliseconds). */
  readonly requestTimeoutMs?: number
  readonly headersTimeoutMs?: number
  /** Refuses a request before anything else sees it. */
  readonly guard?: (incoming: IncomingMessage) => BrowserRefusal | undefined
  /** What refusals have beside the headers of every answer, where the application has no request to answer. */
  readonly headers?: HttpResponse['headers']
  /** Overrides of the default limits on connections. */
  readonly connections?: Partial<ConnectionLimits>
}

export interface NodeServer {
  readonly server: Server
  /** Resolves with the port that it listens on; 0 chooses a free port. */
  listen(port: number, host: string): Promise<number>
  /** Accepts no new requests, gives running ones this long to end (milliseconds), then cuts them off. */
  close(graceMs: number): Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 65_000
/** How long the rest of an oversized body is read and discarded (milliseconds). */
const LINGER_MS = 2_000
/** How often connections without a request are closed while stopping (milliseconds). */
const UNUSED_CHECK_MS = 50

/** Builds the server; it does not listen yet. */
export function createNodeServer(app: App, options: NodeServerOptions = {}): NodeServer {
  const { basePath = '', mounts = [] } = options
  const stopping = new AbortController()
  const server = createServer({
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    headersTimeout: options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(1_000, options.headersTimeoutMs ?? 1_000),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Our own refusal has a body.
    requireHostHeader: false,
  })
  const sockets = limitConnections(server, { ...CONNECTION_LIMITS, ...options.connections })
  // Health probes need not wait for other requests: a busy process is not dead.
  const isProbe = (incoming: IncomingMessage) => pathOf(incoming) === `${basePath}/healthz`
  const listener: RequestListener = (incoming, outgoing) => {
    const fault = messageFault(incoming) ?? guardFault(incoming, options)
    const path = pathOf(incoming)
    const mount = mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))
    if (mount !== undefined && fault === undefined) {
      if (isWaiting(incoming)) outgoing.writeContinue()
      return mount.handler(incoming, outgoing)
    }
    const head = { ...plainHead(incoming, basePath), ...(fault === undefined ? {} : { fault }) }
    const answered = answer(answering(app), head, { incoming, outgoing }, stopping.signal)
    answered.catch(() => outgoing.destroy())
  }
  const pipelines = createPipelines(server, listener, isProbe)
  for (const event of ['request', 'checkContinue', 'checkExpectation']) {
    server.on(event, pipelines.take)
  }
  server.on('clientError', (error, socket) =>
    pipelines.end(socket as Socket, (current) =>
      refuse(error, socket, { current, headers: options.headers }),
    ),
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
    close: (graceMs) => {
      stopping.abort()
      return stop(server, sockets, graceMs)
    },
  }
}

function stop(server: Server, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  // A connection whose last request has ended is kept alive, and one that was opened in advance and
  // never used counts as busy (Node 20): each would hold up the end until it is cut.
  const closeUnused = () => {
    server.closeIdleConnections()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    const unused = setInterval(closeUnused, UNUSED_CHECK_MS)
    server.close(() => {
      clearTimeout(cut)
      clearInterval(unused)
      resolve()
    })
    closeUnused()
  })
}

function guardFault(incoming: IncomingMessage, { guard }: NodeServerOptions) {
  const refusal = guard?.(incoming)
  if (refusal === undefined) return undefined
  return new ClientError('invalid_request', refusal.error, { status: refusal.status })
}

async function answer(
  handle: App,
  head: HttpRequest,
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
  stopping: AbortSignal,
): Promise<void> {
  if (head.fault !== undefined) return sendEarly(incoming, outgoing, await handle(head))
  if (isWaiting(incoming) && !isTooLarge(incoming)) {
    const early = await handle({ ...head, isBodyAwaited: true })
    if (early.status !== 100) return sendEarly(incoming, outgoing, early)
    outgoing.writeContinue()
  }
  const request = { ...head, body: await bodyOf(incoming) }
  const response = await handle(request)
  const { stream } = response
  const isRead = !outgoing.destroyed && incoming.method !== 'HEAD' && request.body !== 'too_large'
  if (stream !== undefined && isRead) return sendStream(outgoing, response, stream, stopping)
  stream?.(AbortSignal.abort())
  if (outgoing.destroyed) return
  if (request.body === 'too_large') return sendEarly(incoming, outgoing, response)
  const bytes = writeHead(outgoing, response)
  outgoing.end(incoming.method === 'HEAD' ? undefined : bytes)
}

/** Sends a stream piece by piece, as fast as the client reads, until it ends or the client is gone. */
async function sendStream(
  outgoing: ServerResponse,
  { status, headers }: HttpResponse,
  stream: Stream,
  stopping: AbortSignal,
): Promise<void> {
  outgoing.writeHead(status, headers)
  outgoing.flushHeaders()
  const closing = new AbortController()
  outgoing.once('close', () => closing.abort())
  const pieces = Readable.from(stream(AbortSignal.any([closing.signal, stopping])))
  await pipeline(pieces, outgoing)
}

/**
 * Answers while the body is, or may be, still arriving, and closes the connection. What arrives is
 * read and discarded for a while, since closing at once resets the connection, and the client may
 * lose the answer (RFC 9112 section 9.6).
 */
function sendEarly(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: HttpResponse,
): void {
  outgoing.shouldKeepAlive = false
  const bytes = writeHead(outgoing, response)
  if (incoming.method !== 'HEAD') outgoing.write(bytes)
  const timer = setTimeout(() => outgoing.end(), LINGER_MS)
  incoming.once('close', () => {
    clearTimeout(timer)
    outgoing.end()
  })
  incoming.resume()
}

function writeHead(outgoing: ServerResponse, response: HttpResponse): Uint8Array {
  const { status, headers, body, bytes = Buffer.from(body), stream } = response
  // RFC 9110 section 8.6: no Content-Length where there can be no content, or no one knows how long it is.
  const length =
    status === 204 || status === 304 || stream !== undefined
      ? {}
      : { 'content-length': bytes.length }
  outgoing.writeHead(status, { ...headers, ...length })
  return bytes
}
