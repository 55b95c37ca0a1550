/** Limits on connections: how many may be open, and how long an answer may wait to be read. */

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  /** How many may be open at once; further ones are closed on arrival. */
  readonly maxConnections: number
  /**
   * How long the client may leave something unread (milliseconds): a whole answer,
   * or one piece of a stream. After that the connection is cut.
   */
  readonly answerTimeoutMs: number
  /** Called when connections were closed on arrival: at the first one, then at most once a minute. */
  onFull?(): void
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  maxConnections: 1_000,
  answerTimeoutMs: 30_000,
}

/** How often too many connections are reported (milliseconds). */
const FULL_EVERY_MS = 60_000
/** How often unread answers are looked for (milliseconds). */
const CHECK_MS = 1_000

/** Keeps the server's connections within the limits, and returns the open ones. */
export function limitConnections(server: Server, limits: ConnectionLimits): ReadonlySet<Socket> {
  /** Each with the time since when something has been waiting to be read. */
  const waiting = new Map<Socket, number | undefined>()
  const sockets = new Set<Socket>()
  let reportedAt = Number.NEGATIVE_INFINITY
  server.maxConnections = limits.maxConnections
  server.on('drop', () => {
    const now = performance.now()
    if (now - reportedAt < FULL_EVERY_MS) return
    reportedAt = now
    limits.onFull?.()
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('drain', () => waiting.delete(socket))
    socket.once('close', () => {
      sockets.delete(socket)
      waiting.delete(socket)
    })
  })
  const check = () => {
    const now = performance.now()
    for (const socket of sockets) {
      const since = waiting.get(socket)
      if (socket.writableLength === 0) waiting.delete(socket)
      else if (since === undefined) waiting.set(socket, now)
      else if (now - since > limits.answerTimeoutMs) socket.destroy()
    }
  }
  const timer = setInterval(check, Math.min(CHECK_MS, limits.answerTimeoutMs / 2)).unref()
  server.once('close', () => clearInterval(timer))
  return sockets
}
