/**
 * What the log of a request for approval is made of: the change as it was asked for and planned, what someone else
 * decided, and what came of it. Its newest entry says how it stands.
 */

import type { Permission } from '../../../core/rights/permissions.ts'
import type { Actor, TokenRights } from '../actor.ts'
import type { EntryBase, KeptChange } from '../entry-base.ts'

/** Where the client of a request is; without an id it is to be made. */
export interface RequestPlace {
  readonly provider: string
  readonly userPoolId?: string
  readonly id?: string
}

/** A job as a request for its work shows it. */
export interface RequestedJob {
  readonly id: string
  /** Ids of the providers that it touches. */
  readonly providers: readonly string[]
  /** How many clients it would change. */
  readonly clients: number
}

/** The first entry: what is asked for, by whom, and what it would come to. */
export interface ApprovalRequested extends EntryBase {
  readonly kind: 'approval_requested'
  readonly actor: Actor
  /** What of the submitter's token its rights follow from. */
  readonly token: TokenRights
  /** Id of the operation in the contract. */
  readonly operation: string
  /** The permission that the operation takes. */
  readonly permission: Permission
  readonly place: RequestPlace
  /** What kind of change it is, as its intent would name it; `change` for one of settings alone. */
  readonly action: string
  /** Log of the client that the new one is a copy of. */
  readonly copiedFrom?: string
  /** The job that is to be set to work; its own log has what it does to each client. */
  readonly job?: RequestedJob
  /** When no one can approve it any more (epoch milliseconds). */
  readonly expiresAt: number
  /** Keyed fingerprint of the plan and of the state that it was made for. */
  readonly print: string
  readonly changes: readonly KeptChange[]
  /** Sealed: the request as it was sent, and what limits of grants go by of the client afterwards. */
  readonly sealed: string
}

export const DECISIONS = ['approved', 'rejected', 'withdrawn'] as const
export type Decision = (typeof DECISIONS)[number]

/** Someone decides; the one who appends it is the only one. */
export interface ApprovalDecided extends EntryBase {
  readonly kind: 'approval_decided'
  readonly decision: Decision
  readonly actor: Actor
  /** What of the token of who decides its rights follow from. */
  readonly token: TokenRights
  /** Sealed `{ comment }`. */
  readonly sealed?: string
  /** Of an approval: after that time any instance goes on with it (epoch milliseconds). */
  readonly deadline?: number
}

/**
 * How a request can end by itself. `outdated`: the client is no longer what the plan was made for. `void`: the submitter
 * may not do it any more. `failed`: it was approved, and could not be carried out.
 */
export const ENDS = ['applied', 'outdated', 'void', 'failed', 'expired'] as const
export type ApprovalEnd = (typeof ENDS)[number]

/** What came of it. */
export interface ApprovalEnded extends EntryBase {
  readonly kind: 'approval_ended'
  readonly end: ApprovalEnd
  readonly operationId?: string
  /** Id of the client that was made. */
  readonly created?: string
  readonly code?: string
}

export type ApprovalEntry = ApprovalRequested | ApprovalDecided | ApprovalEnded
