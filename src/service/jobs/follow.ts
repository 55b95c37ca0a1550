/** Follows the log of a job while others append to it too. */

import type { Job, JobEntry } from '../../store/log/job-entry.ts'
import type { Service } from '../base/service.ts'
import { appendAfter, type JobBody, jobEntries, TAKEN } from './log.ts'

export interface Follower {
  /** The newest known entry. */
  last(): JobEntry
  /** Reads what others have appended. */
  catchUp(): Promise<void>
  /**
   * Appends an event, rebuilt after each entry that others append first; `false`: it cannot happen any
   * more. One at a time.
   */
  append(body: () => JobBody): Promise<boolean>
}

/** Reads a log from its beginning; `fold` is called for every entry once, in order. */
export async function follow(
  service: Pick<Service, 'store' | 'now'>,
  job: Job,
  fold: (entry: JobEntry) => void,
): Promise<Follower> {
  let last: JobEntry = job
  const take = (entry: JobEntry) => {
    last = entry
    fold(entry)
  }
  const catchUp = async () => {
    for await (const entry of jobEntries(service, job.resource, last.seq + 1)) take(entry)
  }
  await catchUp()
  return {
    last: () => last,
    catchUp,
    append: async (body) => {
      for (;;) {
        const entry = await appendAfter(service, job, last, body())
        if (entry === undefined) return false
        if (entry !== TAKEN) {
          take(entry)
          return true
        }
        await catchUp()
      }
    },
  }
}
