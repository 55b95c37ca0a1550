/** A wish, and the change that follows from it once the client's present state is known. */

import type { FieldName } from '../../core/client.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { Action } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { ChangeRequest } from '../base/request.ts'

/** What a wish follows from, besides the history: a request for one kind of patch. */
export interface RequestFor<P>
  extends Pick<ChangeRequest, 'ref' | 'provider' | 'actor' | 'dryRun'> {
  readonly patch: P
}

export interface Wish {
  /** The fields that may change, for data that a provider reads only for them. */
  readonly fields: readonly FieldName[]
  /** The change of the client in its present state. */
  over(base: Native): Target
}

/** A patch, or the planned record. */
export type Target = {
  /** What the caller should know about it. */
  readonly warnings: readonly Warning[]
  /** If it is not only a change of settings: its action, and the client's standing afterwards. */
  readonly aim?: { readonly action: Action; readonly becomes: Standing }
  /** The client's standing afterwards, where a change of settings brings that along. */
  readonly becomes?: Standing
} & (
  | {
      readonly patch: Patch
      /** Earlier records, whose settings can be set again. */
      readonly restores?: readonly Native[]
    }
  | {
      readonly next: Native
      /** Earlier records: rules that they broke may stay broken. */
      readonly before?: readonly Native[]
    }
)
