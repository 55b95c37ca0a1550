/** Changes that their caller may only make once someone else has approved them, as the steps of every write meet them. */

import type { FieldChange } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Subject } from '../../core/rights/limit.ts'
import type { Provider } from '../../providers/provider.ts'
import type { ApprovalMark } from '../../store/log/actor.ts'
import type { RequestPlace } from '../../store/log/approval/approval-entry.ts'
import type { ActionName } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'

/** A planned change, before its intent. */
export interface PendingChange {
  readonly provider: Provider
  readonly place: RequestPlace
  readonly action: ActionName
  /** Fingerprint of the state that it is planned from; empty for a client that is to be made. */
  readonly baseTag: string
  readonly standing: Standing | undefined
  readonly becomes: Standing | undefined
  readonly changes: readonly FieldChange[]
  /** Log of the client that it copies, whose settings its differences show. */
  readonly copiedFrom?: string | undefined
  /** Only a grant that asks for the approval of someone else allows it. */
  readonly held: boolean
  /** What limits of grants go by afterwards; `undefined`: the client is to be removed. */
  readonly after: Subject | undefined
}

/** What becomes of such a change: it is stored, or was approved. */
export interface Approval {
  /** It is about every write of the request, dry runs too, and not only about those that need an approval. */
  readonly always: boolean
  /**
   * Lets a change pass, as one that was approved.
   * @throws ClientError `approval_required` for one that is stored, `request_state` for one that was not approved like this
   */
  pass(pending: PendingChange): Promise<ApprovalMark | undefined>
}

/**
 * Of what ends by itself as it was agreed when it began: with an approval, or before one was needed.
 * @param mark the approval with which it began, which the history of its end names again
 */
export const asAgreed = (mark?: ApprovalMark): Approval => ({
  always: false,
  pass: async () => mark,
})

/** The answer where a change cannot wait for an approval. */
export function cannotWait(): ClientError {
  return new ClientError(
    'approval_required',
    'The grant of this caller asks for the approval of someone else, and this way of changing clients cannot wait for one. Nothing was sent. Change the client by a request of its own, or use a grant without approval.',
  )
}
