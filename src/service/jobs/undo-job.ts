/** Collects what to undo for a job: for each client that it changed, the operation that did it. */

import { ClientError } from '../../core/errors.ts'
import { isAtWork, type Job } from '../../store/log/job-entry.ts'
import { jobIdOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { readOperation } from '../reading/history.ts'
import type { JobItem } from './items.ts'
import { type JobView, jobEntries } from './log.ts'

/**
 * The clients of a job that undoes another one.
 * @throws ClientError `job_state` while the job is running, or if it has changed nothing
 */
export async function undoneItems(
  service: Service,
  { job, last }: JobView,
  allowPartial: boolean,
): Promise<readonly JobItem[]> {
  if (isAtWork(last.progress)) {
    throw new ClientError('job_state', 'A running job cannot be undone. Pause it first.')
  }
  const items: JobItem[] = []
  for await (const entry of jobEntries(service, job.resource)) {
    if (entry.kind !== 'job_results') continue
    for (const { client: ref, outcome, code, operationId } of entry.results) {
      if (operationId === undefined) continue
      const applied =
        outcome === 'applied' ||
        code === 'partly_applied' ||
        (code === 'outcome_unknown' && (await wasApplied(service, operationId)))
      if (applied) items.push({ ref, patch: takingBack(job, operationId, allowPartial) })
    }
  }
  if (items.length > 0) return items.reverse()
  throw new ClientError('job_state', 'This job has made no change that could be undone.')
}

/** What takes back one change; a suspension that was to end in a removal is ended instead. */
function takingBack(
  job: Job,
  operationId: string,
  allowPartial: boolean,
): NonNullable<JobItem['patch']> {
  if (job.reap === undefined) return { kind: 'undo', operationId, allowPartial }
  const unreaps = { job: jobIdOf(job.resource) ?? '', operationId }
  return { kind: 'suspension', suspended: false, allowPartial, unreaps }
}

/** An outcome that was unknown when the job gave up may be known now. */
async function wasApplied(service: Service, operationId: string): Promise<boolean> {
  const outcome = (await readOperation(service, operationId))?.outcome
  return outcome === 'applied' || outcome === 'partly_applied'
}
