/**
 * Counts for Prometheus, in its text format. Labels are from closed sets only: routes and methods of the
 * table, statuses, codes, configured providers and issuers, names of operations. What comes from a
 * request never becomes one. https://prometheus.io/docs/practices/naming/
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { ERROR_CODES } from '../core/errors.ts'
import type { IssuerHealth } from '../http/auth/verify.ts'
import type { RequestLine } from '../http/exchange.ts'
import { ROUTES } from '../http/routes.ts'
import type { PaceState } from '../providers/provider.ts'
import type { Refreshed } from '../service/mirror/refresh.ts'
import type { Entry } from '../store/log/entry.ts'
import { JOB_OUTCOMES } from '../store/log/job-entry.ts'
import { refOf } from '../store/resource.ts'
import type { Metrics, Readings } from './observe.ts'
import type { Family } from './otlp/metric-families.ts'

/** Seconds; the last bucket is the deadline of a request. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]

/** How a change can end: in the history, or without an entry there. */
const OUTCOMES = [
  'applied',
  'unchanged',
  'planned',
  'partly_applied',
  'not_applied',
  'conflict',
  'unknown',
] as const

const METHODS: readonly string[] = ROUTES.map(({ method }) => method)

/** Metrics of a program with these providers. */
export function createMetrics(providerIds: readonly string[]): Metrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const observe = counting(register, providerIds)
  const gauges = gaugesIn(register, providerIds)
  return {
    observe,
    render: async (readings) => {
      for (const set of gauges) set(readings)
      return { contentType: register.contentType, text: await register.metrics() }
    },
    families: async (readings) => {
      for (const set of gauges) set(readings)
      return (await register.getMetricsAsJSON()) as unknown as readonly Family[]
    },
  }
}

function counting(register: Registry, providerIds: readonly string[]): Metrics['observe'] {
  const { counter, histogram } = makers(register)
  const requests = histogram('request', 'Requests answered', 'route', 'method', 'status')
  const errors = counter('errors', 'Errors answered, by code', 'code')
  const upstream = histogram('upstream', 'Upstream calls', 'provider', 'operation', 'status')
  const storeFailures = counter('store_failures', 'Failed calls to the store', 'operation')
  const swept = counter('sweep_settled', 'Open changes settled by sweeps')
  const remaining = new Gauge({
    name: 'clientry_sweep_left',
    help: 'Overdue changes that the last sweep could not settle',
    registers: [register],
  })
  const jobs = new Gauge({
    name: 'clientry_jobs_running',
    help: 'Jobs that this process is working on',
    registers: [register],
  })
  const jobFailures = counter('job_failures', 'Jobs interrupted because of the store or the key')
  const due = counter('due_done', 'Clients whose due work was done')
  const dueFailed = counter('due_failed', 'Failed attempts at due work', 'provider')
  for (const provider of providerIds) dueFailed.inc({ provider }, 0)
  const webhooks = counter('webhook_events', 'Events sent to webhooks', 'webhook', 'outcome')
  const history = historyCounters(register, providerIds)
  const mirror = mirrorCounters(register, providerIds)
  for (const code of Object.keys(ERROR_CODES)) errors.inc({ code }, 0)
  return (event) => {
    switch (event.kind) {
      case 'request': {
        const { status, durationMs, code, route = 'none' } = event.line
        const method = METHODS.includes(event.line.method) ? event.line.method : 'other'
        requests.observe({ route, method, status: String(status) }, durationMs / 1_000)
        if (code !== undefined) errors.inc({ code })
        return history.request(event.line)
      }
      case 'upstream': {
        const { operation, status, durationMs } = event.ended
        const group = status === undefined ? 'none' : `${Math.floor(status / 100)}xx`
        const { provider } = event
        return upstream.observe({ provider, operation, status: group }, durationMs / 1_000)
      }
      case 'entry':
        return history.entry(event.entry)
      case 'store_failed':
        return storeFailures.inc({ operation: event.operation })
      case 'jobs_running':
        return jobs.set(event.running)
      case 'job_failed':
        return jobFailures.inc()
      case 'mirror':
        return mirror(event)
      case 'sweep':
        swept.inc(event.settled)
        return remaining.set(event.left)
      case 'due':
        return due.inc(event.done)
      case 'webhook':
        webhooks.inc({ webhook: event.webhook, outcome: 'delivered' }, event.delivered)
        return webhooks.inc({ webhook: event.webhook, outcome: 'failed' }, event.failure ? 1 : 0)
      // It is said once, in the log.
      case 'notice':
        return undefined
      case 'due_failed':
        return dueFailed.inc({ provider: refOf(event.resource).provider })
    }
  }
}

/** Outcomes of changes; all counters start at 0, so that the first of a kind shows as an increase. */
function historyCounters(register: Registry, providerIds: readonly string[]) {
  const { counter } = makers(register)
  const changes = counter('changes', 'Changes by outcome', 'provider', 'outcome')
  const settled = counter('changes_settled', 'Changes found open and settled', 'provider')
  const outside = counter(
    'outside_changes',
    'Changes made outside Clientry that were noticed',
    'provider',
  )
  const overlaps = counter(
    'overlaps',
    'Changes that continued after another instance had settled them',
    'provider',
  )
  const surprises = counter(
    'not_as_planned',
    'Settings that were not as planned after a change',
    'provider',
  )
  const jobClients = counter('job_clients', 'Clients of jobs by outcome', 'outcome')
  for (const outcome of JOB_OUTCOMES) jobClients.inc({ outcome }, 0)
  for (const provider of providerIds) {
    for (const one of [settled, outside, overlaps, surprises]) one.inc({ provider }, 0)
    for (const outcome of OUTCOMES) changes.inc({ provider, outcome }, 0)
  }
  return {
    /** Outcomes without an entry in the history. */
    request: ({ provider, outcome, code }: RequestLine) => {
      if (provider === undefined) return
      if (outcome === 'unchanged' || outcome === 'planned') changes.inc({ provider, outcome })
      if (code === 'outcome_unknown') changes.inc({ provider, outcome: 'unknown' })
    },
    entry: (entry: Entry) => {
      if (entry.kind === 'job_results') {
        for (const { outcome } of entry.results) jobClients.inc({ outcome })
      }
      const { provider } = refOf(entry.resource)
      if (entry.kind === 'outside_change') outside.inc({ provider })
      if (entry.kind === 'overlap') overlaps.inc({ provider })
      if (entry.kind !== 'outcome') return
      changes.inc({ provider, outcome: entry.outcome })
      surprises.inc({ provider }, entry.surprises.length)
      if (entry.settledBy === 'settlement') settled.inc({ provider })
    },
  }
}

/** Counts the rounds of the mirror. */
function mirrorCounters(register: Registry, providerIds: readonly string[]) {
  const { counter } = makers(register)
  const counters = {
    verified: counter('mirror_verified', 'Clients read for the mirror', 'provider'),
    drifted: counter('mirror_drifted', 'Clients found changed outside Clientry', 'provider'),
    removed: counter('mirror_removed', 'Clients found missing', 'provider'),
    failed: counter('mirror_failures', 'Failed lists and reads', 'provider'),
  }
  for (const provider of providerIds) {
    for (const one of Object.values(counters)) one.inc({ provider }, 0)
  }
  return ({ place: { provider }, verified, drifted, removed, failed }: Refreshed) => {
    counters.verified.inc({ provider }, verified)
    counters.drifted.inc({ provider }, drifted)
    counters.removed.inc({ provider }, removed)
    counters.failed.inc({ provider }, failed)
  }
}

/** Gauges set from the readings, one row each. */
function gaugesIn(
  register: Registry,
  providerIds: readonly string[],
): readonly ((readings: Readings) => void)[] {
  type Row = readonly [labels: Readonly<Record<string, string>>, value: number]
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    rows: (readings: Readings) => readonly Row[],
  ) => {
    const registers = [register]
    const result = new Gauge({
      name: `clientry_${name}`,
      help,
      labelNames: [...labelNames],
      registers,
    })
    return (readings: Readings) => {
      result.reset()
      for (const [labels, count] of rows(readings)) result.inc(labels, count)
    }
  }
  const keys = (name: string, help: string, value: (of: IssuerHealth) => number) =>
    gauge(name, help, ['issuer'], ({ keys }) =>
      keys.map((of): Row => [{ issuer: of.issuer }, value(of)]),
    )
  const pace = (name: string, help: string, value: (of: PaceState) => number | undefined) =>
    gauge(`pace_${name}`, help, ['provider', 'bucket'], ({ pace }) =>
      pace.flatMap(({ provider, buckets }) =>
        buckets.flatMap((of): readonly Row[] => {
          const reading = value(of)
          return reading === undefined ? [] : [[{ provider, bucket: of.name }, reading]]
        }),
      ),
    )
  return [
    gauge('changes_overdue', 'Changes open past their deadline', ['provider'], ({ overdue }) =>
      overdue === undefined
        ? []
        : [
            ...providerIds.map((provider): Row => [{ provider }, 0]),
            ...overdue.map((provider): Row => [{ provider }, 1]),
          ],
    ),
    keys(
      'keys_loaded_seconds',
      'When keys were last loaded, Unix time',
      ({ loadedAt = 0 }) => loadedAt / 1_000,
    ),
    keys('keys_stale', '1 if the keys in use are older than they should be', ({ stale }) =>
      Number(stale),
    ),
    keys('keys_refused', 'Published keys that are not used', ({ refused }) => refused.length),
    keys('keys_failures', 'Failed fetches of keys since the start', ({ failures }) => failures),
    pace('rate', 'Calls per second that this process allows itself', (of) => of.perSecond),
    pace('tokens', 'Calls that could be sent at once', ({ tokens }) => tokens),
    pace('waiting', 'Calls waiting for their turn', ({ waiting }) => waiting),
    pace(
      'paused_until_seconds',
      'Time until which nothing is sent, Unix time',
      ({ pausedUntil }) => pausedUntil / 1_000,
    ),
    pace('sent', 'Calls sent since the start', ({ sent }) => sent),
    pace('throttled', 'Calls that the provider throttled', (of) => of.throttled),
    pace('refused', 'Calls refused here because of too little time', ({ refused }) => refused),
    pace(
      'waited_seconds',
      'Total time spent waiting since the start',
      ({ waitedMs }) => waitedMs / 1_000,
    ),
  ]
}

function makers(register: Registry) {
  const registers = [register]
  return {
    counter: (name: string, help: string, ...labelNames: string[]) =>
      new Counter({ name: `clientry_${name}_total`, help, labelNames, registers }),
    histogram: (name: string, help: string, ...labelNames: string[]) =>
      new Histogram({
        name: `clientry_${name}_duration_seconds`,
        help,
        labelNames,
        registers,
        buckets: BUCKETS,
      }),
  }
}
