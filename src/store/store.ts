/**
 * The contract of a store: an append-only log for each client with one primitive, "append if that
 * sequence number is absent". Order, idempotence, history and recovery all stand on it.
 */

import type { FieldChange } from '../core/diff.ts'
import type { JsonObject } from '../core/json.ts'

/** Who asked for a change. */
export interface Actor {
  readonly subject: string
  readonly issuer: string
  readonly clientId?: string
}

interface EntryBase {
  /** The client that the entry is about: a canonical text of provider, pool and id. */
  readonly resource: string
  /** 1, 2, 3 ... without gaps within one resource. */
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
}

/** Written durably before the first upstream write. */
export interface Intent extends EntryBase {
  readonly kind: 'intent'
  readonly operationId: string
  readonly requestId: string
  readonly actor: Actor
  /** Epoch milliseconds after which nobody works on it any more. */
  readonly deadline: number
  /** Fingerprint of the state that the change was planned from. */
  readonly baseTag: string
  readonly changes: readonly FieldChange[]
  /** The record before, each secret as a fingerprint. */
  readonly state: JsonObject
  /** Sealed `{ base, next }`, for settling and undoing. */
  readonly sealed: string
}

export type Outcome = 'applied' | 'not_applied' | 'conflict'

/** Closes the intent before it; written durably before the answer. */
export interface Closing extends EntryBase {
  readonly kind: 'outcome'
  readonly operationId: string
  readonly outcome: Outcome
  /** Fingerprint and masked record of the state after; absent when it could not be read. */
  readonly tag?: string
  readonly state?: JsonObject
  /** What differs from what was planned. */
  readonly surprises: readonly FieldChange[]
  /** Who found out: the request itself, or somebody after it. */
  readonly settledBy: 'request' | 'settlement'
}

/** The client was changed by somebody else since the entry before. */
export interface OutsideChange extends EntryBase {
  readonly kind: 'outside_change'
  readonly tag: string
  readonly state: JsonObject
  readonly changes: readonly FieldChange[]
}

/** An instance came back after its intent had been closed by somebody else. */
export interface Overlap extends EntryBase {
  readonly kind: 'overlap'
  readonly operationId: string
  readonly tag?: string
  readonly state?: JsonObject
}

export type Entry = Intent | Closing | OutsideChange | Overlap

/** Every call rejects with `ClientError` `store_unavailable` when the store cannot do it. */
export interface Store {
  /** Makes an entry durable; `false` when its sequence number is taken. */
  append(entry: Entry): Promise<boolean>
  /** The newest entry of a resource. */
  last(resource: string): Promise<Entry | undefined>
  /** The entries of a resource, oldest first, from a sequence number on. */
  entries(resource: string, fromSeq?: number): Promise<readonly Entry[]>
  /** Intents that have no outcome yet. */
  openIntents(): Promise<readonly Intent[]>
  /** Writes and reads back, so that a readiness probe tells the truth. */
  check(): Promise<void>
  close(): Promise<void>
}
