/**
 * A runner works through one phase of a job, as long as the job's log allows it. What it does to
 * a client is safe to repeat, so a claim only saves work: it expires when its runner
 * is gone, and two runners do no harm.
 */

import {
  isAtWork,
  type JobEntry,
  type JobProgress,
  type JobResult,
} from '../../../store/log/job-entry.ts'
import { resourceOf } from '../../../store/resource.ts'
import { storedChanges } from '../../base/record-storage.ts'
import type { Service } from '../../base/service.ts'
import { askForWork } from '../ask.ts'
import { follow } from '../follow.ts'
import { callersOf, findJob, type JobView } from '../log.ts'
import { firstPart } from '../part.ts'
import { allowed, doneIn, isHeldBy, isToAsk } from '../progress.ts'
import type { Bell } from './bell.ts'
import { type Crew, createCrew } from './crew.ts'
import { createKnown } from './job-knowledge.ts'

/** After this time without renewal, a runner counts as gone (milliseconds). */
export const CLAIM_MS = 10_000
/** How often a claim without results is renewed, and how often the log is read. */
const RENEW_MS = 3_000
const LOOK_MS = 1_000
/**
 * The most results in one entry: each may have differences of some 10,000 characters, and any
 * number of warnings.
 */
const MAX_RESULTS = 10

export interface RunSettings {
  /** Time that one client may take (milliseconds). */
  readonly limitMs: number
  readonly bell: Bell
  readonly stopping: AbortSignal
}

/** Works through a job as far as that goes on by itself, if there is one of this id. */
export async function run(service: Service, id: string, settings: RunSettings): Promise<void> {
  for (let view = await findJob(service, id); view !== undefined; ) {
    const last = await runFrom(service, view, settings)
    // Its changes can follow on its dry run.
    const goesOn = last !== undefined && isAtWork(last.progress) && !last.progress.claim
    view = goesOn && !settings.stopping.aborted ? { ...view, last } : undefined
  }
}

/** Works through the present phase; `undefined`: someone else has the job. */
async function runFrom(
  service: Service,
  view: JobView,
  settings: RunSettings,
): Promise<JobEntry | undefined> {
  const { limitMs, bell, stopping } = settings
  const runner = service.newId()
  const until = () => service.now() + CLAIM_MS
  const claim = () => ({ kind: 'job_claim' as const, runner, until: until() })
  const release = () => ({ kind: 'job_claim' as const, runner, until: 0 })
  const knowledge = createKnown(service)
  const log = await follow(service, view.job, knowledge.fold)
  if (stopping.aborted || !(await log.append(claim))) return undefined

  const { phase } = log.last().progress
  const before = doneIn(log.last().progress)
  const crew = createCrew(service, {
    view,
    knowledge,
    phase,
    limitMs,
    callers: () => callersOf(view.job, log.last().progress),
    changed: bell.ring,
  })

  function storedResult({ changes, ...result }: JobResult): JobResult {
    const mapping = service.providers.get(result.client.provider)?.mapping
    if (changes === undefined || mapping === undefined) return result
    const { client } = result
    return { ...result, changes: storedChanges(service, resourceOf(client), mapping, changes) }
  }

  /** Only the holder of the claim can record, so no client has two results. */
  async function record(): Promise<void> {
    const results = firstPart([...crew.finished.values()].slice(0, MAX_RESULTS).map(storedResult))
    await log.append(() => ({ kind: 'job_results', phase, runner, until: until(), results }))
    for (const { item } of results) crew.recorded(item)
  }

  /** Has the start approved, where the job was to start by itself. */
  async function ask(): Promise<void> {
    const { job } = view
    const { token } = job
    if (token === undefined)
      throw new TypeError('a job that asks knows the rights of its submitter')
    const asking = { view: { ...view, last: log.last() }, control: 'start', token } as const
    const { id: request } = await askForWork(service, { ...asking, actor: job.actor })
    await log.append(() => ({ kind: 'job_control', control: 'ask', actor: job.actor, request }))
  }

  let looked = service.now()
  try {
    while (isHeldBy(log.last().progress, runner)) {
      const { progress } = log.last()
      const going = isAtWork(progress) && !stopping.aborted
      // A failure may stop the job, which shows only after it is recorded.
      if (going && !hasFailure(crew)) {
        crew.begin(allowed(view.job.options, progress) + doneIn(progress) - before)
      }
      if (crew.finished.size > 0) await record()
      else if (going && isToAsk(view.job.options, progress)) await ask()
      else if (!going && !crew.busy()) await log.append(release)
      else if (isOld(progress, service.now())) await log.append(claim)
      else {
        const next = Math.min(looked + LOOK_MS, crew.wakesAt())
        await bell.wait(Math.max(next - service.now(), 0))
        if (crew.finished.size > 0) continue
        looked = service.now()
        await log.catchUp()
      }
    }
  } finally {
    await crew.ended()
  }
  return log.last()
}

const hasFailure = ({ finished }: Crew) =>
  [...finished.values()].some(({ outcome }) => outcome === 'failed')

/** Whether the claim must be renewed. */
const isOld = ({ claim }: JobProgress, now: number) =>
  claim !== undefined && claim.until - now <= CLAIM_MS - RENEW_MS
