/** The decisions about a request, each with what it will do shown first. */

import type { ReactNode } from 'react'
import type { ApprovalRequest } from '../../sdk/index.ts'
import type { Planned, Proposal } from '../client/proposal.ts'
import { Who } from '../frame/facts.tsx'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { allResults, isOpen as isOpenRow, type JobRow, rowsOf } from '../jobs/job-data.ts'
import { JobRows } from '../jobs/job-rows.tsx'

/** Approves a request, and has it carried out. */
export const approval = (id: string, comment: string): Proposal => ({
  title: TEXTS.approveTitle,
  verb: TEXTS.approveVerb,
  plan: (signal) => planned(id, 'approve', { comment, signal }),
  carryOut: async () => {
    await api.approveRequest(id, bodyOf(comment))
    return { says: TEXTS.approveDone }
  },
})

/** Goes on with an approval that was interrupted; by the same person alone. */
export const completion = (id: string): Proposal => ({ ...approval(id, ''), verb: TEXTS.complete })

/** Rejects a request. */
export const rejection = (id: string, comment: string): Proposal => ({
  title: TEXTS.rejectTitle,
  verb: TEXTS.reject,
  plan: (signal) => planned(id, 'reject', { comment, signal }),
  carryOut: async () => {
    await api.rejectRequest(id, bodyOf(comment))
    return { says: TEXTS.rejectDone }
  },
})

/** Takes back a request of one's own. */
export const withdrawal = (id: string, comment: string): Proposal => ({
  title: TEXTS.withdrawTitle,
  verb: TEXTS.withdraw,
  plan: (signal) => planned(id, 'withdraw', { comment, signal }),
  carryOut: async () => {
    await api.rejectRequest(id, bodyOf(comment))
    return { says: TEXTS.withdrawDone }
  },
})

const bodyOf = (comment: string) => (comment.trim() === '' ? {} : { comment: comment.trim() })

type Decision = keyof typeof TEXTS.decisionSays

/** What is shown before a decision: of an approval, also what it would send now; of a job, what its dry run has found for every client. */
async function planned(
  id: string,
  decision: Decision,
  { comment, signal }: { readonly comment: string; readonly signal: AbortSignal },
): Promise<Planned> {
  const { body: request } = await api.getRequest(id, { signal })
  const { state, changes = [], job } = request
  const rows = job === undefined ? [] : rowsOf(await allResults(job.id, signal)).filter(isOpenRow)
  const isOpen = state === 'pending' || (state === 'approved' && decision === 'approve')
  const isPlanned = state === 'pending' && decision === 'approve' && job === undefined
  const plan = isPlanned ? (await api.planRequest(id, { signal })).body : undefined
  return {
    changes,
    warnings: plan?.warnings ?? [],
    // Those of a client that one may not read are not known here.
    ...(plan === undefined || request.withheld === true ? {} : { requests: plan.requests }),
    facts: <Facts {...{ request, decision, comment, isOpen, rows }} />,
    hasEffect: isOpen,
  }
}

interface FactsProps {
  readonly request: ApprovalRequest
  readonly decision: Decision
  readonly comment: string
  readonly isOpen: boolean
  readonly rows: readonly JobRow[]
}

function Facts({ request, decision, comment, isOpen, rows }: FactsProps): ReactNode {
  if (!isOpen) return <p className="notice">{TEXTS.requestSays[request.state]}</p>
  return (
    <>
      <p>{TEXTS.decisionSays[decision]}</p>
      <p>
        {TEXTS.askedBy} <Who actor={request.submittedBy} />
      </p>
      {comment.trim() !== '' && (
        <p>
          {TEXTS.comment}: <Visible text={comment.trim()} />
        </p>
      )}
      <PlanNotice request={request} />
      <JobRows label={TEXTS.requestPlan} rows={rows} />
    </>
  )
}

/** What is to be said where differences alone say too little. */
export function PlanNotice({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const { withheld, changes = [], job } = request
  if (job !== undefined) return <p>{TEXTS.planOfJob(job.clients)}</p>
  if (withheld === true) return <p className="notice">{TEXTS.planWithheld}</p>
  return changes.length === 0 && <p className="quiet">{TEXTS.noSettingChanges}</p>
}
