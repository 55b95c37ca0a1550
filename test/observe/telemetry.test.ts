/** OpenTelemetry by its standard variables: what goes where, and what is refused at the start since it cannot be obeyed. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { telemetryOf } from '../../src/config/telemetry/config-telemetry.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import type { ProgramEvent } from '../../src/observe/observe.ts'
import { createTelemetry } from '../../src/program/telemetry/telemetry.ts'
import { requestLine } from '../fixtures/request-line.ts'
import { faultOf, startCollector } from './collector.ts'

/** Far more than any of it takes on a busy machine (milliseconds). */
const AMPLE_MS = 60_000
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }

describe('the variables', () => {
  it('ask for nothing where none of them names an endpoint or an exporter', () => {
    for (const given of [
      {},
      { OTEL_SERVICE_NAME: 'clients' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
      { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' },
      { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    ]) {
      expect(telemetryOf(given)).toBeUndefined()
    }
  })

  it('send both kinds to one endpoint, or each to its own, or one of them alone', () => {
    expect(telemetryOf(ENDPOINT)).toMatchObject({
      resource: { 'service.name': 'clientry' },
      traces: { url: 'http://localhost:4318/v1/traces', ratio: 1, isParentBased: true },
      metrics: { url: 'http://localhost:4318/v1/metrics', everyMs: 60_000 },
    })
    expect(telemetryOf({ OTEL_METRICS_EXPORTER: 'otlp' })).toEqual({
      resource: { 'service.name': 'clientry' },
      metrics: expect.objectContaining({ url: 'http://localhost:4318/v1/metrics' }),
    })
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/in' }
    expect(telemetryOf(own)).toMatchObject({ traces: { url: 'https://traces.example.com/in' } })
    expect(telemetryOf(own)?.metrics).toBeUndefined()
    expect(telemetryOf({ ...ENDPOINT, ...own, OTEL_TRACES_EXPORTER: 'none' })).toEqual({
      resource: { 'service.name': 'clientry' },
      metrics: expect.objectContaining({ url: 'http://localhost:4318/v1/metrics' }),
    })
  })

  it('of one kind go before those of both', () => {
    const settings = telemetryOf({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=both',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'api-key=a%20key',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '700',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_EXPORT_TIMEOUT: '600',
      OTEL_METRIC_EXPORT_TIMEOUT: '30000',
      OTEL_METRIC_EXPORT_INTERVAL: '200',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,deployment.environment.name=test',
      OTEL_SERVICE_NAME: 'clients',
    })
    expect(settings).toMatchObject({
      resource: { 'service.name': 'clients', 'deployment.environment.name': 'test' },
      traces: { headers: { 'api-key': 'both' }, timeoutMs: 600, isCompressed: false, everyMs: 100 },
      metrics: {
        headers: { 'api-key': 'a key' },
        timeoutMs: 500,
        isCompressed: true,
        everyMs: 200,
      },
    })
  })

  it.each<[string | undefined, string | undefined, object]>([
    [undefined, undefined, { ratio: 1, isParentBased: true }],
    ['always_on', undefined, { ratio: 1, isParentBased: false }],
    ['parentbased_always_off', undefined, { ratio: 0, isParentBased: true }],
    ['traceidratio', '0.25', { ratio: 0.25, isParentBased: false }],
    ['parentbased_traceidratio', '0.25', { ratio: 0.25, isParentBased: true }],
  ])('the sampler %s %s', (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, expected) => {
    const sampler = { OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }
    expect(telemetryOf({ ...ENDPOINT, ...sampler })?.traces).toMatchObject(expected)
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4317', 'must be an http or https URL'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be http/json, or absent'],
    ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'http/protobuf', 'must be http/json, or absent'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', 'must be gzip or none'],
    ['OTEL_TRACES_EXPORTER', 'zipkin', 'must be otlp or none'],
    ['OTEL_METRICS_EXPORTER', 'prometheus', 'must be otlp or none'],
    ['OTEL_LOGS_EXPORTER', 'otlp', 'must be none'],
    ['OTEL_EXPORTER_OTLP_HEADERS', '=x', 'must be a list such as name=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=a%0Ab', 'that HTTP allows'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon', 'must be a whole number'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0', 'must be a whole number'],
    ['OTEL_TRACES_SAMPLER', 'xray', 'must be always_on'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/ca.pem', 'NODE_EXTRA_CA_CERTS'],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'delta', 'must be cumulative'],
    ['OTEL_PROPAGATORS', 'b3', 'must name tracecontext'],
    ['OTEL_CONFIG_FILE', 'otel.yaml', 'is not supported'],
  ])('%s cannot be %s', (name, value, says) => {
    expect(() => telemetryOf({ ...ENDPOINT, [name]: value })).toThrow(
      new RegExp(`${name} .*${says}`),
    )
    expect(() => telemetryOf({ ...ENDPOINT, [name]: value })).not.toThrow('a%0Ab')
  })

  it.each([
    ['OTEL_PROPAGATORS', 'tracecontext,baggage'],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'cumulative'],
    ['OTEL_LOGS_EXPORTER', 'none'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', ''],
  ])('%s can be "%s"', (name, value) => {
    expect(telemetryOf({ ...ENDPOINT, [name]: value })).toEqual(telemetryOf(ENDPOINT))
  })
})

const request = (): ProgramEvent => ({ kind: 'request', line: requestLine() })

describe('what is sent', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(async () => {
    await collector.close()
    expect(collector.faults).toEqual([])
  })

  function started(more: Readonly<Record<string, string>> = {}) {
    const metrics = createMetrics(['auth0'])
    const lines: object[] = []
    const settings = telemetryOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_TIMEOUT: String(AMPLE_MS),
      ...more,
    })
    const readings = { keys: [], pace: [], overdue: ['auth0'] }
    if (settings === undefined) throw new TypeError('no settings')
    const telemetry = createTelemetry(settings, {
      families: () => metrics.families(readings),
      log: (line) => lines.push(line),
    })
    const observe = (event: ProgramEvent) => {
      metrics.observe(event)
      telemetry.observe(event)
    }
    const text = async () => (await metrics.render(readings)).text
    return { telemetry, observe, lines, text }
  }

  it('is what OTLP defines, with the headers of the variables, compressed where they say so', async () => {
    const { telemetry, observe, lines } = started({
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'clients',
    })
    observe(request())
    await telemetry.flush(AMPLE_MS)
    expect(collector.received.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces'])
    for (const { headers, message } of collector.received) {
      expect(headers).toMatchObject({ 'api-key': 'a key', 'content-encoding': 'gzip' })
      const [{ resource } = { resource: undefined }] =
        message.resourceSpans ?? message.resourceMetrics ?? []
      const named = resource?.attributes.map(({ key, value }) => [key, value.stringValue])
      expect(named).toContainEqual(['service.name', 'clients'])
      expect(named?.map(([key]) => key)).toContain('service.instance.id')
    }
    expect(collector.spans()).toMatchObject([{ name: 'PATCH /clients/{clientId}' }])
    expect(lines).toEqual([])
  })

  // Judged by the text that Prometheus reads, which prom-client has made.
  it('has every series of GET /metrics, with its value', async () => {
    const { telemetry, observe, text } = started({ OTEL_TRACES_EXPORTER: 'none' })
    for (let count = 0; count < 3; count += 1) observe(request())
    await telemetry.flush(AMPLE_MS)
    const ours = (name: string) => name.startsWith('clientry_')
    const expected = (await text())
      .split('\n')
      .filter((line) => ours(line) && !/_bucket\{/.test(line))
      .map((line) => line.split(/ (?=\S+$)/))
      .map(([name = '', value]) => `${name} ${Number(value)}`)
    expect(
      collector
        .metrics()
        .filter(({ name }) => ours(name))
        .flatMap(seriesOf)
        .sort(),
    ).toEqual(expected.sort())
    expect(collector.received.map(({ path }) => path)).toEqual(['/v1/metrics'])
  })

  it('has buckets that count what is between two bounds', async () => {
    const { telemetry, observe } = started()
    for (let count = 0; count < 3; count += 1) observe(request())
    await telemetry.flush(AMPLE_MS)
    const [point] = collector
      .metrics()
      .filter(({ name }) => name === 'clientry_request_duration_seconds')
      .flatMap(({ histogram }) => (histogram as { dataPoints: Points }).dataPoints)
    const { explicitBounds: bounds = [], bucketCounts = [], count, sum } = point ?? {}
    expect(bucketCounts).toHaveLength(bounds.length + 1)
    // 100 ms belong to the bucket whose upper bound they are.
    expect(bucketCounts.indexOf('3')).toBe(bounds.indexOf(0.1))
    expect(bucketCounts.filter((one) => one !== '0')).toEqual(['3'])
    expect({ count, sum }).toEqual({ count: '3', sum: expect.closeTo(0.3) })
  })

  it('an outage is one line of the log, and the spans come later', async () => {
    const { telemetry, observe, lines } = started({ OTEL_METRICS_EXPORTER: 'none' })
    collector.refuse({ status: 503 })
    observe(request())
    await telemetry.flush(AMPLE_MS)
    await telemetry.flush(AMPLE_MS)
    expect(lines).toMatchObject([{ message: 'traces failed', level: 'warn', cause: '503' }])
    collector.refuse(undefined)
    const before = collector.received.length
    await telemetry.flush(AMPLE_MS)
    expect(collector.received.slice(before)).toHaveLength(1)
    await telemetry.flush(AMPLE_MS)
    expect(collector.received.slice(before)).toHaveLength(1)
  })

  it('what a collector takes in part is reported', async () => {
    const { telemetry, observe, lines } = started({ OTEL_METRICS_EXPORTER: 'none' })
    collector.refuse({ status: 200, body: { partialSuccess: { rejectedSpans: '1' } } })
    observe(request())
    await telemetry.flush(AMPLE_MS)
    expect(lines).toMatchObject([{ message: 'traces failed', cause: 'rejected 1' }])
  })

  it('a collector that is not there is reported, and nothing fails', async () => {
    const { telemetry, observe, lines } = started({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics',
    })
    observe(request())
    await telemetry.flush(AMPLE_MS)
    expect(lines).toMatchObject([{ message: 'metrics failed', cause: 'ECONNREFUSED' }])
    expect(collector.spans()).toHaveLength(1)
  })
})

// What judges the messages above has to refuse those that are wrong.
it.each<[string, object]>([
  ['a member that is not defined', { start_time_unix_nano: '1' }],
  ['a name in the place of the number of a kind', { kind: 'SPAN_KIND_SERVER' }],
  ['a number in the place of a text', { name: 1 }],
  ['an id of another length', { spanId: 'ab' }],
])('the collector of these tests refuses %s', (_, more) => {
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'one', kind: 2 }
  const messageOf = (one: object) => ({ resourceSpans: [{ scopeSpans: [{ spans: [one] }] }] })
  expect(faultOf('/v1/traces', messageOf(span))).toBeUndefined()
  const refused = () => {
    try {
      return faultOf('/v1/traces', messageOf({ ...span, ...more })) !== undefined
    } catch {
      return true
    }
  }
  expect(refused()).toBe(true)
})

type Points = readonly {
  readonly attributes: readonly { readonly key: string; readonly value: { stringValue: string } }[]
  readonly asDouble?: number
  readonly count?: string
  readonly sum?: number
  readonly explicitBounds?: readonly number[]
  readonly bucketCounts?: readonly string[]
}[]

/** The series of a metric as Prometheus writes them, without buckets. */
function seriesOf({ name, gauge, sum, histogram }: Record<string, unknown>): readonly string[] {
  const { dataPoints } = (gauge ?? sum ?? histogram) as { dataPoints: Points }
  return dataPoints.flatMap((point) => {
    const labels = point.attributes.map(({ key, value }) => `${key}="${value.stringValue}"`)
    const text = labels.length === 0 ? '' : `{${labels.join(',')}}`
    return point.asDouble === undefined
      ? [`${name}_sum${text} ${point.sum}`, `${name}_count${text} ${point.count}`]
      : [`${name}${text} ${point.asDouble}`]
  })
}
