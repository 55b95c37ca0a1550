/**
 * A collector that knows OTLP by its published definition alone: the messages that protobufjs has made of the project's own `.proto` files, as they
 * are shipped with `@opentelemetry/otlp-transformer`. What is sent has to come back unchanged from their binary form: a member that they do not know, a
 * value of another type or an id of another length is refused with 400, as by a strict receiver.
 */

import { createServer, type IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'

/** A message of protobufjs. */
interface MessageType {
  fromObject(from: object): object
  verify(message: object): string | null
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): object
}

const { opentelemetry } = createRequire(import.meta.url)(
  '@opentelemetry/otlp-transformer/build/src/generated/root',
)
const { trace, metrics } = opentelemetry.proto.collector
/** By path: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request. */
const TYPES: Readonly<Record<string, MessageType>> = {
  '/v1/traces': trace.v1.ExportTraceServiceRequest,
  '/v1/metrics': metrics.v1.ExportMetricsServiceRequest,
}

/** Ids are hexadecimal in OTLP's JSON, and bytes in its messages. */
const ID_LENGTHS: Readonly<Record<string, number>> = { traceId: 32, spanId: 16, parentSpanId: 16 }

/** What is at fault with a message; `undefined`: nothing. */
export function faultOf(path: string, sent: object): string | undefined {
  const type = TYPES[path]
  if (type === undefined) return `nothing is taken at ${path}`
  const message = type.fromObject(withIds(sent, (id: string) => Buffer.from(id, 'hex')) as object)
  const fault = type.verify(message)
  if (fault !== null) return fault
  const read = type.toObject(type.decode(type.encode(message).finish()), { longs: String })
  const again = withIds(read, (id: Uint8Array) => Buffer.from(id).toString('hex'))
  return isDeepStrictEqual(withoutEmpty(again), withoutEmpty(sent))
    ? undefined
    : `${JSON.stringify(sent)} was understood as ${JSON.stringify(again)}`
}

/** A list without members is not there in the binary form. */
const withoutEmpty = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, member) =>
      Array.isArray(member) && member.length === 0 ? undefined : member,
    ),
  )

function withIds(value: unknown, change: (id: never) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withIds(one, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const length = ID_LENGTHS[name]
      if (length === undefined) return [name, withIds(member, change)]
      if (member.length !== length && member.length !== length / 2) {
        throw new TypeError(`${name} has another length.`)
      }
      return [name, change(member as never)]
    }),
  )
}

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly message: {
    readonly resourceSpans?: readonly ResourceSpans[]
    readonly resourceMetrics?: readonly ResourceMetrics[]
  }
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: string }
}
interface Resource {
  readonly attributes: readonly Attribute[]
}
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly status: object
}
interface ResourceSpans {
  readonly resource: Resource
  readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
}
export interface SentMetric {
  readonly name: string
  readonly [data: string]: unknown
}
interface ResourceMetrics {
  readonly resource: Resource
  readonly scopeMetrics: readonly { readonly metrics: readonly SentMetric[] }[]
}

/** What is answered in the place of success. */
export interface Refusal {
  readonly status: number
  readonly body?: object
}

export async function startCollector() {
  const received: Received[] = []
  const faults: string[] = []
  let refusal: Refusal | undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const isCompressed = request.headers['content-encoding'] === 'gzip'
    const message = JSON.parse((isCompressed ? gunzipSync(bytes) : bytes).toString())
    const path = request.url ?? ''
    const fault =
      request.headers['content-type'] === 'application/json'
        ? faultOf(path, message)
        : 'it is not said to be JSON'
    if (fault !== undefined) faults.push(fault)
    received.push({ path, headers: request.headers, message })
    const { status, body = {} } =
      fault === undefined ? (refusal ?? { status: 200 }) : { status: 400 }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** What no receiver would have taken. */
    faults,
    refuse: (given: Refusal | undefined) => {
      refusal = given
    },
    spans: () =>
      received.flatMap(({ message: { resourceSpans = [] } }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    metrics: () =>
      received.flatMap(({ message: { resourceMetrics = [] } }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics)),
      ),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
