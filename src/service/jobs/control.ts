/** Starts, pauses, resumes and cancels jobs. */

import { ClientError } from '../../core/errors.ts'
import type { Actor } from '../../store/log/actor.ts'
import type { JobApproval, JobControlName, JobEntry, JobState } from '../../store/log/job-entry.ts'
import type { Service } from '../base/service.ts'
import { appendAfter, type JobView, TAKEN } from './log.ts'
import { progressAfter } from './progress.ts'

export type { JobControlName }

/** The states in which a control has no effect, since the job already does what it asks. */
const ALREADY: Readonly<Record<JobControlName, readonly JobState[]>> = {
  start: ['running'],
  pause: ['paused'],
  resume: ['planning', 'running'],
  cancel: ['cancelled'],
}

/** Whether a job does already what a control asks, or can do it in its present state. */
export function stateFor(
  service: Pick<Service, 'now'>,
  { job, last }: JobView,
  control: JobControlName,
): 'already' | 'possible' | 'impossible' {
  if (ALREADY[control].includes(last.progress.state)) return 'already'
  const event = { kind: 'job_control' as const, control, actor: job.actor }
  const after = progressAfter(job.options, last.progress, event, service.now())
  return after === undefined ? 'impossible' : 'possible'
}

/** The refusal of a control that its state does not allow. */
export const cannotTell = ({ last }: JobView, control: JobControlName): ClientError =>
  new ClientError('job_state', `The job cannot ${control}, because it is ${last.progress.state}.`)

/**
 * Records a control; `undefined`: the job cannot do that in its present state.
 * @param approval where its work takes one
 */
export async function tellJob(
  service: Service,
  view: JobView,
  control: JobControlName,
  actor: Actor,
  approval?: JobApproval,
): Promise<JobView | undefined> {
  const { job } = view
  for (let last = view.last; ; ) {
    // An approved control is recorded once: another one that came before does not stand for it.
    const isDone = approval === undefined && ALREADY[control].includes(last.progress.state)
    if (isDone) return { ...view, last }
    const body = { kind: 'job_control' as const, control, actor, ...(approval && { approval }) }
    const entry = await appendAfter(service, job, last, body)
    if (entry !== TAKEN) return entry && { ...view, last: entry }
    last = (await service.store.last(job.resource)) as JobEntry
  }
}
