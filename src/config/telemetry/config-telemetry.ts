/**
 * OpenTelemetry by its standard variables: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/. Traces and metrics, over HTTP as JSON. What is set and cannot be
 * obeyed is refused; an empty variable counts as absent, as the specification has it.
 */

import { parseUrl } from '../../core/uri/uri-reading.ts'
import { faulty } from '../config-faults.ts'
import type { Environment } from '../config-parse.ts'
import { refusedVariables } from './refused-variables.ts'
import { type Sampling, samplingOf } from './sampling.ts'

export interface TelemetrySettings {
  /** What describes this program, `service.name` among it. */
  readonly resource: Readonly<Record<string, string>>
  readonly traces?: TraceSettings
  readonly metrics?: MetricSettings
}

/** Where one kind of data goes. */
export interface Collector {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly isCompressed: boolean
}

export interface TraceSettings extends Collector, Sampling {
  readonly everyMs: number
  /** The most spans that wait. */
  readonly mostWaiting: number
  /** The most spans that go at once. */
  readonly mostAtOnce: number
}

export interface MetricSettings extends Collector {
  readonly everyMs: number
}

type Fault = (sentence: string) => void

const KINDS = ['TRACES', 'METRICS'] as const
type Kind = (typeof KINDS)[number]

/** The defaults of the specification. */
const DEFAULT_ENDPOINT = 'http://localhost:4318'
const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_BATCH = { everyMs: 5_000, mostWaiting: 2_048, mostAtOnce: 512 }
const DEFAULT_METRICS_EVERY_MS = 60_000

/**
 * `undefined` where no variable asks for it.
 * @throws ClientError `invalid_request` for what cannot be obeyed
 */
export function telemetryOf(given: Environment): TelemetrySettings | undefined {
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const faults: string[] = []
  const fault: Fault = (sentence) => faults.push(sentence)
  const [traces, metrics] = KINDS.map((kind) => collectorOf(kind, environment, fault))
  if (traces === undefined && metrics === undefined && faults.length === 0) return undefined
  const number = (name: string, otherwise: number, most = MOST) =>
    Math.min(numberOf(name, environment[name], fault) ?? otherwise, most)
  const resource = resourceOf(environment, fault)
  const settings: TelemetrySettings = {
    resource,
    ...(traces && {
      traces: {
        ...traces,
        ...samplingOf(environment, fault),
        timeoutMs: number('OTEL_BSP_EXPORT_TIMEOUT', traces.timeoutMs, traces.timeoutMs),
        everyMs: number('OTEL_BSP_SCHEDULE_DELAY', DEFAULT_BATCH.everyMs),
        mostWaiting: number('OTEL_BSP_MAX_QUEUE_SIZE', DEFAULT_BATCH.mostWaiting),
        mostAtOnce: number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', DEFAULT_BATCH.mostAtOnce),
      },
    }),
    ...(metrics && {
      metrics: {
        ...metrics,
        timeoutMs: number('OTEL_METRIC_EXPORT_TIMEOUT', metrics.timeoutMs, metrics.timeoutMs),
        everyMs: number('OTEL_METRIC_EXPORT_INTERVAL', DEFAULT_METRICS_EVERY_MS),
      },
    }),
  }
  for (const sentence of refusedVariables(environment)) fault(sentence)
  if (faults.length > 0) throw faulty(faults)
  return settings
}

/** Where data of this kind goes: an endpoint or an exporter that is named asks for it. */
function collectorOf(kind: Kind, environment: Environment, fault: Fault): Collector | undefined {
  const nameOf = (name: string) => {
    const own = `OTEL_EXPORTER_OTLP_${kind}_${name}`
    return environment[own] === undefined ? `OTEL_EXPORTER_OTLP_${name}` : own
  }
  const of = (name: string) => environment[nameOf(name)]
  const exporter = environment[`OTEL_${kind}_EXPORTER`]
  if (exporter === 'none') return undefined
  if (exporter !== undefined && exporter !== 'otlp') {
    fault(`OTEL_${kind}_EXPORTER must be otlp or none.`)
  }
  const endpoint = of('ENDPOINT') ?? (exporter === 'otlp' ? DEFAULT_ENDPOINT : undefined)
  if (endpoint === undefined) return undefined
  const isWhole = nameOf('ENDPOINT').includes(kind)
  const url = isWhole ? endpoint : `${endpoint.replace(/\/+$/, '')}/v1/${kind.toLowerCase()}`
  if (!/^https?:$/.test(parseUrl(url)?.protocol ?? '')) {
    fault(`${nameOf('ENDPOINT')} must be an http or https URL.`)
  }
  if ((of('PROTOCOL') ?? 'http/json') !== 'http/json') {
    fault(
      `${nameOf('PROTOCOL')} must be http/json, or absent: data goes out as JSON over HTTP alone, which a collector takes at the port of http/protobuf, 4318.`,
    )
  }
  const compression = of('COMPRESSION') ?? 'none'
  if (compression !== 'none' && compression !== 'gzip') {
    fault(`${nameOf('COMPRESSION')} must be gzip or none.`)
  }
  const timeoutMs = numberOf(nameOf('TIMEOUT'), of('TIMEOUT'), fault) ?? DEFAULT_TIMEOUT_MS
  const headers = pairsIn(nameOf('HEADERS'), of('HEADERS'), fault)
  if (!Object.entries(headers).every(([name, value]) => isHeader(name, value))) {
    fault(`${nameOf('HEADERS')} must hold names and values that HTTP allows in a header.`)
  }
  return { url, headers, timeoutMs, isCompressed: compression === 'gzip' }
}

/** RFC 9110 section 5. */
const isHeader = (name: string, value: string) =>
  /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

function resourceOf(environment: Environment, fault: Fault): Readonly<Record<string, string>> {
  const name = 'OTEL_RESOURCE_ATTRIBUTES'
  const given = pairsIn(name, environment[name], fault)
  return {
    ...given,
    'service.name': environment.OTEL_SERVICE_NAME ?? given['service.name'] ?? 'clientry',
  }
}

function numberOf(name: string, text: string | undefined, fault: Fault): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!(Number.isInteger(number) && number > 0 && number <= MOST)) {
    fault(`${name} must be a whole number from 1 to ${MOST}.`)
  }
  return number
}

/** The longest that a timer waits (milliseconds). */
const MOST = 2 ** 31 - 1

/** `a=1,b=2`, percent-encoded (W3C Baggage, without properties). */
function pairsIn(
  variable: string,
  text: string | undefined,
  fault: Fault,
): Readonly<Record<string, string>> {
  const pairs = (text ?? '').split(',').filter((part) => part.trim() !== '')
  return Object.fromEntries(
    pairs.map((part) => {
      const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(part) ?? []
      if (name === '') fault(`${variable} must be a list such as name=value,other=value.`)
      return [name, decoded(value)]
    }),
  )
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
