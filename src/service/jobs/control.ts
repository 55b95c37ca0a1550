/** Starts, pauses, resumes and cancels jobs. */

import type { Actor } from '../../store/log/actor.ts'
import type { JobControlName, JobEntry, JobState } from '../../store/log/job-entry.ts'
import type { Service } from '../base/service.ts'
import { appendAfter, type JobView, TAKEN } from './log.ts'

export type { JobControlName }

/** The states in which a control has no effect, since the job already does what it asks. */
const ALREADY: Readonly<Record<JobControlName, readonly JobState[]>> = {
  start: ['running'],
  pause: ['paused'],
  resume: ['planning', 'running'],
  cancel: ['cancelled'],
}

/** Records a control; `undefined`: the job cannot do that in its present state. */
export async function tellJob(
  service: Service,
  view: JobView,
  control: JobControlName,
  actor: Actor,
): Promise<JobView | undefined> {
  const { job } = view
  for (let last = view.last; ; ) {
    if (ALREADY[control].includes(last.progress.state)) return { ...view, last }
    const body = { kind: 'job_control' as const, control, actor }
    const entry = await appendAfter(service, job, last, body)
    if (entry !== TAKEN) return entry && { ...view, last: entry }
    last = (await service.store.last(job.resource)) as JobEntry
  }
}
