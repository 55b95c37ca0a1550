/**
 * One request of a connection at a time, in the order in which they came. A server may work on safe
 * requests of a pipeline in parallel, but on nothing beside an unsafe one (RFC 9112 section 9.3.2), and
 * Node begins all at once: what is read is parsed whole, and each request is an event. Here Node's parser
 * gets the bytes of one message at a time, and the rest of what was read waits as bytes; no more is read
 * meanwhile. So a sender that pipelines without end holds one request and one chunk of bytes.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createRounds } from './rounds.ts'

export interface Pipelines {
  /** Takes a request; `listener` gets it once those before it on its connection are answered. */
  readonly take: RequestListener
  /**
   * Runs once everything that came before has its answer; nothing more of the connection is parsed.
   * The answer is that of the message that is still coming, if it has one.
   */
  end(socket: Socket, run: (current: ServerResponse | undefined) => void): void
}

/** A request without its answer. */
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
  /** What was read and waits. */
  held: Buffer
  /** The last bytes that were parsed, where they may be the beginning of a mark. */
  tail: Buffer
  /** What is to come of a body whose length was announced. */
  bodyLeft: number
  /** It was we who stopped the reading. */
  paused: boolean
  end?: (current: ServerResponse | undefined) => void
}

/** Ends the head of every message, and a chunked body too (RFC 9112 sections 2.1 and 7.1). */
const MARK = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

/** Lets the server's connections give `listener` one request at a time; what is urgent has turns of its own. */
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
      held: NOTHING,
      tail: NOTHING,
      bodyLeft: 0,
      paused: false,
    }
    lanes.set(socket, lane)
    socket.off('data', parse)
    socket.on('data', (chunk: Buffer) => {
      if (lane.end !== undefined) return
      lane.held = lane.held.length === 0 ? chunk : Buffer.concat([lane.held, chunk])
      feed(lane)
    })
    // Node stops the reading itself while an answer is not taken.
    socket.on('resume', () => feed(lane))
    socket.once('close', () => {
      lane.turns.length = 0
      lane.held = NOTHING
    })
  })

  function begin(lane: Lane): void {
    const [turn] = lane.turns
    if (turn === undefined || turn.begun) return
    turn.begun = true
    listener(turn.incoming, turn.outgoing)
  }

  /** The first request has its answer. */
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
        if (lane.turns.length + lane.held.length > 0 || lane.end !== undefined) {
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
      lane.held = NOTHING
      endIfDue(lane)
    },
  }
}

function endIfDue({ turns, end }: Lane): void {
  const [first, second] = turns
  if (end === undefined || second !== undefined) return
  if (first === undefined || !first.incoming.complete) end(first?.outgoing)
}

/** Parses what is held, up to the end of a request. */
function feed(lane: Lane): void {
  const { socket } = lane
  const isDue = () => lane.turns.length === 0 || lane.turns.at(-1)?.incoming.complete === false
  if (lane.paused && isDue()) {
    lane.paused = false
    socket.resume()
  }
  while (lane.held.length > 0 && isDue() && !socket.isPaused() && !socket.destroyed) {
    lane.parse(nextPiece(lane))
  }
  if (lane.held.length === 0 || socket.isPaused()) return
  lane.paused = true
  socket.pause()
}

/** Takes off what ends with a message or before the next one, so that no two are parsed at once. */
function nextPiece(lane: Lane): Buffer {
  const { held, tail, bodyLeft } = lane
  const end = bodyLeft > 0 ? bodyLeft : endOfMark(tail, held)
  const piece = held.subarray(0, end)
  lane.held = held.subarray(piece.length)
  lane.bodyLeft = Math.max(0, bodyLeft - piece.length)
  const isWhole = bodyLeft > 0 || piece.length === end
  lane.tail = isWhole ? NOTHING : Buffer.concat([tail, piece.subarray(-3)]).subarray(-3)
  return piece
}

/** Where the first mark ends; it may have begun in what was parsed before. */
function endOfMark(tail: Buffer, held: Buffer): number {
  const seam = Buffer.concat([tail, held.subarray(0, MARK.length - 1)]).indexOf(MARK)
  if (seam >= 0) return seam + MARK.length - tail.length
  const place = held.indexOf(MARK)
  return place < 0 ? Number.POSITIVE_INFINITY : place + MARK.length
}
