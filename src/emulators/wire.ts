/** Requests and answers of an emulator on their sockets, whole, cut, reset or left waiting. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseJson, stringifyJson } from '../core/json/json-text.ts'
import type { Fault } from './faults.ts'

export interface EmulatorRequest {
  readonly method: string
  /** Percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface EmulatorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON value; absent: no body. */
  readonly body?: unknown
}

/** More than any provider takes in a call. */
export const MAX_BODY_BYTES = 1_048_576

/** Takes a request from its socket, body and all. */
export async function receive(incoming: IncomingMessage): Promise<EmulatorRequest | 'too_large'> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop early would destroy the socket before the answer is out.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES) return 'too_large'
    chunks.push(chunk as Buffer)
  }
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  }
}

/** Gives the answer, or does to the socket what the fault asks for. */
export function deliver(
  outgoing: ServerResponse,
  answer: EmulatorAnswer | 'reset' | 'stall',
  fault: Fault | undefined,
): void {
  if (answer === 'stall') return
  if (answer === 'reset') {
    outgoing.socket?.resetAndDestroy()
    return
  }
  if (fault?.kind === 'garbage_answer') {
    outgoing.writeHead(200, { 'content-type': 'application/json' })
    outgoing.end('<html>not what was asked for</html>')
    return
  }
  if (fault?.kind === 'cut_answer') {
    const text = stringifyJson(answer.body ?? {})
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': text.length + 1 })
    outgoing.write(text.slice(0, text.length / 2), () => outgoing.destroy())
    return
  }
  send(outgoing, answer)
}

/** Sends an answer as it is. */
export function send(outgoing: ServerResponse, answer: EmulatorAnswer): void {
  const text = answer.body === undefined ? '' : stringifyJson(answer.body)
  const type = text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }
  outgoing.writeHead(answer.status, {
    ...type,
    'content-length': Buffer.byteLength(text),
    ...answer.headers,
  })
  outgoing.end(text)
}

/** A body as tests like to read it: JSON where it is, else text. */
export function readable(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return parseJson(body.toString())
  } catch {
    return body.toString()
  }
}
