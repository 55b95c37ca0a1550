/** A wish, and what it comes to once the present state of the client is known. */

import type { FieldName } from '../../core/client.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { Action } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { ChangeRequest } from '../base/request.ts'

/** What a wish follows from, beside the history: a request for one kind of patch. */
export interface RequestFor<P>
  extends Pick<ChangeRequest, 'ref' | 'provider' | 'actor' | 'dryRun'> {
  readonly patch: P
}

export interface Wish {
  /** Fields that may change, for what a provider reads for them alone. */
  readonly fields: readonly FieldName[]
  /** What is wanted of the client as it is now. */
  over(base: Native): Wanted
}

/** A patch, or the record to be. */
export type Wanted = {
  /** What should be known about it. */
  readonly warnings: readonly Warning[]
  /** Where it is no change of settings alone: what it is, and what is to hold for the client after it. */
  readonly aim?: { readonly action: Action; readonly becomes: Standing }
} & (
  | {
      readonly patch: Patch
      /** Earlier records: settings of theirs can be set again. */
      readonly restores?: readonly Native[]
    }
  | {
      readonly next: Native
      /** Earlier records: what they broke may stay broken. */
      readonly before?: readonly Native[]
    }
)
