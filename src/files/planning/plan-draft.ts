/** What is planned before it is written: items, what to know of them, and what keeps files from being planned. */

import type { FieldPatches } from '../../core/patch/patch.ts'
import type { Matched } from '../plan.ts'
import type { PlanItem } from '../plan-file.ts'
import type { Fault } from '../review/fault.ts'

/** Something to know before the plan is applied. */
export interface Note {
  /** A file, or a client without a file. */
  readonly about: string
  readonly says: string
}

/** A difference that the server refuses to bring about as the file has it. */
export interface Refused {
  readonly one: Matched
  readonly faults: readonly Fault[]
}

/** Members that a file excludes and that are there all the same, since the provider cannot clear them. */
export interface Kept {
  readonly one: Matched & { readonly kind: 'present' }
  /** What would clear them. */
  readonly patch: FieldPatches
}

export interface PlanDraft {
  readonly items: readonly PlanItem[]
  readonly notes: readonly Note[]
  readonly refused: readonly Refused[]
  readonly kept: readonly Kept[]
}

/** The part of a draft that is about one client. */
export type Part = Omit<PlanDraft, 'refused' | 'kept'> &
  Partial<Pick<PlanDraft, 'refused' | 'kept'>>
