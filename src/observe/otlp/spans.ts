/**
 * Requests and upstream calls as spans of OpenTelemetry, with the names of its semantic conventions for HTTP
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). What stands in no line of the log stands in no span.
 */

import { randomBytes } from 'node:crypto'
import type { RequestLine } from '../../http/exchange.ts'
import { attributesOf, nanoseconds, resourceOf, SCOPE } from './otlp.ts'

/** The numbers of OTLP. */
const KIND = { server: 2, client: 3 } as const
const ERROR = 2

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  /** Epoch milliseconds. */
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, string | number>>
  readonly isError: boolean
}

/** A call to a provider that has ended. */
export interface UpstreamSpan {
  readonly provider: string
  readonly operation: string
  readonly status: number | undefined
  readonly end: number
  readonly durationMs: number
}

/** The trace that a request belongs to, as its caller has it (W3C Trace Context, `traceparent`). */
interface Parent {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

export function parentIn(traceParent: unknown): Parent | undefined {
  if (typeof traceParent !== 'string') return undefined
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceParent) ?? []
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** Whether a trace that begins here is sent: by its id, as the sampler of the specification decides. */
export const isChosen = (traceId: string, ratio: number): boolean =>
  Number.parseInt(traceId.slice(-13), 16) / 16 ** 13 < ratio

export const newTraceId = () => randomBytes(16).toString('hex')
const newSpanId = () => randomBytes(8).toString('hex')

/** The span of a request, and those of the calls that it made. */
export function spansOf(
  line: RequestLine,
  traceId: string,
  parent: Pick<Parent, 'spanId'> | undefined,
  calls: readonly UpstreamSpan[],
): readonly Span[] {
  const { method, route, status, code, requestId, provider, outcome, operationId } = line
  const operation = typeof operationId === 'string' ? operationId : undefined
  const end = Date.parse(line.time)
  const server: Span = {
    traceId,
    spanId: newSpanId(),
    ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
    name: route === undefined ? 'request' : `${method} ${route}`,
    kind: KIND.server,
    start: end - line.durationMs,
    end,
    attributes: defined({
      'http.request.method': method.slice(0, LONGEST_METHOD),
      'http.route': route,
      'http.response.status_code': status,
      'error.type': code,
      'clientry.request_id': requestId,
      'clientry.provider': provider,
      'clientry.outcome': outcome,
      'clientry.operation_id': operation,
    }),
    isError: status >= 500,
  }
  return [server, ...calls.map((call) => upstreamSpan(call, traceId, server.spanId))]
}

/** As sent, so any text. */
const LONGEST_METHOD = 20

/** The span of a call; without a parent it is a trace of its own. */
export function upstreamSpan(call: UpstreamSpan, traceId: string, parentSpanId?: string): Span {
  const { provider, operation, status, end, durationMs } = call
  return {
    traceId,
    spanId: newSpanId(),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: `${provider} ${operation}`,
    kind: KIND.client,
    start: end - durationMs,
    end,
    attributes: defined({
      'http.response.status_code': status,
      'clientry.provider': provider,
      'clientry.operation': operation,
    }),
    isError: status === undefined || status >= 400,
  }
}

function defined(
  attributes: Readonly<Record<string, string | number | undefined>>,
): Readonly<Record<string, string | number>> {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Record<string, string | number>
}

/** Spans as OTLP's `ExportTraceServiceRequest`. */
export const otlpTracesOf = (
  spans: readonly Span[],
  resource: Readonly<Record<string, string>>,
): object => ({
  resourceSpans: [
    {
      resource: resourceOf(resource),
      scopeSpans: [{ scope: SCOPE, spans: spans.map(otlpSpan) }],
    },
  ],
})

const otlpSpan = ({ start, end, attributes, isError, ...span }: Span) => ({
  ...span,
  startTimeUnixNano: nanoseconds(start),
  endTimeUnixNano: nanoseconds(end),
  attributes: attributesOf(attributes),
  status: isError ? { code: ERROR } : {},
})
