/** Writes what is sent to a collector into a folder, as `traces.json` and `metrics.json`: `npm run suites -- otlp` has the Collector read it. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { telemetryOf } from '../../src/config/telemetry/config-telemetry.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import type { ProgramEvent } from '../../src/observe/observe.ts'
import { createTelemetry } from '../../src/program/telemetry/telemetry.ts'
import { startCollector } from '../../test/observe/collector.ts'

const [, , folder = '.'] = process.argv
const collector = await startCollector()
const settings = telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
if (settings === undefined) throw new TypeError('The variables ask for nothing.')

const metrics = createMetrics(['auth0'])
const readings = {
  keys: [
    { issuer: 'https://issuer.example/', loadedAt: 5, stale: false, refused: [], failures: 0 },
  ],
  pace: [],
  overdue: ['auth0'],
}
const telemetry = createTelemetry(settings, {
  families: () => metrics.families(readings),
  log: ({ message }) => {
    throw new TypeError(message)
  },
})
const request: ProgramEvent = {
  kind: 'request',
  line: {
    time: '2026-11-30T12:00:00.250Z',
    level: 'info',
    message: 'request',
    requestId: 'request-1',
    traceParent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    method: 'PATCH',
    route: '/clients/{clientId}',
    status: 503,
    code: 'store_unavailable',
    provider: 'auth0',
    outcome: undefined,
    durationMs: 100,
  },
}
const call = {
  kind: 'upstream',
  provider: 'auth0',
  call: {},
  ended: { operation: 'patchClient', status: 200, durationMs: 40 },
} as unknown as ProgramEvent
for (const event of [call, request]) {
  metrics.observe(event)
  telemetry.observe(event)
}
await telemetry.flush(60_000)
for (const { path, message } of collector.received) {
  const name = path.endsWith('traces') ? 'traces.json' : 'metrics.json'
  writeFileSync(join(folder, name), JSON.stringify(message))
}
await collector.close()
