/**
 * A runner: works through one phase of a job, as long as the job's log says that it may. What it does to
 * a client is safe to be done again, so all that a claim saves is work: it ends by itself when its runner
 * is gone, and two runners do no harm.
 */

import type { JobEntry, JobResult } from '../../store/job-entry.ts'
import { isAtWork } from '../../store/job-entry.ts'
import type { Service } from '../service.ts'
import { createBell } from './bell.ts'
import { follow } from './follow.ts'
import { type JobItem, openItems, openPatch } from './items.ts'
import { findJob, type JobBody, type JobView } from './log.ts'
import { allowed, doneIn, isHeldBy } from './progress.ts'
import { createQueue, type Queue } from './queue.ts'
import { type Task, type Worked, work } from './work.ts'

export interface Runner {
  /** Looks at the log at once. */
  wake(): void
  /** Begins nothing more; what is under way ends and is recorded. */
  stop(): void
  /** Resolves when nothing is under way; rejects when the store failed. */
  readonly ended: Promise<void>
}

/** A runner that is gone is taken for gone after so long (milliseconds). */
export const CLAIM_MS = 10_000
/** How often a claim without results is renewed, and how often the log is looked at. */
const RENEW_MS = 3_000
const LOOK_MS = 1_000
/** Times that a client is tried while it is not certain what has become of it. */
const MAX_TRIES = 60
/** Results of one entry: each may have differences of some 10,000 characters. */
const MAX_RESULTS = 10

/** Runs a job; `limitMs`: time that one client may take. */
export function startRunner(service: Service, id: string, limitMs: number): Runner {
  const bell = createBell()
  const stopping = { now: false }
  return {
    wake: bell.ring,
    stop: () => {
      stopping.now = true
      bell.ring()
    },
    ended: findJob(service, id).then(async (view) => {
      if (view !== undefined) await run(service, view, { limitMs, bell, stopping })
    }),
  }
}

interface Settings {
  readonly limitMs: number
  readonly bell: ReturnType<typeof createBell>
  readonly stopping: { readonly now: boolean }
}

async function run(service: Service, view: JobView, settings: Settings): Promise<void> {
  const { limitMs, bell, stopping } = settings
  const runner = service.newId()
  const known = createKnown(service)
  const log = await follow(service, view.job, known.fold)
  const claim = (until: number) => (): JobBody => ({ kind: 'job_claim', runner, until })
  const until = () => service.now() + CLAIM_MS
  if (stopping.now || !(await log.append(claim(until())))) return

  const { phase } = log.last().progress
  const before = doneIn(log.last().progress)
  const queue = createQueue(known.pending(phase))
  const patch = openPatch(service, view.job)
  const finished = new Map<number, JobResult>()
  const underWay = new Set<Promise<void>>()
  const tries = new Map<number, number>()

  function begin(index: number): void {
    const item = known.items[index]
    const asked = item?.patch ?? patch
    if (item === undefined || asked === undefined) throw new RangeError(`no client ${index}`)
    const planned = known.tagOf(index)
    const task: Task = {
      jobId: view.id,
      actor: view.job.actor,
      withheld: view.job.withheld,
      index,
      item,
      patch: asked,
      ...(planned === undefined ? {} : { planned }),
      phase,
      limitMs,
    }
    const doing = work(service, task).then((worked) => {
      underWay.delete(doing)
      take(index, worked)
      bell.ring()
    })
    underWay.add(doing)
  }

  function take(index: number, { result, waitedMs, againMs, refused }: Worked): void {
    const tried = (tries.get(index) ?? 0) + (refused ? 0 : 1)
    tries.set(index, tried)
    if (againMs !== undefined && tried < MAX_TRIES) {
      queue.again(index, service.now() + againMs, refused)
      return
    }
    queue.done(index, waitedMs)
    finished.set(index, result)
  }

  /** Only who holds the claim can: so no client has two results. */
  async function record(): Promise<void> {
    const results = [...finished.values()].slice(0, MAX_RESULTS)
    await log.append(() => ({ kind: 'job_results', phase, runner, until: until(), results }))
    for (const { item } of results) finished.delete(item)
  }

  let looked = service.now()
  try {
    while (isHeldBy(log.last().progress, runner)) {
      const { progress } = log.last()
      const going = isAtWork(progress) && !stopping.now
      // A failure may stop the job, which is known once it is recorded.
      const failed = [...finished.values()].some(({ outcome }) => outcome === 'failed')
      const limit = allowed(view.job.options, progress) + doneIn(progress) - before
      if (going && !failed) beginAll(queue, limit, service.now(), begin)
      if (finished.size > 0) {
        await record()
        continue
      }
      if (!going && queue.busy() === 0) {
        if (await log.append(claim(0))) return
        continue
      }
      const time = service.now()
      if ((progress.claim?.until ?? 0) - time <= CLAIM_MS - RENEW_MS) {
        await log.append(claim(until()))
        continue
      }
      const wake = Math.min(looked + LOOK_MS, queue.wakesAt(time) ?? Number.POSITIVE_INFINITY)
      await bell.wait(Math.max(wake - time, 0))
      if (finished.size > 0) continue
      looked = service.now()
      await log.catchUp()
    }
  } finally {
    await Promise.all(underWay)
  }
}

/** Begins all that may begin now. */
function beginAll(queue: Queue, limit: number, now: number, begin: (item: number) => void): void {
  for (let item = queue.next(now, limit); item !== undefined; item = queue.next(now, limit)) {
    begin(item)
  }
}

/** What the log of a job tells of its clients. */
function createKnown(service: Service) {
  const items: JobItem[] = []
  const planned = new Map<number, JobResult>()
  const done = new Set<number>()
  const has = (phase: Task['phase'], index: number) =>
    phase === 'plan' ? planned.has(index) : done.has(index)
  return {
    items,
    has,
    tagOf: (index: number) => planned.get(index)?.tag,
    fold: (entry: JobEntry) => {
      if (entry.kind === 'job_items') items.push(...openItems(service, entry))
      if (entry.kind !== 'job_results') return
      for (const result of entry.results) {
        if (entry.phase === 'plan') planned.set(result.item, result)
        else done.add(result.item)
      }
    },
    /** Clients without a result in a phase; after a dry run, those of them that differ. */
    pending: (phase: Task['phase']) =>
      items.flatMap(({ ref: place }, item) => {
        const outcome = planned.get(item)?.outcome ?? 'planned'
        const due = phase === 'plan' || outcome === 'planned'
        return due && !has(phase, item) ? [{ item, place }] : []
      }),
  }
}
