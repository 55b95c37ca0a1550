/**
 * The progress of a job after one more event. Pure: an instance that appends to a job's log
 * can compute the next entry from the newest one alone.
 */

import type { Actor } from '../../store/log/actor.ts'
import {
  isAtWork,
  type JobApproval,
  type JobControlName,
  type JobOptions,
  type JobOutcome,
  type JobProgress,
  runsAtOnce,
} from '../../store/log/job-entry.ts'

/** What can happen to a job. */
export type JobEvent =
  | { readonly kind: 'job_items'; readonly count: number; readonly last: boolean }
  | { readonly kind: 'job_claim'; readonly runner: string; readonly until: number }
  | {
      readonly kind: 'job_results'
      readonly phase: JobProgress['phase']
      readonly runner: string
      readonly until: number
      readonly results: readonly { readonly outcome: JobOutcome; readonly print?: string }[]
    }
  | {
      readonly kind: 'job_control'
      readonly control: JobControlName | 'ask'
      readonly actor: Actor
      readonly approval?: Pick<JobApproval, 'approvedBy'>
      readonly request?: string
    }

/** The progress of a job that was only just submitted. */
export const SUBMITTED: JobProgress = {
  state: 'submitted',
  phase: 'plan',
  counts: { left: 0, planned: 0, applied: 0, unchanged: 0, failed: 0 },
  run: { total: 0, done: 0 },
  failures: 0,
  canaryDone: false,
}

/**
 * The progress after an event at a time (epoch ms); `undefined`: the event cannot happen in the
 * present state.
 */
export function progressAfter(
  options: JobOptions,
  before: JobProgress,
  event: JobEvent,
  at: number,
): JobProgress | undefined {
  switch (event.kind) {
    case 'job_items':
      return before.state === 'submitted' ? withItems(options, before, event, at) : undefined
    case 'job_claim':
      return claimed(before, event, at)
    case 'job_results':
      return isHeldBy(before, event.runner) && event.phase === before.phase
        ? withResults(options, before, event, at)
        : undefined
    case 'job_control':
      return controlled(before, event, at)
  }
}

/**
 * A job that runners have abandoned this often stops: its own work may be what kills the process,
 * and would do so again at each start.
 */
export const MAX_ABANDONED = 2

/** Whether the job has ended for good. */
export const isEnded = ({ state }: JobProgress) => state === 'done' || state === 'cancelled'

/** Whether a runner has claimed it, even if the claim may have expired. */
export const isHeldBy = ({ claim }: JobProgress, runner: string) => claim?.runner === runner

/** How many clients of the present phase may have been started, in order, including the running ones. */
export function allowed(options: JobOptions, progress: JobProgress): number {
  const { phase, counts, run } = progress
  return phase === 'plan' ? counts.left : canaryEnd(options, progress) - run.done
}

/** The clients that must be done before more may be started. */
function canaryEnd({ canary }: JobOptions, { run, canaryDone }: JobProgress): number {
  if (canary === undefined || canaryDone) return run.total
  return Math.min(run.total, Math.max(1, Math.ceil(canary.share * run.total)))
}

/** The number of clients with a result in the present phase. */
export function doneIn({ phase, counts, run }: JobProgress): number {
  return phase === 'run' ? run.done : counts.planned + counts.unchanged + counts.failed
}

function withItems(
  options: JobOptions,
  before: JobProgress,
  { count, last }: JobEvent & { readonly kind: 'job_items' },
  at: number,
): JobProgress {
  const remaining = before.counts.left + count
  const filled = { ...before, counts: { ...before.counts, left: remaining } }
  if (!last) return filled
  return runsAtOnce(options)
    ? running(filled, remaining, at)
    : working({ ...filled, state: 'planning' }, at)
}

function claimed(
  { claim, ...before }: JobProgress,
  { runner, until }: JobEvent & { readonly kind: 'job_claim' },
  at: number,
): JobProgress | undefined {
  const own = claim?.runner === runner
  if (until === 0) return own ? before : undefined
  const withClaim = { ...before, claim: { runner, until } }
  if (own) return withClaim
  if (!isAtWork(before)) return undefined
  if (claim === undefined) return withClaim
  return claim.until <= at ? abandoned(before, withClaim) : undefined
}

/** The previous claim was never released, so its runner has died. */
function abandoned(before: JobProgress, withClaim: JobProgress): JobProgress {
  const times = (before.abandoned ?? 0) + 1
  return times < MAX_ABANDONED
    ? { ...withClaim, abandoned: times }
    : { ...before, state: 'stopped', abandoned: times }
}

function withResults(
  options: JobOptions,
  before: JobProgress,
  { results, runner, until }: JobEvent & { readonly kind: 'job_results' },
  at: number,
): JobProgress {
  const counts = { ...before.counts }
  const planned = before.phase === 'run' && !runsAtOnce(options)
  for (const { outcome } of results) {
    counts[planned ? 'planned' : 'left'] -= 1
    counts[outcome] += 1
  }
  const isHeld = before.phase === 'plan' && results.some(({ print }) => print !== undefined)
  const held = isHeld ? { held: true as const } : {}
  const after = { ...before, ...held, counts, claim: { runner, until } }
  if (before.phase === 'plan') return counts.left > 0 ? after : planDone(options, after, at)
  const failed = results.filter(({ outcome }) => outcome === 'failed').length
  const run = { ...before.run, done: before.run.done + results.length }
  return ranOn(options, { ...after, run, failures: before.failures + failed })
}

/** The dry run is complete; if nothing would change, so is the job. */
function planDone(options: JobOptions, progress: JobProgress, at: number): JobProgress {
  if (isToAsk(options, progress)) return progress
  const { claim: _, ...before } = progress
  if (before.state === 'cancelled') return before
  if (before.counts.planned === 0) return { ...before, state: 'done' }
  // A pause holds for what follows on the dry run, too.
  return options.asks === true && before.state === 'planning'
    ? running(before, before.counts.planned, at)
    : { ...before, state: 'planned' }
}

/** Whether all that is left of a dry run is to ask for the start, which takes an approval. */
export const isToAsk = (
  { asks }: JobOptions,
  { state, phase, counts, held }: JobProgress,
): boolean =>
  asks === true &&
  held === true &&
  state === 'planning' &&
  phase === 'plan' &&
  counts.left === 0 &&
  counts.planned > 0

/** Some changes are done; this decides about the rest. */
function ranOn(options: JobOptions, progress: JobProgress): JobProgress {
  const { run, failures, state } = progress
  if (state === 'cancelled') return progress
  if (run.done === run.total) return ended(progress)
  const canaryOver = run.done >= canaryEnd(options, progress)
  const after = { ...progress, canaryDone: progress.canaryDone || canaryOver }
  if (state !== 'running') return after
  const { maxFailures, canary } = options
  if (maxFailures !== null && failures > maxFailures) return { ...after, state: 'stopped' }
  if (!canaryOver || progress.canaryDone) return after
  if (failures > 0) return { ...after, state: 'stopped' }
  return canary?.thenPause ? { ...after, state: 'paused' } : after
}

function ended({ claim: _, ...progress }: JobProgress): JobProgress {
  return { ...progress, state: 'done' }
}

function controlled(
  before: JobProgress,
  { control, actor, approval, request }: JobEvent & { readonly kind: 'job_control' },
  at: number,
): JobProgress | undefined {
  const { state, counts } = before
  switch (control) {
    case 'start': {
      if (state !== 'planned') return undefined
      const { approvedBy = actor } = approval ?? {}
      return running({ ...before, startedBy: actor, approvedBy }, counts.planned, at)
    }
    case 'ask':
      return request === undefined ? undefined : askedFor(before, request)
    case 'pause':
      return isAtWork(before) ? { ...before, state: 'paused' } : undefined
    case 'resume':
      if (state !== 'paused' && state !== 'stopped') return undefined
      return resumed(before, actor, at)
    case 'cancel':
      return isEnded(before) ? undefined : { ...before, state: 'cancelled' }
  }
}

/** What is left of the job waits as a request. */
function askedFor(before: JobProgress, request: string): JobProgress | undefined {
  const { claim: _, ...idle } = before
  // Its dry run is complete, or no request could be made of it.
  if (before.state === 'planning') return { ...idle, state: 'planned', request }
  const waits =
    before.state === 'planned' || before.state === 'paused' || before.state === 'stopped'
  return waits ? { ...before, request } : undefined
}

/** Failures of clients and of runners are counted from zero again. */
function resumed({ abandoned: _, ...before }: JobProgress, actor: Actor, at: number): JobProgress {
  const fresh = { ...before, failures: 0 }
  return before.phase === 'plan'
    ? working({ ...fresh, state: 'planning' }, at)
    : working({ ...fresh, state: 'running', startedBy: actor }, at)
}

function running(before: JobProgress, total: number, at: number): JobProgress {
  return working({ ...before, state: 'running', phase: 'run', run: { total, done: 0 } }, at)
}

const working = (progress: JobProgress, at: number): JobProgress => ({
  ...progress,
  since: { at, done: doneIn(progress) },
})
