/**
 * A proxy on real TCP sockets that spoils what passes: the ways in which a network, a load balancer or
 * a dying host fails a caller, which an emulator cannot do from within its HTTP server.
 */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { createSplitter, type Message } from './http-bytes.ts'

export const PROXY_FAULTS = [
  /** The connection is accepted and reset; nothing is forwarded. */
  'reset_on_connect',
  /** The request is taken whole, nothing is forwarded, the connection is reset. */
  'reset_before',
  /** The request is forwarded and answered; in place of the answer comes a reset. */
  'reset_after',
  'stall_before',
  'stall_after',
  /** Half of the request's bytes are forwarded, then both connections are closed. */
  'cut_request',
  /** Half of the answer's bytes are passed on, then the connection is closed. */
  'cut_answer',
  /** The answer comes in small pieces over `delayMs`. */
  'drip_answer',
  /** The answer is replaced by a status line that is none. */
  'garbage_status',
  /** The request waits for `delayMs`, or for `until`, before it is forwarded. */
  'delay',
] as const

export type ProxyFaultKind = (typeof PROXY_FAULTS)[number]

/** A request as a fault chooses it. */
export interface Passing {
  readonly method: string
  readonly target: string
  /** Start line and headers, as they came. */
  readonly head: string
}

export interface ProxyFault {
  readonly kind: ProxyFaultKind
  /** Which requests it spoils; absent: any. Of no meaning for `reset_on_connect`. */
  when?(request: Passing): boolean
  /** How many it spoils; 1 when absent. */
  readonly times?: number
  /** For `drip_answer` and `delay`: milliseconds. */
  readonly delayMs?: number
  /** For `delay`: what else it waits for. */
  readonly until?: Promise<void>
}

export interface FaultProxy {
  /** Base URL without a trailing slash. */
  readonly url: string
  spoil(fault: ProxyFault): void
  clear(): void
  /** How often each fault was met; absent: never. */
  readonly met: ReadonlyMap<ProxyFaultKind, number>
  /** Requests forwarded whole. */
  forwarded(): number
  close(): Promise<void>
}

/** One request on its way through. */
interface Exchange {
  readonly request: Message
  readonly fault: ProxyFault | undefined
  readonly client: Socket
  readonly upstream: () => Socket
}

/** Pieces of an answer that drips. */
const PIECES = 10

/** Starts a proxy before the server at `upstreamUrl`. */
export async function startFaultProxy(upstreamUrl: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(upstreamUrl)
  const waiting: { fault: ProxyFault; left: number }[] = []
  const met = new Map<ProxyFaultKind, number>()
  const sockets = new Set<Socket>()
  let forwarded = 0

  function choose(fits: (fault: ProxyFault) => boolean): ProxyFault | undefined {
    const found = waiting.find(({ fault, left }) => left > 0 && fits(fault))
    if (found === undefined) return undefined
    found.left -= 1
    met.set(found.fault.kind, (met.get(found.fault.kind) ?? 0) + 1)
    return found.fault
  }

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // Resets are what this proxy is for.
    socket.on('error', () => {})
    return socket
  }

  const server = createServer((client) => {
    keep(client)
    if (choose(({ kind }) => kind === 'reset_on_connect') !== undefined) {
      client.resetAndDestroy()
      return
    }
    const requests = createSplitter()
    // One after the other, as HTTP/1.1 has it.
    let turn = Promise.resolve()
    client.on('data', (chunk: Buffer) => {
      for (const request of requests.take(chunk)) {
        const [method = '', target = ''] = request.head.split(' ')
        const passing = { method, target, head: request.head }
        const fault = choose(
          ({ kind, when }) => kind !== 'reset_on_connect' && (when?.(passing) ?? true),
        )
        const upstream = () => keep(connect(Number(port), hostname))
        turn = turn.then(() => pass({ request, fault, client, upstream }))
      }
    })
  })

  async function pass({ request, fault, client, upstream }: Exchange): Promise<void> {
    const kind = fault?.kind
    if (kind === 'reset_before') return void client.resetAndDestroy()
    if (kind === 'stall_before') return
    if (kind === 'delay') await Promise.all([pause(fault?.delayMs), fault?.until])
    if (kind === 'cut_request') {
      await sendOnly(upstream(), request.bytes.subarray(0, request.bytes.length / 2))
      client.destroy()
      return
    }
    forwarded += 1
    const answer = await answerOf(upstream(), request.bytes)
    if (kind === 'stall_after') return
    await deliver(client, answer, fault)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spoil: (fault) => waiting.push({ fault, left: fault.times ?? 1 }),
    clear: () => {
      waiting.length = 0
    },
    met,
    forwarded: () => forwarded,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const pause = (milliseconds = 0) => new Promise((resume) => setTimeout(resume, milliseconds))

/** Sends bytes that are no whole request, and ends the connection once they are on their way. */
function sendOnly(upstream: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    upstream.once('close', () => resolve())
    upstream.resume()
    upstream.end(bytes)
  })
}

interface Answer {
  readonly bytes: Buffer
  /** Whether the message came whole. */
  readonly whole: boolean
}

/** Sends a request on a connection of its own, and gives what comes back before it ends or closes. */
function answerOf(upstream: Socket, request: Buffer): Promise<Answer> {
  const answers = createSplitter()
  return new Promise((resolve) => {
    upstream.on('data', (chunk: Buffer) => {
      const [answer] = answers.take(chunk)
      if (answer === undefined) return
      resolve({ bytes: answer.bytes, whole: true })
      upstream.destroy()
    })
    upstream.once('close', () => resolve({ bytes: answers.rest(), whole: false }))
    upstream.write(request)
  })
}

async function deliver(client: Socket, answer: Answer, fault: ProxyFault | undefined) {
  const { bytes } = answer
  switch (fault?.kind) {
    case 'reset_after':
      client.resetAndDestroy()
      return
    case 'cut_answer':
      client.end(bytes.subarray(0, bytes.length / 2))
      return
    case 'garbage_status':
      client.end('SMTP/9 nine hundred\r\n\r\n')
      return
    case 'drip_answer': {
      const size = Math.ceil(bytes.length / PIECES)
      for (let from = 0; from < bytes.length && !client.destroyed; from += size) {
        client.write(bytes.subarray(from, from + size))
        await pause((fault.delayMs ?? 0) / PIECES)
      }
      return
    }
  }
  if (answer.whole) client.write(bytes)
  // What the server behind did to its connection is done to this one.
  else if (bytes.length > 0) client.end(bytes)
  else client.resetAndDestroy()
}
