/** Reads and writes the log of a job: each event is appended with the progress after it. */

import type { JobCallers } from '../../store/log/actor.ts'
import { following } from '../../store/log/chain.ts'
import type {
  Job,
  JobApproval,
  JobClaim,
  JobControl,
  JobEntry,
  JobItems,
  JobOptions,
  JobProgress,
  JobReap,
  JobResult,
  JobResults,
  ReapFinding,
} from '../../store/log/job-entry.ts'
import { JOB_OUTCOMES, JOB_STATES, REAP_VERDICTS, runsAtOnce } from '../../store/log/job-entry.ts'
import { jobResource } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { progressAfter } from './progress.ts'

export type { JobApproval, JobEntry, JobOptions, JobProgress, JobReap, JobResult, ReapFinding }
export { JOB_OUTCOMES, JOB_STATES, REAP_VERDICTS }

/** The content of an event; the rest of its entry follows from the log. */
export type JobBody = Body<JobItems> | Body<JobClaim> | Body<JobResults> | Body<JobControl>

type Body<E extends JobEntry> = Omit<
  E,
  'resource' | 'seq' | 'at' | 'previous' | 'hash' | 'standing' | 'progress'
>

/** A job as described by its first and its newest entry. */
export interface JobView {
  readonly id: string
  readonly job: Job
  readonly last: JobEntry
}

/** The callers behind a job; if an older version started it, only those that it recorded. */
export function callersOf(
  { actor: submittedBy, options }: Job,
  { phase, startedBy: told, approvedBy }: JobProgress,
): JobCallers {
  const started = runsAtOnce(options) || (options.autoStart && phase === 'run')
  const startedBy = told ?? (started ? submittedBy : undefined)
  return {
    submittedBy,
    ...(startedBy === undefined ? {} : { startedBy }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  }
}

/** Someone else's entry has taken the number. */
export const TAKEN = Symbol('taken')

/** A job by its id; `undefined` if there is none. */
export async function findJob(
  { store }: Pick<Service, 'store'>,
  id: string,
): Promise<JobView | undefined> {
  const resource = jobResource(id)
  const [job] = await store.entries(resource, { limit: 1 })
  if (job?.kind !== 'job') return undefined
  const last = await store.last(resource)
  return { id, job, last: (last ?? job) as JobEntry }
}

/** Appends an event after `last`; `undefined`: it cannot happen in the present state. */
export async function appendAfter(
  { store, now }: Pick<Service, 'store' | 'now'>,
  job: Job,
  last: JobEntry,
  body: JobBody,
): Promise<JobEntry | typeof TAKEN | undefined> {
  const at = now()
  const progress = progressAfter(job.options, last.progress, body, at)
  if (progress === undefined) return undefined
  const entry = following(last, { ...body, resource: job.resource, at, progress })
  return (await store.append(entry)) ? entry : TAKEN
}

/** Entries of one read of a log (their size has a bound, their number has none). */
const PAGE = 200

/** The entries of a job's log from a number on, oldest first; `page`: how many are read at once. */
export async function* jobEntries(
  { store }: Pick<Service, 'store'>,
  resource: string,
  from = 1,
  page = PAGE,
): AsyncIterable<JobEntry> {
  for (let next = from; ; ) {
    const entries = await store.entries(resource, { from: next, limit: page })
    yield* entries as readonly JobEntry[]
    if (entries.length < page) return
    next += page
  }
}
