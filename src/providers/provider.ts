/**
 * The contract of a provider: a mapping table plus a few calls.
 *
 * Providers never retry, log, validate or translate: that is done once, outside. Every call rejects
 * with a `ClientError`: `not_found`, `provider_refused`, `provider_throttled`, `provider_unavailable`,
 * `provider_misconfigured`, `deadline_exceeded`, or, once something was sent that may have taken
 * effect, `outcome_unknown`.
 */

import type { FieldName } from '../core/client.ts'
import type { JsonObject } from '../core/json.ts'
import type { Mapping, Native } from '../core/mapping.ts'

/** Where one client lives. */
export interface ClientRef {
  /** The provider's name in the configuration, as callers spell it. */
  readonly provider: string
  /** Only where the provider has user pools. */
  readonly userPoolId?: string
  readonly id: string
}

/** What goes down with every call of one request. */
export interface Call {
  /** Epoch milliseconds by which the call must have ended. */
  readonly deadline: number
  /** The longest one upstream call may take, in milliseconds. */
  readonly timeoutMs: number
  /** Goes along as a correlation id, where the provider keeps one. */
  readonly operationId: string
  /** The request that it serves; absent while an earlier change is settled. */
  readonly requestId?: string
  /** Whose request it is: callers take turns where a provider's pace makes them wait. */
  readonly caller?: string
  /** Belongs to a change under way, which must not wait behind changes that have not begun. */
  readonly urgent?: boolean
  /** Told of every upstream call, for the log line of the request. */
  onUpstream?(call: UpstreamCall): void
}

/** One upstream call as it is logged: no URL with ids, no body. */
export interface UpstreamCall {
  readonly operation: string
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined
  readonly durationMs: number
}

/** One upstream call of a change; a change has one or more, in order. */
export interface Step {
  /** What a dry run shows; secrets are masked by the caller. */
  readonly request: { readonly method: string; readonly target: string; readonly body: JsonObject }
  /** The whole record as the provider now holds it, where its answer tells that. */
  send(call: Call): Promise<Native | undefined>
}

export interface Provider {
  /** The kind of provider, as the configuration names it. */
  readonly type: string
  readonly mapping: Mapping
  /** Pools that it serves; absent where the provider has none. */
  readonly userPools?: readonly string[]
  /** Reads one client whole. `fields`: those about to change, for what only they need. */
  read(ref: ClientRef, call: Call, fields?: readonly FieldName[]): Promise<Native>
  /**
   * The calls that turn `base` into `next`; none when they are equal. Pure.
   * @throws ClientError `unsupported_field`
   */
  steps(ref: ClientRef, base: Native, next: Native): readonly Step[]
}
