/** A job, its progress and its results as callers read them. */

import type { JsonObject } from '../../core/json/json.ts'
import {
  callersOf,
  type JobProgress,
  type JobReap,
  type JobResult,
  type JobView,
  type ReapFinding,
} from '../../service/jobs/log.ts'
import { doneIn, MAX_ABANDONED } from '../../service/jobs/progress.ts'

/** A job as it stands with its newest entry. */
export function jobBody({ id, job, last }: JobView): JsonObject {
  const { actor, providers, options, undoes, reap, at } = job
  const { submittedBy: _, ...callers } = callersOf(job, last.progress)
  const { asks: __, ...chosen } = options
  return {
    id,
    submittedAt: rfc3339(at),
    actor: { ...actor },
    ...(callers as unknown as JsonObject),
    providers,
    options: chosen as unknown as JsonObject,
    ...(undoes === undefined ? {} : { undoes }),
    ...(reap === undefined ? {} : { reap: reapBody(reap) }),
    ...progressBody(last),
  }
}

/** How far it has come; counts are of clients, and each counts once. */
export function progressBody({
  progress,
  at,
}: {
  readonly progress: JobProgress
  readonly at: number
}): JsonObject {
  const { state, phase, counts, held, request } = progress
  const reason = reasonOf(progress)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    phase,
    at: rfc3339(at),
    total,
    counts: { ...counts },
    ...(held === undefined ? {} : { approval: 'required' }),
    ...(request === undefined ? {} : { request }),
    ...speedOf(progress, at),
  }
}

/** Why a job stopped by itself, and what to do about it. */
function reasonOf({ state, abandoned = 0 }: JobProgress): string | undefined {
  if (state !== 'stopped') return undefined
  return abandoned < MAX_ABANDONED
    ? 'More clients failed than the job allows. Check its results, then resume or cancel it.'
    : 'The server died twice while working on this job. Check its log, then resume or cancel the job.'
}

/** Clients a second in the present stretch of work, and what the rest takes at that rate. */
function speedOf(progress: JobProgress, at: number): JsonObject {
  const { since, state, phase, counts, run } = progress
  if (since === undefined || (state !== 'planning' && state !== 'running')) return {}
  const done = doneIn(progress) - since.done
  const seconds = (at - since.at) / 1_000
  if (done <= 0 || seconds <= 0) return {}
  const remaining = phase === 'plan' ? counts.left : run.total - run.done
  const rate = done / seconds
  return { clientsPerSecond: Number(rate.toFixed(2)), secondsLeft: Math.ceil(remaining / rate) }
}

/**
 * What became of one client.
 * @param isLimited the reader knows of the job as its submitter, by limited grants: those may let it change a client, and not
 *   read it
 */
export function resultBody(
  { print: _, unseen, ...whole }: JobResult,
  phase: JobProgress['phase'],
  at: number,
  isLimited = false,
): JsonObject {
  const isWithheld = isLimited && unseen === true
  const { item, client, tag, reap, ...result } = isWithheld ? outcomeOf(whole) : whole
  const { provider, userPoolId, id } = client
  return {
    item,
    client: { id, provider, ...(userPoolId === undefined ? {} : { userPoolId }) },
    phase,
    at: rfc3339(at),
    ...(result as unknown as JsonObject),
    ...(isWithheld ? { withheld: true } : {}),
    ...(tag === undefined ? {} : { etag: `"${tag}"` }),
    ...(reap === undefined ? {} : { reap: findingBody(reap) }),
  }
}

/** A result without what its client is like. */
const outcomeOf = ({ changes: _, warnings: __, tag: ___, ...outcome }: JobResult): JobResult =>
  outcome

const reapBody = ({ olderThanMs, graceMs, unknownUse }: JobReap): JsonObject => ({
  olderThanSeconds: olderThanMs / 1_000,
  graceSeconds: graceMs / 1_000,
  unknownUse,
})

function findingBody({ verdict, createdAt, changedAt, removeAt }: ReapFinding): JsonObject {
  return {
    verdict,
    ...(createdAt === undefined ? {} : { createdAt: rfc3339(createdAt) }),
    ...(changedAt === undefined ? {} : { changedAt: rfc3339(changedAt) }),
    lastUse: 'unknown',
    ...(removeAt === undefined ? {} : { removeAt: rfc3339(removeAt) }),
  }
}

const rfc3339 = (time: number) => new Date(time).toISOString()
