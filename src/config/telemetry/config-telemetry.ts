/**
 * OpenTelemetry by its standard variables: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/. Traces alone, over HTTP as JSON.
 */

import { parseUrl } from '../../core/uri/uri-reading.ts'
import { faulty } from '../config-faults.ts'
import type { Environment } from '../config-parse.ts'

export interface TelemetrySettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** What describes this program, `service.name` among it. */
  readonly resource: Readonly<Record<string, string>>
  /** The part of traces that are begun here and sent, 0 to 1. */
  readonly ratio: number
}

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * `undefined` where no variable asks for it.
 * @throws ClientError `invalid_request` for what cannot be obeyed
 */
export function telemetryOf(environment: Environment): TelemetrySettings | undefined {
  const of = (name: string) =>
    environment[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || environment[`OTEL_EXPORTER_OTLP_${name}`]
  const { OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER = 'otlp' } = environment
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: base } = environment
  const url = own || (base && `${base.replace(/\/+$/, '')}/v1/traces`)
  const isOff = OTEL_SDK_DISABLED?.toLowerCase() === 'true' || OTEL_TRACES_EXPORTER === 'none'
  if (isOff || !url) return undefined
  const faults: string[] = []
  const fault = (says: string) => faults.push(says)
  if (OTEL_TRACES_EXPORTER !== 'otlp') fault('OTEL_TRACES_EXPORTER must be otlp or none.')
  if (!/^https?:$/.test(parseUrl(url)?.protocol ?? '')) {
    fault('OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL.')
  }
  const protocol = of('PROTOCOL') ?? 'http/json'
  if (protocol !== 'http/json') fault('OTEL_EXPORTER_OTLP_PROTOCOL must be http/json.')
  const timeoutMs = Number(of('TIMEOUT') ?? DEFAULT_TIMEOUT_MS)
  if (!(timeoutMs > 0)) fault('OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds.')
  const headers = pairsIn(of('HEADERS'), 'OTEL_EXPORTER_OTLP_HEADERS', fault)
  const resource = pairsIn(environment.OTEL_RESOURCE_ATTRIBUTES, 'OTEL_RESOURCE_ATTRIBUTES', fault)
  const ratio = ratioOf(environment, fault)
  if (faults.length > 0) throw faulty(faults)
  const name = environment.OTEL_SERVICE_NAME || resource['service.name'] || 'clientry'
  return { url, headers, timeoutMs, resource: { ...resource, 'service.name': name }, ratio }
}

/** `a=1,b=2`, percent-encoded (W3C Baggage, without properties). */
function pairsIn(
  text: string | undefined,
  variable: string,
  fault: (says: string) => void,
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

/** Those that follow a parent follow it here too, since every caller's decision is obeyed. */
function ratioOf(environment: Environment, fault: (says: string) => void): number {
  const { OTEL_TRACES_SAMPLER: name = 'always_on', OTEL_TRACES_SAMPLER_ARG: part = '1' } =
    environment
  const sampler = name.replace(/^parentbased_/, '')
  if (sampler === 'always_on') return 1
  if (sampler === 'always_off') return 0
  const ratio = Number(part)
  if (sampler === 'traceidratio' && ratio >= 0 && ratio <= 1) return ratio
  fault(
    'OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio, whose OTEL_TRACES_SAMPLER_ARG is from 0 to 1.',
  )
  return 1
}
