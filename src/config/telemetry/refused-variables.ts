/** Variables of OpenTelemetry that ask for what is not done here: someone who sets one relies on it, so it is not passed over. */

import type { Environment } from '../config-parse.ts'

interface Refused {
  readonly name: RegExp
  /** Values that ask for nothing else than what is done. */
  readonly allowed?: RegExp
  /** What holds in its place. */
  readonly instead: string
}

const REFUSED: readonly Refused[] = [
  {
    name: /^OTEL_EXPORTER_OTLP_(TRACES_|METRICS_)?CERTIFICATE$/,
    instead: 'is not supported. Name the authority of the collector in NODE_EXTRA_CA_CERTS.',
  },
  {
    name: /^OTEL_EXPORTER_OTLP_(TRACES_|METRICS_)?CLIENT_(KEY|CERTIFICATE)$/,
    instead:
      'is not supported. Send to a collector of this machine, and let that one sign in elsewhere.',
  },
  {
    name: /^OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE$/,
    allowed: /^cumulative$/i,
    instead: 'must be cumulative, or absent.',
  },
  {
    name: /^OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION$/,
    allowed: /^explicit_bucket_histogram$/i,
    instead: 'must be explicit_bucket_histogram, or absent.',
  },
  {
    name: /^OTEL_LOGS_EXPORTER$/,
    allowed: /^none$/,
    instead: 'must be none, or absent: the log goes to standard output.',
  },
  {
    name: /^OTEL_PROPAGATORS$/,
    allowed: /(^|,)\s*tracecontext\s*(,|$)/,
    instead: 'must name tracecontext: a trace is continued by traceparent alone.',
  },
  {
    name: /^OTEL_(EXPERIMENTAL_)?CONFIG_FILE$/,
    instead: 'is not supported. Set the variables of what you need.',
  },
]

/** A sentence for each that is set. */
export const refusedVariables = (environment: Environment): readonly string[] =>
  Object.entries(environment).flatMap(([name, value = '']) =>
    REFUSED.filter((row) => row.name.test(name) && row.allowed?.test(value) !== true).map(
      ({ instead }) => `${name} ${instead}`,
    ),
  )
