/**
 * Traces and metrics of a function, which is frozen between two events: they are handed on before each answer. Loaded only where
 * a variable of OpenTelemetry is set.
 */

import type { Config, Environment } from '../../config/config-parse.ts'
import { telemetryOf } from '../../config/telemetry/config-telemetry.ts'
import type { LogLine } from '../../http/exchange.ts'
import { createMetrics } from '../../observe/metrics.ts'
import type { Observe, Readings } from '../../observe/observe.ts'
import { createTelemetry } from './telemetry.ts'

export interface LambdaTelemetry {
  readonly observe: Observe
  /** Sends what an event has left behind. */
  flush(readings: () => Promise<Readings>): Promise<void>
}

/** A collector on the function's own host takes a few milliseconds; one that is down must not keep callers waiting. */
const MOST_MS = 1_000

/**
 * `undefined` where the variables ask for nothing.
 * @throws ClientError `invalid_request` for what cannot be obeyed
 */
export function lambdaTelemetry(
  environment: Environment,
  { providers }: Pick<Config, 'providers'>,
  log: (line: LogLine) => void,
): LambdaTelemetry | undefined {
  const settings = telemetryOf(environment)
  if (settings === undefined) return undefined
  const metrics = createMetrics(Object.keys(providers))
  let readings: () => Promise<Readings> = async () => NOTHING
  const families = async () => metrics.families(await readings())
  const telemetry = createTelemetry(settings, { families, log })
  return {
    observe: (event) => {
      metrics.observe(event)
      telemetry.observe(event)
    },
    flush: async (read) => {
      readings = read
      await telemetry.flush(MOST_MS)
    },
  }
}

const NOTHING: Readings = { keys: [], pace: [], overdue: undefined }
