/**
 * Submits a job. Its log begins with its description; its clients follow, and the last part of them starts
 * it. With an idempotency key the id follows from the key, so that a repetition finds the job, and
 * completes one that a crash has left incomplete.
 */

import type { Patch } from '../../core/patch/patch.ts'
import type { OwnPermission } from '../../core/rights/permissions.ts'
import { type Actor, rightsIn, type TokenRights } from '../../store/log/actor.ts'
import { following } from '../../store/log/chain.ts'
import type { Job, JobEntry, JobOptions, JobReap } from '../../store/log/job-entry.ts'
import { jobResource } from '../../store/resource.ts'
import type { Key } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { keyReused } from '../operation/key-errors.ts'
import { type JobItem, nameOf, openItems, sealItems, sealPatch } from './items.ts'
import { appendAfter, findJob, type JobView, jobEntries, TAKEN } from './log.ts'
import { firstPart } from './part.ts'
import { SUBMITTED } from './progress.ts'

export interface Submission {
  readonly actor: Actor
  /** What of the submitter's token its rights follow from; each client is judged by it again. */
  readonly token?: TokenRights
  /** Each client once, at least one. */
  readonly items: readonly JobItem[]
  readonly patch?: Patch
  readonly options: JobOptions
  /** What it may do besides changing clients: what its submitter may do at every provider of the job. */
  readonly rights: readonly OwnPermission[]
  /** The id of the job that it undoes. */
  readonly undoes?: string
  /** It suspends its clients and removes them later. */
  readonly reap?: JobReap
  readonly key?: Key
}

/** The most clients of one job; our choice, so that a job fits into memory. */
export const MAX_CLIENTS = 10_000

/** The job that a key was used for, if it was submitted completely. */
export async function submittedBefore(
  service: Service,
  key: Key | undefined,
): Promise<JobView | undefined> {
  if (key === undefined) return undefined
  const view = await findJob(service, idOfKey(service, key))
  if (view === undefined) return undefined
  if (view.job.fingerprint !== key.fingerprint) throw keyReused()
  return view.last.progress.state === 'submitted' ? undefined : view
}

/**
 * Makes a job durable and starts it.
 * @throws ClientError `key_reused`
 */
export async function submitJob(service: Service, submission: Submission): Promise<JobView> {
  const { key } = submission
  const id = key === undefined ? service.newId() : idOfKey(service, key)
  const first = firstEntry(service, jobResource(id), submission)
  await service.store.append(first)
  for (;;) {
    const view = await findJob(service, id)
    if (view === undefined) throw new TypeError('a job begins with what it is')
    if (view.job.fingerprint !== key?.fingerprint) throw keyReused()
    if (view.last.progress.state !== 'submitted') return view
    await addItems(service, view, submission.items)
  }
}

const idOfKey = ({ fingerprints }: Service, { log }: Key) =>
  fingerprints.ofText('job', log).slice(0, ID_CHARACTERS)

const ID_CHARACTERS = 32

function firstEntry(service: Service, resource: string, submission: Submission): Job {
  const { actor, token, items, patch, options, rights, undoes, reap, key } = submission
  return following(undefined, {
    kind: 'job' as const,
    resource,
    at: service.now(),
    actor,
    providers: [...new Set(items.map(({ ref }) => ref.provider))],
    options,
    rights,
    ...(token === undefined ? {} : { token: rightsIn(token) }),
    ...(undoes === undefined ? {} : { undoes }),
    ...(reap === undefined ? {} : { reap }),
    ...(key === undefined ? {} : { fingerprint: key.fingerprint }),
    sealed: sealPatch(service, resource, patch),
    progress: SUBMITTED,
  })
}

/** Adds the missing clients, until all are there or another instance is adding them. */
async function addItems(
  service: Service,
  { job }: JobView,
  items: readonly JobItem[],
): Promise<void> {
  const there = new Set<string>()
  let last: JobEntry = job
  for await (const entry of jobEntries(service, job.resource)) {
    last = entry
    if (entry.kind !== 'job_items') continue
    for (const item of openItems(service, entry)) there.add(nameOf(item))
  }
  let missing = items.filter((item) => !there.has(nameOf(item)))
  for (;;) {
    const part = firstPart(missing)
    missing = missing.slice(part.length)
    const place = { resource: job.resource, seq: last.seq + 1 }
    const appended: JobEntry | typeof TAKEN | undefined = await appendAfter(service, job, last, {
      kind: 'job_items',
      count: part.length,
      last: missing.length === 0,
      sealed: sealItems(service, place, part),
    })
    // Nothing can be added after the last part.
    if (appended === undefined || appended === TAKEN) return
    last = appended
  }
}
