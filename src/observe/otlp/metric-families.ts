/**
 * Metrics as OTLP's `ExportMetricsServiceRequest`, with the names that they have for Prometheus:
 * https://opentelemetry.io/docs/specs/otel/metrics/data-model/. All are cumulative, so one that is lost is made up for by the next.
 */

import { attributesOf, nanoseconds, resourceOf, SCOPE } from './otlp.ts'

/** One metric with all of its series, as `prom-client` gives them. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly values: readonly Sample[]
}

export interface Sample {
  readonly value: number
  readonly labels: Readonly<Record<string, string | number | undefined>>
  /** Of a histogram: which of its series it belongs to. */
  readonly metricName?: string
}

/** When these were counted (epoch milliseconds). */
export interface Counted {
  readonly startedAt: number
  readonly at: number
}

const CUMULATIVE = 2

export const otlpMetricsOf = (
  families: readonly Family[],
  resource: Readonly<Record<string, string>>,
  counted: Counted,
): object => ({
  resourceMetrics: [
    {
      resource: resourceOf(resource),
      scopeMetrics: [
        {
          scope: SCOPE,
          metrics: families.flatMap(({ name, help, type, values }) => {
            const data = dataOf(type, values.filter(isMeasured), counted)
            return data === undefined ? [] : [{ name, description: help, ...data }]
          }),
        },
      ],
    },
  ],
})

/** What was never measured is not a number, which JSON has no word for. */
const isMeasured = ({ value }: Sample) => Number.isFinite(value)

/** `undefined` for a family without a series. */
function dataOf(type: string, values: readonly Sample[], counted: Counted): object | undefined {
  if (values.length === 0) return undefined
  if (type === 'histogram') return { histogram: histogramOf(values, counted) }
  const times = type === 'gauge' ? { timeUnixNano: nanoseconds(counted.at) } : timesOf(counted)
  const dataPoints = values.map(({ value, labels }) => ({
    attributes: attributesOfLabels(labels),
    ...times,
    asDouble: value,
  }))
  return type === 'gauge'
    ? { gauge: { dataPoints } }
    : { sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } }
}

/** A bucket of Prometheus counts all that is below its bound; one of OTLP what is between two. */
function histogramOf(values: readonly Sample[], counted: Counted): object {
  const series = new Map<string, Sample[]>()
  for (const sample of values) {
    const { le: _, ...labels } = sample.labels
    const key = JSON.stringify(labels)
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  const dataPoints = Array.from(series.values(), (samples) => {
    const named = (ending: string) =>
      samples.filter(({ metricName = '' }) => metricName.endsWith(ending))
    const buckets = named('_bucket')
    const counts = buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0))
    const { le: _, ...labels } = samples[0]?.labels ?? {}
    return {
      attributes: attributesOfLabels(labels),
      ...timesOf(counted),
      count: String(named('_count')[0]?.value ?? 0),
      sum: named('_sum')[0]?.value ?? 0,
      bucketCounts: counts.map(String),
      explicitBounds: buckets.map(({ labels: { le } }) => Number(le)).filter(Number.isFinite),
    }
  })
  return { dataPoints, aggregationTemporality: CUMULATIVE }
}

const timesOf = ({ startedAt, at }: Counted) => ({
  startTimeUnixNano: nanoseconds(startedAt),
  timeUnixNano: nanoseconds(at),
})

const attributesOfLabels = (labels: Sample['labels']) =>
  attributesOf(
    Object.fromEntries(
      Object.entries(labels).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ),
  )
