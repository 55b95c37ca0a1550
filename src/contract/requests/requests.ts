/** Requests for approval: changes that wait for someone else than their caller. */

import type { ErrorCode } from '../../core/errors.ts'
import type { Plan } from '../clients.ts'
import type { Actor, FieldChange, Page } from '../common.ts'
import type { HistoryAction } from '../history.ts'

/**
 * `approved`: it is being carried out. `outdated`: the client is no longer what the plan was made for. `void`: the submitter
 * may not do it any more. `failed`: it was approved, and could not be carried out.
 */
export type RequestState =
  | 'pending'
  | 'approved'
  | 'rejected'
  | 'withdrawn'
  | 'applied'
  | 'outdated'
  | 'void'
  | 'failed'
  | 'expired'

/** Where the client of a request is; without an id it is to be made, or was made by the request. */
export interface RequestedClient {
  readonly provider: string
  readonly userPoolId?: string
  readonly id?: string
}

/** A job whose changes wait; its results have what they are. */
export interface RequestedJob {
  readonly id: string
  /** All that it touches. */
  readonly providers: readonly string[]
  /** How many clients it would change. */
  readonly clients: number
}

/** A change that its caller may only make with the approval of someone else. */
export interface ApprovalRequest {
  readonly id: string
  readonly state: RequestState
  /** Id of the operation that was asked for. */
  readonly operation: string
  /** Of a job: one of its providers. */
  readonly client: RequestedClient
  /** The job that is to be set to work; absent: it is one change. */
  readonly job?: RequestedJob
  /** Absent: a change of settings. */
  readonly action?: HistoryAction
  readonly submittedBy: Actor
  /** RFC 3339. */
  readonly submittedAt: string
  /** When no one can approve it any more, RFC 3339. */
  readonly expiresAt: string
  /** What it changes, to callers who may read the client before and after; of a job, its results show that. */
  readonly changes?: readonly FieldChange[]
  /** The caller may not read the client. */
  readonly withheld?: true
  /** Who approved, rejected or withdrew it. */
  readonly decidedBy?: Actor
  readonly decidedAt?: string
  readonly comment?: string
  readonly endedAt?: string
  /** The change that came of it. */
  readonly operationId?: string
  /** Why it could not be carried out. */
  readonly code?: ErrorCode
}

/** What someone says with a decision. */
export interface DecisionRequest {
  /** For the submitter; at most 1,000 characters. */
  readonly comment?: string
}

/** What an approval would do; nothing of it to callers who may not read the client. */
export type ApprovalPlan = Omit<Plan, 'client'>

/** Named bodies of this file. */
export interface RequestBodies {
  readonly ApprovalRequest: ApprovalRequest
  readonly ApprovalRequestPage: Page<ApprovalRequest>
  readonly DecisionRequest: DecisionRequest
  readonly ApprovalPlan: ApprovalPlan
}
