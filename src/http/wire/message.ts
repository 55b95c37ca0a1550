/**
 * The plain request and response that the application takes and gives. The entries (Node server,
 * Lambda) turn theirs into these and back; nothing else knows where the program runs.
 */

import type { ClientError } from '../../core/errors.ts'

export interface HttpRequest {
  /** Upper case. */
  readonly method: string
  /** Percent-encoded, as sent, without query, stage or base path: `/clients/abc`. */
  readonly path: string
  /** What stood before the path where it was sent, a base path or a stage; for addresses in answers. */
  readonly prefix?: string
  /** As sent, without the question mark; empty when there is none. */
  readonly query: string
  /** Names in lower case; every value that came, so that a doubled header can be refused. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** `undefined`: none came. `'too_large'`: more came than `MAX_BODY_BYTES`, and was not kept. */
  readonly body: Uint8Array | 'too_large' | undefined
  /**
   * The sender waits for a word before it sends the body (RFC 9110 section 10.1.1): 100 is answered where the
   * head alone decides nothing.
   */
  readonly isBodyAwaited?: true
  /** What is wrong with the message itself, found by an entry: it is answered as any refusal, by the application. */
  readonly fault?: ClientError
  /** Epoch milliseconds by which the answer must be out. */
  readonly deadline: number
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body as it is sent, where many answers share it. */
  readonly bytes?: Uint8Array
  readonly stream?: Stream
}

/**
 * What follows the body, piece by piece, for as long as there is something to send and someone to read it.
 * Once the signal is given it gives what there is, and ends. It is called once for each answer, also where no
 * one reads it: then with a signal that was given before, so that it can free what it holds.
 */
export type Stream = (ended: AbortSignal) => AsyncIterable<Uint8Array>

/** The whole application: never rejects; a fault is an answer with an `error`. */
export type App = (request: HttpRequest) => Promise<HttpResponse>

/** The largest request body that is read (256 KiB, `413` beyond). */
export const MAX_BODY_BYTES = 262_144

/**
 * How much the target and the headers of a request may have together (`431` beyond). Whatever the description allows fits
 * as ASCII; a query in another script takes up to twelve bytes a character.
 */
export const MAX_HEADER_BYTES = 16_384

/** The time one request may take where nothing shorter is given (guarantee G8). */
export const DEFAULT_DEADLINE_MS = 25_000
