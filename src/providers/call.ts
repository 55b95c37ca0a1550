/** The words of every call to a provider: where a client lives, what goes down with a call, what is sent. */

import type { Json } from '../core/json/json.ts'
import type { Native } from '../core/mapping/row.ts'

/** Where clients live. */
export interface Place {
  /** The provider's name in the configuration, as callers spell it. */
  readonly provider: string
  /** Only where the provider has user pools. */
  readonly userPoolId?: string
}

/** Where one client lives. */
export interface ClientRef extends Place {
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
  /** The part of the account's rate that it leaves to others, where that is more than what the provider's pace leaves. */
  readonly reserve?: number
  /** Belongs to a change under way, which must not wait behind changes that have not begun. */
  readonly urgent?: boolean
  /** Looks again until the provider shows what was written; absent: it looks once. */
  readonly untilSeen?: UntilSeen
  /** Called after every upstream call, for the log line of the request. */
  onUpstream?(call: UpstreamCall): void
  /** Receives each exchange whole, secrets and all; set only where a recording is made. */
  onExchange?(exchange: Exchange): void
}

/**
 * Looks until `isSeen` says so, with pauses and for at most `lagMs`, the time for which the provider may answer from a copy
 * that is behind. A `not_found` and a passing failure count as not seen. What the last look gave holds then.
 * @throws ClientError `deadline_exceeded` where the deadline comes before that time is over
 */
export type UntilSeen = <T>(
  look: () => Promise<T>,
  isSeen: (value: T) => boolean,
  lagMs: number,
) => Promise<T>

/** One exchange with a provider, as it went over the network. */
export interface Exchange {
  readonly operation: string
  readonly method: string
  readonly url: string
  /** The text that was sent. */
  readonly body?: string
  readonly status: number
  readonly answer: Json | undefined
}

/** One upstream call as it is logged: no URL with ids, no body. */
export interface UpstreamCall {
  readonly operation: string
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined
  readonly durationMs: number
  /** How long it waited for its turn before, in milliseconds; absent: it did not. */
  readonly waitedMs?: number
}

/** One upstream call of a change; a change has one or more, in order. */
export interface Step {
  /** The call as it is sent, which a dry run shows; secrets are masked by the caller. */
  readonly request: { readonly method: string; readonly target: string; readonly body: Json }
  /** Refuses what the provider would refuse, in a dry run too and before anything is recorded; absent: only the call shows it. */
  check?(): Promise<void>
  /** The whole record as the provider now holds it, where its answer contains that. */
  send(call: Call): Promise<Native | undefined>
}
