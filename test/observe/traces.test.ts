/** Traces of OpenTelemetry: by its standard variables, to a collector that reads OTLP as JSON, with nothing in them that no log has. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { telemetryOf } from '../../src/config/telemetry/config-telemetry.ts'
import type { RequestLine } from '../../src/http/exchange.ts'
import type { ProgramEvent } from '../../src/observe/observe.ts'
import { createTraces } from '../../src/observe/traces/traces.ts'
import { startTelemetry } from '../../src/program/telemetry/telemetry.ts'
import { eventually } from '../eventually.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: object }[]
  readonly status: object
}

const line = (more: Partial<RequestLine> = {}): RequestLine => ({
  time: '2026-11-30T12:00:00.250Z',
  level: 'info',
  message: 'request',
  requestId: 'request-1',
  traceParent: undefined,
  method: 'PATCH',
  route: '/clients/{clientId}',
  status: 200,
  code: undefined,
  provider: 'auth0',
  outcome: 'applied',
  durationMs: 100,
  ...more,
})
const request = (more: Partial<RequestLine> = {}): ProgramEvent => ({
  kind: 'request',
  line: line(more),
})
const upstream = (requestId?: string): ProgramEvent =>
  ({
    kind: 'upstream',
    provider: 'auth0',
    call: { requestId },
    ended: { operation: 'patchClient', status: 200, durationMs: 40 },
  }) as unknown as ProgramEvent

function collecting(ratio = 1) {
  const bodies: string[] = []
  const traces = createTraces({
    resource: { 'service.name': 'clientry' },
    ratio,
    now: () => Date.parse('2026-11-30T12:00:00.240Z'),
    send: async (body) => void bodies.push(body),
  })
  const spans = async (): Promise<readonly SentSpan[]> => {
    await traces.flush()
    return bodies.flatMap((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans)
  }
  return { traces, bodies, spans }
}

it('a request and the calls that it made are one trace', async () => {
  const { traces, spans, bodies } = collecting()
  traces.observe(upstream('request-1'))
  traces.observe(request())
  const [server, call] = await spans()
  expect(server).toMatchObject({
    traceId: expect.stringMatching(/^[\da-f]{32}$/),
    spanId: expect.stringMatching(/^[\da-f]{16}$/),
    name: 'PATCH /clients/{clientId}',
    kind: 2,
    startTimeUnixNano: '1796040000150000000',
    endTimeUnixNano: '1796040000250000000',
    status: {},
  })
  expect(server?.parentSpanId).toBeUndefined()
  expect(server?.attributes).toContainEqual({
    key: 'http.response.status_code',
    value: { intValue: '200' },
  })
  expect(call).toMatchObject({
    traceId: server?.traceId,
    parentSpanId: server?.spanId,
    name: 'auth0 patchClient',
    kind: 3,
    startTimeUnixNano: '1796040000200000000',
  })
  expect(JSON.parse(bodies[0] ?? '').resourceSpans[0].resource.attributes).toEqual([
    { key: 'service.name', value: { stringValue: 'clientry' } },
  ])
})

it('a request goes on with the trace of its caller, where that one is recorded', async () => {
  const { traces, spans } = collecting(0)
  const [trace, parent] = ['a'.repeat(32), 'b'.repeat(16)]
  traces.observe(request({ traceParent: `00-${trace}-${parent}-01` }))
  traces.observe(request({ traceParent: `00-${trace}-${parent}-00` }))
  traces.observe(request({ traceParent: `00-${'0'.repeat(32)}-${parent}-01` }))
  traces.observe(request())
  expect(await spans()).toMatchObject([{ traceId: trace, parentSpanId: parent }])
})

it('a fault of the server is an error, and a call of no request a trace of its own', async () => {
  const { traces, spans } = collecting()
  traces.observe(request({ status: 503, code: 'store_unavailable' }))
  traces.observe(upstream())
  expect(await spans()).toMatchObject([{ status: { code: 2 } }, { name: 'auth0 patchClient' }])
})

it('what cannot be sent does not pile up', async () => {
  const { traces, spans } = collecting()
  for (let count = 0; count < 3_000; count += 1) traces.observe(request())
  expect((await spans()).length).toBe(2_048)
})

it('are sent to the collector that the variables name, with its headers', async () => {
  const received: {
    readonly path: string | undefined
    readonly key: unknown
    readonly body: string
  }[] = []
  let status = 200
  const collector = createServer((incoming, response) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    incoming.on('end', () => {
      received.push({ path: incoming.url, key: incoming.headers['api-key'], body })
      response.writeHead(status).end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  closers.push(
    () => collector.close(),
    () => collector.closeAllConnections(),
  )
  const { port } = collector.address() as AddressInfo
  const settings = telemetryOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key',
    OTEL_SERVICE_NAME: 'clients',
  })
  if (settings === undefined) throw new TypeError('no settings')
  const lines: unknown[] = []
  const telemetry = startTelemetry(settings, (one) => lines.push(one))
  telemetry.observe(request())
  await telemetry.close()
  expect(received).toMatchObject([{ path: '/v1/traces', key: 'a key' }])
  expect(received[0]?.body).toContain('"stringValue":"clients"')
  expect(lines).toEqual([])
  status = 503
  const failing = startTelemetry(settings, (one) => lines.push(one))
  failing.observe(request())
  await failing.close()
  await eventually(() => expect(lines).toMatchObject([{ message: 'traces failed', cause: '503' }]))
})

it('nothing is sent where nothing asks for it', () => {
  expect(telemetryOf({})).toBeUndefined()
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }
  expect(telemetryOf(endpoint)).toMatchObject({ url: 'http://localhost:4318/v1/traces' })
  expect(telemetryOf({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeUndefined()
  expect(telemetryOf({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined()
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/in' }
  expect(telemetryOf({ ...endpoint, ...own })).toMatchObject({
    url: 'https://traces.example.com/in',
  })
  expect(telemetryOf({ ...endpoint, OTEL_TRACES_SAMPLER: 'parentbased_always_off' })?.ratio).toBe(0)
})

it.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_EXPORTER_OTLP_HEADERS', '=x'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon'],
  ['OTEL_TRACES_SAMPLER', 'xray'],
])('%s cannot be %s', (name, value) => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }
  expect(() => telemetryOf({ ...endpoint, [name]: value })).toThrow(name)
})
