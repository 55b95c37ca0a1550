/**
 * A job whose changes take an approval, as a request for that. The request holds none of the plan: that is in the log of the
 * job, which only grows, so that what is approved is what its dry run says, however many clients it has.
 */

import { canonicalJson } from '../../core/json/json.ts'
import type { Actor, TokenRights } from '../../store/log/actor.ts'
import { type ApprovalView, findRequest, stateOf, storeRequest } from '../approval/approval-log.ts'
import type { Service } from '../base/service.ts'
import { appendAfter, type JobEntry, type JobView, jobEntries, TAKEN } from './log.ts'

/** The controls that set a job to work. */
export type WorkControl = 'start' | 'resume'

/** A job that is to be set to work. */
export interface Work {
  readonly view: JobView
  readonly control: WorkControl
}

/** Whether setting a job to work takes the approval of someone else than who submitted it. */
export const takesApproval = ({ view: { last }, control }: Work): boolean => {
  const { held, phase } = last.progress
  // A dry run changes nothing.
  return held === true && (control === 'start' || phase === 'run')
}

/** A keyed fingerprint of how far a job has come: of what is left of it, that is. */
export function printOfWork({ fingerprints }: Pick<Service, 'fingerprints'>, work: Work): string {
  const { view, control } = work
  const { phase, counts, run } = view.last.progress
  const content = [view.id, control, phase, { ...counts }, { ...run }]
  return fingerprints.ofText('approval of a job', canonicalJson(content))
}

/** Stores what is left of a job as a request; the same one again while that waits, by whichever instance it was stored. */
export async function askForWork(
  service: Service,
  { actor, token, ...work }: Work & { readonly actor: Actor; readonly token: TokenRights },
): Promise<ApprovalView> {
  const { view, control } = work
  const { job, last, id } = view
  const { counts, run, phase, request } = last.progress
  const print = printOfWork(service, work)
  const waits = (one: ApprovalView) =>
    one.requested.print === print && WAITING.includes(stateOf(service, one))
  const noted = request === undefined ? undefined : await findRequest(service, request)
  if (noted !== undefined && waits(noted)) return noted
  const [provider = ''] = job.providers
  const clients = phase === 'plan' ? counts.planned : run.total - run.done
  const asking = {
    actor,
    token,
    operation: control === 'start' ? 'startJob' : 'resumeJob',
    permission: 'jobs:write' as const,
    asked: { params: { jobId: id }, query: {}, headers: {} },
  }
  const content = {
    place: { provider },
    action: 'change',
    print,
    changes: [],
    job: { id, providers: job.providers, clients },
  }
  for (let before = request ?? ''; ; ) {
    // Its id follows from what it is about, so that a request which a crash left without a note is found again.
    const key = { log: `job ${id} ${print} ${before}` }
    const stored = await storeRequest(service, { ...asking, key }, content)
    if (waits(stored)) return stored
    before = stored.id
  }
}

/** Of requests that can still set the job to work. */
const WAITING: readonly string[] = ['pending', 'approved']

/** Notes in the log of a job as which request it waits, as long as it can still do so. */
export async function noteRequest(
  service: Service,
  { job, last: seen }: JobView,
  actor: Actor,
  request: string,
): Promise<void> {
  const body = { kind: 'job_control' as const, control: 'ask' as const, actor, request }
  for (let last = seen; last.progress.request !== request; ) {
    const entry = await appendAfter(service, job, last, body)
    if (entry !== TAKEN) return
    last = (await service.store.last(job.resource)) as JobEntry
  }
}

/** Whether a job was set to work by a request already. */
export async function wasSetToWork(
  service: Pick<Service, 'store'>,
  { job }: JobView,
  requestId: string,
): Promise<boolean> {
  for await (const entry of jobEntries(service, job.resource)) {
    if (entry.kind === 'job_control' && entry.approval?.requestId === requestId) return true
  }
  return false
}
