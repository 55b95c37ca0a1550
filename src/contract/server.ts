/** What the server says of itself. */

import type { JsonObject } from './common.ts'

export interface Status {
  readonly status: string
}

/** Named bodies of this file. */
export interface ServerBodies {
  readonly Status: Status
  /** An OpenAPI description. */
  readonly Document: JsonObject
  /** Metrics in the text format of Prometheus. */
  readonly Metrics: string
}
