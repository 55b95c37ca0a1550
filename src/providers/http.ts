/**
 * One JSON call to a provider: its deadline, and what a failure means, above all whether a failed call
 * can have taken effect.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { ClientError, isClientError } from '../core/errors.ts'
import type { Json } from '../core/json/json.ts'
import { parseJson } from '../core/json/json-text.ts'
import { timerMs } from '../core/timer.ts'
import { exchange } from '../net/exchange.ts'
import type { Call } from './call.ts'
import type { Pace } from './pace/pace.ts'
import type { RateReport } from './pace/pace-source.ts'
import { checkLength } from './unreadable.ts'

export interface JsonCall {
  /** Names the call in logs and errors: `PATCH /clients/{id}`, `UpdateUserPoolClient`. */
  readonly operation: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string
  /** Whether the call changes something, so that a lost answer leaves its outcome unknown. */
  readonly effect: boolean
  /** The server would fail again where it has failed with a status. */
  readonly failsForGood?: true
  /** It reads the record of one client, and its answer says nothing else that must be known. */
  readonly isRead?: boolean
}

export interface JsonAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** `undefined` for an empty answer. */
  readonly body: Json | undefined
}

/**
 * Sends one call and gives the answer whatever its status, except a server error.
 * @throws ClientError `deadline_exceeded`, `provider_unavailable`; `outcome_unknown` where `effect`
 *   is set and the call may have been applied
 */
export async function callJson(request: JsonCall, call: Call): Promise<JsonAnswer> {
  const started = Date.now()
  const timeout = Math.min(call.deadline - started, call.timeoutMs)
  if (timeout <= 0) {
    throw new ClientError('deadline_exceeded', 'The request ran out of time. Nothing was sent.')
  }
  const progress = { sent: false }
  let status: number | undefined
  try {
    const answer = await exchange(request, timeout, progress)
    status = answer.status
    // A redirect is no answer: it is not followed, and it proves nothing.
    if (status >= 500 || status < 200 || (status >= 300 && status < 400)) {
      const lasting = request.failsForGood === true && request.effect && status >= 500
      throw failure(request, progress.sent, new TypeError(`status ${status}`), {
        retryAfter: retryAfterOf(answer),
        ...(lasting ? { lasting } : {}),
      })
    }
    if (call.onExchange !== undefined) {
      const { operation, method, url, body } = request
      const basics = { operation, method, url, ...(body === undefined ? {} : { body }) }
      call.onExchange({ ...basics, status, answer: parsedOrNone(answer.text) })
    }
    if (status >= 400) return { ...answer, body: parsedOrNone(answer.text) }
    // A name or a text with replacement characters in it would be sent back so.
    if (!answer.isUtf8) throw new TypeError('the answer is not UTF-8')
    if (request.isRead) checkLength(answer.text, 'provider_unavailable')
    return { ...answer, body: parse(answer.text) }
  } catch (cause) {
    throw isClientError(cause) ? cause : failure(request, progress.sent, cause)
  } finally {
    call.onUpstream?.({ operation: request.operation, status, durationMs: Date.now() - started })
  }
}

/** How the calls to one account are paced. */
export interface Paced {
  readonly pace: Pace
  /** What a call draws from. */
  readonly buckets: readonly string[]
  /** What an answer says about the pace. */
  rateOf(answer: JsonAnswer): RateReport
}

/**
 * The same in its turn. The request is made when the turn has come, so that nothing in it is stale.
 * @throws ClientError as `callJson`, and `provider_throttled` when the turn cannot come in time
 */
export async function callPaced(
  { pace, buckets, rateOf }: Paced,
  request: () => Promise<JsonCall>,
  call: Call,
): Promise<JsonAnswer> {
  const pass = await pace.turn(buckets, call)
  const { waitedMs } = pass
  const onUpstream: Call['onUpstream'] = (one) =>
    call.onUpstream?.(waitedMs > 0 ? { ...one, waitedMs } : one)
  let report: RateReport = {}
  try {
    const answer = await callJson(await request(), { ...call, onUpstream })
    report = rateOf(answer)
    return answer
  } catch (error) {
    const { retryAfter } = isClientError(error) ? error.details : {}
    if (retryAfter !== undefined) report = { pauseMs: retryAfter * 1_000 }
    throw error
  } finally {
    pass.end(report)
  }
}

function failure(
  request: JsonCall,
  wasSent: boolean,
  cause: unknown,
  {
    retryAfter,
    ...rateOf
  }: { readonly retryAfter?: number | undefined; readonly lasting?: true } = {},
): ClientError {
  const details = { cause, ...rateOf, ...(retryAfter === undefined ? {} : { retryAfter }) }
  if (request.effect && wasSent) {
    return new ClientError(
      'outcome_unknown',
      'The change was sent to the provider, but its answer was lost.',
      details,
    )
  }
  return new ClientError(
    'provider_unavailable',
    'The provider could not be reached or failed. Nothing was changed. Try again later.',
    details,
  )
}

/** A longer pause than this in an answer is no pause but a mistake (seconds). */
const LONGEST_PAUSE_SECONDS = 86_400

/** Seconds of a Retry-After header, in either of its forms (RFC 9110 section 10.2.3). */
export function retryAfterOf({ headers }: Pick<JsonAnswer, 'headers'>): number | undefined {
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const number = Number(text)
  const seconds = Number.isNaN(number) ? (Date.parse(text) - Date.now()) / 1_000 : number
  return seconds > 0 ? Math.min(seconds, LONGEST_PAUSE_SECONDS) : undefined
}

/**
 * What an answer says about the rate where the provider publishes none: that it was too fast (RFC 6585
 * section 4).
 */
export function throttleOf(answer: Pick<JsonAnswer, 'status' | 'headers'>): RateReport {
  if (answer.status !== 429) return {}
  const seconds = retryAfterOf(answer)
  return { throttled: true, ...(seconds === undefined ? {} : { pauseMs: seconds * 1_000 }) }
}

/** What a refusal says may be no JSON, from a proxy before the provider; its status still counts. */
function parsedOrNone(text: string): Json | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** No record of a client comes near it; what walks through one needs a bound. */
const MAX_ANSWER_DEPTH = 64

function parse(text: string): Json | undefined {
  return text === '' ? undefined : parseJson(text, MAX_ANSWER_DEPTH)
}

/**
 * Waits for what several requests share, as long as one of them has time.
 * @throws ClientError `deadline_exceeded`
 */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const says = 'The request ran out of time. Nothing was sent.'
    const error = new ClientError('deadline_exceeded', says)
    timer = setTimeout(() => reject(error), timerMs(milliseconds))
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
