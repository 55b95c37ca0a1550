/** What the server says of itself. */

import type { JsonObject } from './common.ts'

export interface Status {
  readonly status: string
}

/** What is where, by name; paths on this server. */
export interface Index {
  readonly name: string
  readonly version: string
  readonly links: Readonly<Record<string, string>>
}

/** Named bodies of this file. */
export interface ServerBodies {
  readonly Status: Status
  readonly Index: Index
  /** HTML. */
  readonly Page: string
  /** An OpenAPI description. */
  readonly Document: JsonObject
  /** Metrics in the text format of Prometheus. */
  readonly Metrics: string
}
