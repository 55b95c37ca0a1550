/** The history: what was done to clients, by whom, and what came of it. */

import type { Actor, ClientName, FieldChange, Page } from './common.ts'
import type { Lease } from './leases.ts'

export type HistoryOutcome =
  | 'open'
  | 'applied'
  | 'partly_applied'
  | 'not_applied'
  | 'conflict'
  | 'outside_change'
  | 'overlap'

/** What a change was, where it was none of settings alone. */
export type HistoryAction =
  | 'create'
  | 'remove'
  | 'protect'
  | 'unprotect'
  | 'assign'
  | 'suspend'
  | 'resume'
  | 'lease'
  | 'end_lease'
  | 'move'
  | 'confirm_move'
  | 'narrow_move'
  | 'end_move'
  | 'rotate'
  | 'retire'
  | 'retire_later'
  | 'retain'
  | 'adopt'
  | 'restore'
  | 'add_key'
  | 'remove_key'

/** The job that a change was part of, and the callers behind that. */
export interface JobOrigin {
  readonly id: string
  readonly submittedBy: Actor
  /** Set its changes going last. */
  readonly startedBy?: Actor
  /** Started it once its dry run was there. */
  readonly approvedBy?: Actor
}

/** Who approved a change that its caller could not make alone. */
export interface ApprovalMark {
  /** The request for approval. */
  readonly requestId: string
  readonly approvedBy: Actor
}

/** Leases that a change was to take, renew or end. */
export interface LeaseChange {
  readonly taken: readonly Lease[]
  readonly ended: readonly Lease[]
}

export interface HistoryItem {
  readonly kind: 'change' | 'outside_change' | 'overlap'
  readonly client: ClientName
  /** What a rollback can go back to. */
  readonly revision: number
  /** RFC 3339. */
  readonly at: string
  readonly endedAt?: string
  readonly outcome: HistoryOutcome
  readonly changes: readonly FieldChange[]
  readonly surprises?: readonly FieldChange[]
  /** Fields that the provider left as they were, although it answered that the change was done. */
  readonly missed?: readonly string[]
  /** What the provider said when it refused the change, in its own words. */
  readonly providerMessage?: string
  /** Path and query of the item by itself, where values are cut (`cut` of a change). */
  readonly whole?: string
  readonly operationId?: string
  readonly requestId?: string
  readonly actor?: Actor
  /** The job that it was part of, and the callers behind that. */
  readonly job?: JobOrigin
  /** Who approved it, where that was needed. */
  readonly approval?: ApprovalMark
  readonly rollbackTo?: number
  readonly action?: HistoryAction
  /** The client that a new one is a copy of. */
  readonly copiedFrom?: ClientName
  readonly leases?: LeaseChange
  /** The secret that was added or ended. */
  readonly secretId?: string
  /** The `kid` of the public key that was added or removed. */
  readonly keyId?: string
  /** Of a creation that ended in a conflict: ids of clients that may be the one. */
  readonly candidates?: readonly string[]
  readonly settledBy?: 'request' | 'settlement'
}

/** How many ended on one day, or were noticed. */
export interface DayCounts {
  /** In UTC: `2026-11-30`. */
  readonly day: string
  /** Outcomes that none had are absent. */
  readonly counts: { readonly [O in Exclude<HistoryOutcome, 'open'>]?: number }
}

export interface HistoryCounts {
  /** RFC 3339; later than asked for where there are too many to be counted. */
  readonly from: string
  /** The first moment that no longer counts. */
  readonly to: string
  /** Oldest first; days without any are absent. */
  readonly days: readonly DayCounts[]
}

/** Named bodies of this file. */
export interface HistoryBodies {
  readonly HistoryItem: HistoryItem
  readonly HistoryPage: Page<HistoryItem>
  readonly HistoryCounts: HistoryCounts
}
