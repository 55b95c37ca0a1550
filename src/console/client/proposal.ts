/** What can be proposed for a client: planned first, carried out only once someone has seen the plan. */

import type { ReactNode } from 'react'
import type { FieldChange, JsonObject, Warning } from '../../sdk/index.ts'
import type { Difference } from './draft.ts'

/** A change that can be planned and carried out. */
export interface Proposal {
  readonly title: string
  /** Of the button; absent: apply. */
  readonly verb?: string
  plan(signal: AbortSignal): Promise<Planned>
  /** What others have changed since the plan; absent: it is about no state that was read. */
  moved?(): Promise<readonly Difference[]>
  /** `key`: the same for each attempt, so that a second one has no second effect. */
  carryOut(key: string): Promise<Outcome>
}

/** What a dry run has found out. */
export interface Planned {
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  /** Absent: they are not known here. */
  readonly requests?: readonly JsonObject[]
  /** What it does beside changes of settings. */
  readonly facts?: ReactNode
  /** It does something although no setting changes. */
  readonly hasEffect?: boolean
  /** What someone has to say yes to before: it cannot be undone. */
  readonly consent?: string
}

/** What came of it. */
export interface Outcome {
  /** One sentence; absent: that the change is applied. */
  readonly says?: string
  /** To be looked at before the panel closes. */
  readonly shown?: ReactNode
  /** The client is not there any more. */
  readonly isGone?: boolean
}

/** Makes the proposal for one state of the client. */
export type ProposalFor = (etag: string) => Proposal

/** What every answer to a dry run has, or lacks. */
interface PlanBody {
  readonly changes?: readonly FieldChange[]
  readonly warnings?: readonly Warning[]
  readonly requests: readonly JsonObject[]
}

/** The parts of a plan that are shown alike for every action. */
export const plannedOf = ({ changes = [], warnings = [], requests }: PlanBody): Planned => ({
  changes,
  warnings,
  requests,
})
