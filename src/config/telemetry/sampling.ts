/** Which requests become spans: https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling. */

import type { Environment } from '../config-parse.ts'

export interface Sampling {
  /** The part of traces that are sent, 0 to 1. */
  readonly ratio: number
  /** The decision of the caller's trace is followed where there is one. */
  readonly isParentBased: boolean
}

const NAMES = /^(parentbased_)?(always_on|always_off|traceidratio)$/

/** By `OTEL_TRACES_SAMPLER`, whose default follows the caller and sends everything else. */
export function samplingOf(environment: Environment, fault: (sentence: string) => void): Sampling {
  const { OTEL_TRACES_SAMPLER: given = 'parentbased_always_on' } = environment
  const { OTEL_TRACES_SAMPLER_ARG: part = '1' } = environment
  const [, parent, name] = NAMES.exec(given) ?? []
  const ratio = name === 'always_off' ? 0 : name === 'traceidratio' ? Number(part) : 1
  if (name === undefined || !(ratio >= 0 && ratio <= 1)) {
    fault(
      'OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio, each also with parentbased_ before it, and OTEL_TRACES_SAMPLER_ARG from 0 to 1.',
    )
  }
  return { ratio, isParentBased: parent !== undefined }
}
