/** Sends traces while a server runs. It is loaded only where a variable of OpenTelemetry asks for it. */

import type { TelemetrySettings } from '../../config/telemetry/config-telemetry.ts'
import type { LogLine } from '../../http/exchange.ts'
import { exchange } from '../../net/exchange.ts'
import { createTraces, type Traces } from '../../observe/traces/traces.ts'

export interface Telemetry extends Pick<Traces, 'observe'> {
  /** Sends what is left, and stops. */
  close(): Promise<void>
}

/** The default of the specification for a batch (milliseconds). */
const EVERY_MS = 5_000

export function startTelemetry(
  { url, headers, timeoutMs, resource, ratio }: TelemetrySettings,
  log: (line: LogLine) => void,
): Telemetry {
  let isFailing = false
  const send = async (body: string) => {
    const all = { ...headers, 'content-type': 'application/json' }
    const { status } = await exchange({ method: 'POST', url, headers: all, body }, timeoutMs, {
      sent: false,
    })
    if (status < 200 || status >= 300) throw new TypeError(String(status))
  }
  const traces = createTraces({ resource, ratio, now: Date.now, send })
  // An outage is logged once, when it begins.
  const flush = () =>
    traces.flush().then(
      () => {
        isFailing = false
      },
      (error: unknown) => {
        if (isFailing) return
        isFailing = true
        const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
        const cause =
          error instanceof TypeError && typeof message === 'string'
            ? message
            : String(code ?? 'failed')
        log({ time: new Date().toISOString(), level: 'warn', message: 'traces failed', cause })
      },
    )
  let flushing = Promise.resolve()
  const timer = setInterval(() => {
    flushing = flushing.then(flush)
  }, EVERY_MS)
  timer.unref()
  return {
    observe: traces.observe,
    close: async () => {
      clearInterval(timer)
      await flushing
      await flush()
    },
  }
}
