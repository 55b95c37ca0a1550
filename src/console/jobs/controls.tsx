/** What can be done about a job. Each shows first, of all of its clients, which ones it is about and what changes on them. */

import type { ReactNode } from 'react'
import type { Job } from '../../sdk/index.ts'
import type { Planned, Proposal } from '../client/proposal.ts'
import { hrefOf } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { allResults, isAtWork, isEnded, isOpen, type JobRow, rowsOf } from './job-data.ts'
import { JobRows } from './job-rows.tsx'

/** A job with all of its clients, as they are now. */
interface Whole {
  readonly job: Job
  readonly rows: readonly JobRow[]
}

async function wholeOf(id: string, signal: AbortSignal): Promise<Whole> {
  const { body: job } = await api.getJob(id, { signal })
  return { job, rows: rowsOf(await allResults(id, signal)) }
}

/** A plan that is about clients; the provider is sent what each of their changes takes. */
const planned = (facts: ReactNode, hasEffect: boolean): Planned => ({
  ...{ changes: [], warnings: [], facts, hasEffect },
})

/** Makes the changes that the dry run shows. */
export const start = (id: string): Proposal => ({
  title: TEXTS.startTitle,
  verb: TEXTS.startJob,
  plan: async (signal) => {
    const { job, rows } = await wholeOf(id, signal)
    const open = rows.filter(isOpen)
    return planned(<Going job={job} rows={open} count={open.length} />, job.state === 'planned')
  },
  carryOut: async () => {
    await api.startJob(id)
    return { says: TEXTS.startDone }
  },
})

/** Goes on with whatever the job was at. */
export const resumption = (id: string): Proposal => ({
  title: TEXTS.resumeJobTitle,
  verb: TEXTS.resumeJob,
  plan: async (signal) => {
    const { job, rows } = await wholeOf(id, signal)
    const isPossible = job.state === 'paused' || job.state === 'stopped'
    if (job.phase === 'plan') return planned(<p>{TEXTS.resumePlan(job.counts.left)}</p>, isPossible)
    const { autoStart } = job.options
    const open = autoStart ? [] : rows.filter(isOpen)
    const count = autoStart ? job.counts.left : open.length
    return planned(<Going job={job} rows={open} count={count} />, isPossible)
  },
  carryOut: async () => {
    await api.resumeJob(id)
    return { says: TEXTS.resumeJobDone }
  },
})

/** No more clients are started for now. */
export const pause = (id: string): Proposal => ({
  title: TEXTS.pauseTitle,
  verb: TEXTS.pauseJob,
  plan: async (signal) => {
    const { body: job } = await api.getJob(id, { signal })
    return planned(<p>{TEXTS.pauseSays}</p>, isAtWork(job))
  },
  carryOut: async () => {
    await api.pauseJob(id)
    return { says: TEXTS.pauseDone }
  },
})

/** No more clients are started, for good. */
export const cancellation = (id: string): Proposal => ({
  title: TEXTS.cancelTitle,
  verb: TEXTS.cancelJob,
  plan: async (signal) => {
    const { body: job } = await api.getJob(id, { signal })
    const { applied, planned: open, left } = job.counts
    const facts = <p>{TEXTS.cancelSays(applied, open + left)}</p>
    return { ...planned(facts, !isEnded(job)), consent: TEXTS.cancelConsent }
  },
  carryOut: async () => {
    await api.cancelJob(id)
    return { says: TEXTS.cancelDone }
  },
})

/** Submits a job that takes back what this one has changed; that job begins with a dry run of its own. */
export const undoing = (id: string, allowPartial: boolean): Proposal => ({
  title: TEXTS.undoTitle,
  verb: TEXTS.undoVerb,
  plan: async (signal) => {
    const { job, rows } = await wholeOf(id, signal)
    const changed = rows.filter(isChanged)
    const facts = (
      <>
        <p>{TEXTS.undoSays(changed.length)}</p>
        <p>{allowPartial ? TEXTS.undoPartly : TEXTS.undoWhole}</p>
        {job.reap !== undefined && <p>{TEXTS.undoReap}</p>}
        {changed.some(isUncertain) && <p className="notice">{TEXTS.undoUncertain}</p>}
        {changed.some(({ plan, run }) => (run?.changes ?? plan?.changes) === undefined) && (
          <p className="quiet">{TEXTS.undoUnseen}</p>
        )}
        <JobRows label={TEXTS.undoTitle} rows={changed} isReversed />
      </>
    )
    return planned(facts, changed.length > 0 && !isAtWork(job))
  },
  carryOut: async (idempotencyKey) => {
    const request = { autoStart: false, ...(allowPartial ? { allowPartial } : {}) }
    const { body } = await api.undoJob(id, request, { idempotencyKey })
    const shown = (
      <>
        <p>{TEXTS.undoNext}</p>
        <p>
          <a href={hrefOf('job', { id: body.id })}>{TEXTS.toUndo}</a>
        </p>
      </>
    )
    return { says: TEXTS.undoDone, shown }
  },
})

/** The job has changed it, or may have: as the server decides what to undo. */
const isChanged = (row: JobRow): boolean =>
  row.run?.operationId !== undefined &&
  (row.run.outcome === 'applied' || row.run.code === 'partly_applied' || isUncertain(row))

const isUncertain = ({ run }: JobRow): boolean => run?.code === 'outcome_unknown'

interface GoingProps {
  readonly job: Job
  readonly rows: readonly JobRow[]
  readonly count: number
}

/** What a job does that is set to work. */
function Going({ job, rows, count }: GoingProps): ReactNode {
  const { options, counts, reap } = job
  const { canary, maxFailures } = options
  return (
    <>
      <p>
        {reap === undefined ? TEXTS.willChange(count) : TEXTS.willReap(count, reap.graceSeconds)}
      </p>
      <ul>
        {counts.unchanged > 0 && <li>{TEXTS.stayAsAsked(counts.unchanged)}</li>}
        {counts.failed > 0 && <li>{TEXTS.stayFailed(counts.failed)}</li>}
        {canary !== undefined && <li>{TEXTS.canary(canary.share, canary.thenPause)}</li>}
        <li>{TEXTS.maxFailures(maxFailures)}</li>
      </ul>
      {rows.length === 0 && count > 0 && <p className="notice">{TEXTS.noDryRun}</p>}
      <JobRows label={TEXTS.phases.run} rows={rows} />
    </>
  )
}
