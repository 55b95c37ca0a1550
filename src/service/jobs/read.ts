/** Reads jobs: the list of jobs, and the results of one job. */

import { currentCode } from '../../core/errors.ts'
import { PAGE_CHARACTERS } from '../../core/patch/bounds.ts'
import type { JobResult } from '../../store/log/job-entry.ts'
import { JOBS, refOf } from '../../store/resource.ts'
import type { Place } from '../../store/store.ts'
import { openEntry } from '../base/record-storage.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { findJob, type JobView, jobEntries } from './log.ts'

export interface JobPage {
  readonly jobs: readonly JobView[]
  /** Where the next page begins; absent on the last page. */
  readonly next?: Place
}

export interface JobSearch {
  /** The subject of the submitter. */
  readonly actor?: string
  readonly after?: Place
  readonly limit: number
  /** Epoch milliseconds. */
  readonly deadline: number
  /** Whether the reader may know of a job; a hidden job leaves no trace in the pages. */
  mayKnow(view: JobView): boolean
}

/**
 * Lists jobs, newest first. Every page but the last is full, and each page
 * begins at a job that the reader may know of, since gaps would reveal hidden jobs. So it may read
 * many jobs for one page, as long as there is time.
 * @throws ClientError `deadline_exceeded`
 */
export async function listJobs(service: Service, search: JobSearch): Promise<JobPage> {
  const { limit, deadline, mayKnow, ...filter } = search
  const visible: { readonly view: JobView; readonly place: Place }[] = []
  let after = search.after
  do {
    checkDeadline(service, deadline)
    const page = await service.store.search({
      ...filter,
      ...(after === undefined ? {} : { after }),
      provider: JOBS,
      limit: limit + 1,
    })
    const views = await Promise.all(
      page.map(async ({ resource, place }) => {
        const view = await findJob(service, refOf(resource).id)
        return view === undefined ? [] : [{ view, place }]
      }),
    )
    visible.push(...views.flat().filter(({ view }) => mayKnow(view)))
    after = page.length > limit ? page.at(-1)?.place : undefined
  } while (after !== undefined && visible.length <= limit)
  const jobs = visible.slice(0, limit)
  const next = visible.length > limit ? jobs.at(-1)?.place : undefined
  return { jobs: jobs.map(({ view }) => view), ...(next === undefined ? {} : { next }) }
}

/** A result and its place in the log. */
export interface ListedResult extends JobResult {
  readonly phase: 'plan' | 'run'
  /** Epoch milliseconds. */
  readonly at: number
}

/** A place between the results of a job: an entry and a position in it. */
export interface ResultPlace {
  readonly seq: number
  readonly index: number
}

/**
 * Lists results in the order in which they became known, those of the dry run first. A page ends
 * early once it has `PAGE_CHARACTERS`.
 */
export async function readResults(
  service: Service,
  resource: string,
  from: ResultPlace | undefined,
  limit: number,
): Promise<{ readonly results: readonly ListedResult[]; readonly next?: ResultPlace }> {
  const results: ListedResult[] = []
  let characters = 0
  for await (const entry of jobEntries(service, resource, from?.seq, limit)) {
    if (entry.kind !== 'job_results') continue
    const { phase, at, seq, results: stored } = openEntry(service, entry)
    for (const [index, result] of stored.entries()) {
      if (seq === from?.seq && index < from.index) continue
      if (results.length === limit || characters >= PAGE_CHARACTERS) {
        return { results, next: { seq, index } }
      }
      const code = result.code && { code: currentCode(result.code) }
      results.push({ ...result, ...code, phase, at })
      characters += JSON.stringify(result).length
    }
  }
  return { results }
}
