/** Hands traces and metrics to collectors. It is loaded only where a variable of OpenTelemetry asks for it. */

import { randomUUID } from 'node:crypto'
import type { TelemetrySettings } from '../../config/telemetry/config-telemetry.ts'
import { VERSION } from '../../core/version.ts'
import type { LogLine } from '../../http/exchange.ts'
import type { Observe } from '../../observe/observe.ts'
import type { Exported } from '../../observe/otlp/exported.ts'
import { type Family, otlpMetricsOf } from '../../observe/otlp/metric-families.ts'
import { createTraces } from '../../observe/otlp/traces.ts'
import { within } from '../../service/base/time-limit.ts'
import { post } from './post.ts'

export interface Telemetry {
  readonly observe: Observe
  /** Sends what is there, as long as the milliseconds allow. */
  flush(mostMs: number): Promise<void>
  /** Sends by itself from now on. */
  repeat(): void
  /** Sends what is left, and stops. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  /** What is counted at this moment. */
  families(): Promise<readonly Family[]>
  log(line: LogLine): void
}

/** One kind of data on its way out. */
interface Exporter {
  readonly everyMs: number
  send(mostMs: number): Promise<Exported>
}

export function createTelemetry(
  { resource: given, traces: tracing, metrics }: TelemetrySettings,
  { families, log }: TelemetryOptions,
): Telemetry {
  const startedAt = Date.now()
  // Two processes of one service count for themselves: https://opentelemetry.io/docs/specs/semconv/resource/#service
  const resource = {
    'service.instance.id': randomUUID(),
    'service.version': VERSION,
    ...given,
  }
  let mostMs = Number.POSITIVE_INFINITY
  const traces =
    tracing &&
    createTraces({
      ...tracing,
      resource,
      now: Date.now,
      send: (message) => post(tracing, message, mostMs),
    })
  const exporters: Readonly<Record<string, Exporter | undefined>> = {
    traces: tracing && {
      everyMs: tracing.everyMs,
      send: async (most) => {
        mostMs = most
        return (await traces?.flush()) ?? {}
      },
    },
    metrics: metrics && {
      everyMs: metrics.everyMs,
      send: async (most) => {
        const counted = { startedAt, at: Date.now() }
        return post(metrics, otlpMetricsOf(await families(), resource, counted), most)
      },
    },
  }
  const running = Object.entries(exporters).flatMap(([name, exporter]) =>
    exporter === undefined ? [] : [{ ...exporter, send: oneAfterAnother(name, exporter, log) }],
  )
  const flush = async (most: number) => {
    await Promise.all(running.map(({ send }) => send(most)))
  }
  let timers: readonly NodeJS.Timeout[] = []
  return {
    observe: (event) => traces?.observe(event),
    flush,
    repeat: () => {
      timers = running.map(({ everyMs, send }) =>
        setInterval(() => send(Number.POSITIVE_INFINITY), everyMs).unref(),
      )
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      await flush(LAST_MS)
    },
  }
}

/** How long the last of it may take when a server stops (milliseconds). */
const LAST_MS = 1_500

/** Sends in turn, and logs an outage once, when it begins. It never rejects. */
function oneAfterAnother(
  name: string,
  { send }: Exporter,
  log: (line: LogLine) => void,
): (mostMs: number) => Promise<void> {
  let isFailing = false
  let before = Promise.resolve()
  const report = ({ failure: cause }: Exported) => {
    if (cause !== undefined && !isFailing) {
      log({ time: new Date().toISOString(), level: 'warn', message: `${name} failed`, cause })
    }
    isFailing = cause !== undefined
  }
  return (mostMs) => {
    before = before
      .then(() => within(send(mostMs), mostMs, () => new TypeError('late')))
      .catch((): Exported => ({ failure: 'late' }))
      .then(report)
    return before
  }
}
