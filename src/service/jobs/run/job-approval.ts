/** Changes of a job that take an approval: found in its dry run, and let pass as they were planned then. */

import { ClientError } from '../../../core/errors.ts'
import type { ApprovalMark } from '../../../store/log/actor.ts'
import type { JobApproval } from '../../../store/log/job-entry.ts'
import { type Approval, cannotWait } from '../../approval/pending-change.ts'
import { printOf } from '../../approval/plan-print.ts'
import type { Service } from '../../base/service.ts'

/** What of the task of one client decides about it. */
interface Held {
  readonly phase: 'plan' | 'run'
  readonly print?: string | undefined
  readonly approved?: JobApproval | undefined
}

/**
 * What becomes of the change of one client, if it takes an approval.
 * @param found called in a dry run, with what an approval is bound to
 */
export const approvalFor = (
  service: Pick<Service, 'fingerprints'>,
  { phase, print, approved }: Held,
  found: (print: string) => void,
): Approval =>
  phase === 'plan'
    ? {
        always: true,
        pass: async (change) => {
          if (change.held) found(printOf(service, change))
          return undefined
        },
      }
    : {
        always: false,
        pass: async (change) => {
          if (approved === undefined) throw cannotWait()
          if (printOf(service, change) !== print) throw outdated()
          return markOf(approved)
        },
      }

/** As the history keeps it. */
export const markOf = ({ requestId, approvedBy }: JobApproval): ApprovalMark => ({
  requestId,
  approvedBy,
})

/** Also where only what holds beside the settings has changed. */
const outdated = () =>
  new ClientError(
    'precondition_failed',
    'The change of this client would not be the one that was approved: something has happened to the client since the dry run. Nothing was sent. Submit it anew.',
  )
