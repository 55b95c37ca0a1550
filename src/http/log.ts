/**
 * One JSON line for each request: who did what to which client, what became of it, and what it cost
 * upstream. Built from named members only, so that no body, header or URL gets into it.
 */

import { type ErrorCode, isClientError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import type { Principal } from './auth/principal.ts'
import { LEVELS, type Level, type LogLine, type RequestLine, type Trace } from './exchange.ts'
import type { Route } from './route.ts'
import type { HttpRequest } from './wire/message.ts'

interface Finished {
  readonly request: HttpRequest
  readonly requestId: string
  readonly route: Route | undefined
  readonly principal: Principal | undefined
  readonly trace: Trace
  readonly answer: Answer
  readonly failure: unknown
  /** Epoch milliseconds. */
  readonly started: number
}

/** The line of a finished request. */
export function lineOf(finished: Finished): RequestLine {
  const { request, requestId, route, principal, trace, answer, failure, started } = finished
  const ended = Date.now()
  return {
    time: new Date(ended).toISOString(),
    level: levelOf(answer.status),
    message: 'request',
    requestId,
    traceParent: traceParentOf(request),
    method: request.method,
    route: route?.path,
    status: answer.status,
    code: codeOf(failure),
    actor: principal && {
      subject: principal.subject,
      issuer: principal.issuer,
      clientId: principal.clientId,
    },
    provider: trace.ref?.provider,
    userPoolId: trace.ref?.userPoolId,
    client: trace.ref?.id,
    outcome: trace.outcome,
    operationId: trace.operationId ?? operationOf(failure),
    upstream: trace.upstream,
    durationMs: ended - started,
    providerMessage: isClientError(failure) ? failure.details.providerMessage : undefined,
    fault: faultOf(failure),
  }
}

/** The trace that the caller is in: W3C Trace Context, section 3.2, version 00. */
function traceParentOf({ headers }: HttpRequest): string | undefined {
  const [text = '', more] = headers.traceparent ?? []
  return more === undefined && TRACE_PARENT.test(text) ? text : undefined
}

const TRACE_PARENT = /^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/

/** Whatever was thrown that is not ours is answered as `internal`. */
function codeOf(failure: unknown): ErrorCode | undefined {
  if (failure === undefined) return undefined
  return isClientError(failure) ? failure.code : 'internal'
}

const operationOf = (failure: unknown) =>
  isClientError(failure) ? failure.details.operationId : undefined

const levelOf = (status: number) => (status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info')

/**
 * For a fault of ours, where it happened: the name and the stack's places, without the message,
 * which may hold what was sent.
 */
function faultOf(failure: unknown): { name: string; at: readonly string[] } | undefined {
  const root = isClientError(failure) ? failure.details.cause : failure
  if (!(root instanceof Error)) return undefined
  const places = (root.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const code =
    'code' in root && typeof root.code === 'string' ? `${root.name} ${root.code}` : root.name
  return { name: code, at: places.slice(0, MAX_PLACES).map((line) => line.trim()) }
}

const MAX_PLACES = 6

export type Log = (line: LogLine) => void

/** Writes lines, one JSON text each; those below the level are left out. */
export function createLog(write: (text: string) => void, level: Level = 'info'): Log {
  return fromLevel(level, (line) => write(`${JSON.stringify(line)}\n`))
}

/** Hands on the lines that are not below a level. */
export function fromLevel(level: Level, log: Log): Log {
  const least = LEVELS.indexOf(level)
  return (line) => {
    if (LEVELS.indexOf(line.level) <= least) log(line)
  }
}
