/**
 * One request of a connection at a time, in the order of arrival. A server may work on safe
 * requests of a pipeline in parallel, but on no other request beside an unsafe one (RFC 9112
 * section 9.3.2), while Node starts all at once: it parses everything that it reads, and each
 * request is an event. Here Node's parser gets the bytes of one message at a time, the rest of what
 * was read waits as bytes, and no more is read meanwhile. So a client that pipelines without end
 * occupies one request and one chunk of bytes.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createRounds } from './rounds.ts'

export interface Pipelines {
  /** Takes a request; `listener` gets it once all earlier requests of its connection are answered. */
  readonly take: RequestListener
  /**
   * Runs once everything that arrived before is answered; nothing more of the connection is parsed.
   * `current` is the answer of the message that is still arriving, if it has one.
   */
  end(socket: Socket, run: (current: ServerResponse | undefined) => void): void
}

/** A request that is not answered yet. */
interface Turn {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  begun?: true
}

interface Lane {
  readonly socket: Socket
  /** Node's own listener, which parses. */
  readonly parse: (bytes: Buffer) => void
  /** The first is being answered. */
  readonly turns: Turn[]
  /** Bytes that were read and wait to be parsed. */
  pending: Buffer
  /** The last bytes that were parsed, if a mark may begin in them. */
  tail: Buffer
  /** The bytes still missing of a body whose length was announced. */
  bodyLeft: number
  /** Whether this code paused the reading. */
  paused: boolean
  end?: (current: ServerResponse | undefined) => void
}

/** Ends the head of every message, and a chunked body too (RFC 9112 sections 2.1 and 7.1). */
const MARK = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

/**
 * Makes the server's connections pass one request at a time to `listener`; urgent requests have
 * turns of their own.
 */
export function createPipelines(
  server: Server,
  listener: RequestListener,
  isUrgent: (incoming: IncomingMessage) => boolean = () => false,
): Pipelines {
  const lanes = new WeakMap<Socket, Lane>()
  const rounds = createRounds<Lane>(goOn)

  server.on('connection', (socket) => {
    const [parse] = socket.listeners('data') as Lane['parse'][]
    if (parse === undefined) return
    const lane: Lane = {
      socket,
      parse,
      turns: [],
      pending: NOTHING,
      tail: NOTHING,
      bodyLeft: 0,
      paused: false,
    }
    lanes.set(socket, lane)
    socket.off('data', parse)
    socket.on('data', (chunk: Buffer) => {
      if (lane.end !== undefined) return
      lane.pending = lane.pending.length === 0 ? chunk : Buffer.concat([lane.pending, chunk])
      feed(lane)
    })
    // Node itself pauses the reading while an answer is not read.
    socket.on('resume', () => feed(lane))
    socket.once('close', () => {
      lane.turns.length = 0
      lane.pending = NOTHING
    })
  })

  function begin(lane: Lane): void {
    const [turn] = lane.turns
    if (turn === undefined || turn.begun) return
    turn.begun = true
    listener(turn.incoming, turn.outgoing)
  }

  /** Continues after the first request was answered. */
  function goOn(lane: Lane): void {
    if (lane.socket.destroyed) return
    begin(lane)
    endIfDue(lane)
    feed(lane)
  }

  return {
    take: (incoming, outgoing) => {
      const lane = lanes.get(incoming.socket)
      if (lane === undefined) return listener(incoming, outgoing)
      const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers
      lane.bodyLeft = coding === undefined ? Number(length ?? 0) : 0
      outgoing.once('close', () => {
        lane.turns.shift()
        if (lane.turns.length + lane.pending.length > 0 || lane.end !== undefined) {
          rounds.add(lane, 'further')
        }
      })
      lane.turns.push({ incoming, outgoing })
      rounds.add(lane, isUrgent(incoming) ? 'urgent' : 'new')
    },
    end: (socket, run) => {
      const lane = lanes.get(socket)
      if (lane === undefined) return run(undefined)
      lane.end ??= run
      lane.pending = NOTHING
      endIfDue(lane)
    },
  }
}

function endIfDue({ turns, end }: Lane): void {
  const [first, second] = turns
  if (end === undefined || second !== undefined) return
  if (first === undefined || !first.incoming.complete) end(first?.outgoing)
}

/** Parses the waiting bytes, up to the end of a request. */
function feed(lane: Lane): void {
  const { socket } = lane
  const isDue = () => lane.turns.length === 0 || lane.turns.at(-1)?.incoming.complete === false
  if (lane.paused && isDue()) {
    lane.paused = false
    socket.resume()
  }
  while (lane.pending.length > 0 && isDue() && !socket.isPaused() && !socket.destroyed) {
    lane.parse(nextPiece(lane))
  }
  if (lane.pending.length === 0 || socket.isPaused()) return
  lane.paused = true
  socket.pause()
}

/** Removes the bytes up to the end of one message at most, so that no two messages are parsed at once. */
function nextPiece(lane: Lane): Buffer {
  const { pending, tail, bodyLeft } = lane
  const end = bodyLeft > 0 ? bodyLeft : endOfMark(tail, pending)
  const piece = pending.subarray(0, end)
  lane.pending = pending.subarray(piece.length)
  lane.bodyLeft = Math.max(0, bodyLeft - piece.length)
  const isWhole = bodyLeft > 0 || piece.length === end
  lane.tail = isWhole ? NOTHING : Buffer.concat([tail, piece.subarray(-3)]).subarray(-3)
  return piece
}

/** The end of the first mark, which may have begun in bytes that were parsed before. */
function endOfMark(tail: Buffer, pending: Buffer): number {
  const seam = Buffer.concat([tail, pending.subarray(0, MARK.length - 1)]).indexOf(MARK)
  if (seam >= 0) return seam + MARK.length - tail.length
  const place = pending.indexOf(MARK)
  return place < 0 ? Number.POSITIVE_INFINITY : place + MARK.length
}
