/** The clients of a job that are being worked on, and the results that are not recorded yet. */

import { type JobCallers, type JobOrigin, rightsIn } from '../../../store/log/actor.ts'
import type { JobApproval, JobProgress, JobReap, JobResult } from '../../../store/log/job-entry.ts'
import type { Suspending } from '../../base/request.ts'
import type { Service } from '../../base/service.ts'
import { type JobItem, openPatch } from '../items.ts'
import type { JobView } from '../log.ts'
import { rightsOf } from '../rights.ts'
import { onBehalf, rightsToday } from './job-access.ts'
import { markOf } from './job-approval.ts'
import type { JobKnowledge } from './job-knowledge.ts'
import { createQueue } from './queue.ts'
import { readersFor } from './read-many.ts'
import { type Task, type Worked, work } from './work.ts'

export interface Crew {
  /** Starts all clients that may start now; `limit`: how many may have been started in total. */
  begin(limit: number): void
  readonly finished: ReadonlyMap<number, JobResult>
  /** Called after a result was recorded. */
  recorded(item: number): void
  /** Whether any client is being worked on. */
  busy(): boolean
  /** When the next waiting client may start (epoch ms). */
  wakesAt(): number
  /** Resolves when no client is being worked on. */
  ended(): Promise<void>
}

export interface CrewSettings {
  readonly view: JobView
  readonly knowledge: JobKnowledge
  readonly phase: JobProgress['phase']
  /** Time that one client may take, in milliseconds. */
  readonly limitMs: number
  /** The callers behind the job at present. */
  callers(): JobCallers
  /** Called whenever a client is finished. */
  changed(): void
}

/** How often a client is tried while its outcome is uncertain. */
const MAX_TRIES = 60

export function createCrew(service: Service, settings: CrewSettings): Crew {
  const { knowledge, phase, changed } = settings
  const pending = knowledge.pending(phase)
  const queue = createQueue(pending.map((item) => ({ item, place: itemOf(knowledge, item).ref })))
  const finished = new Map<number, JobResult>()
  const underWay = new Set<Promise<void>>()
  const tries = new Map<number, number>()
  const taskOf = tasksOf(service, settings, pending)

  function take(item: number, { result, waitedMs, againMs, refused }: Worked): void {
    const tried = (tries.get(item) ?? 0) + (refused ? 0 : 1)
    tries.set(item, tried)
    if (againMs !== undefined && tried < MAX_TRIES) {
      return queue.again(item, service.now() + againMs, refused)
    }
    queue.done(item, waitedMs)
    finished.set(item, result)
  }

  function begin(item: number): void {
    const own = onBehalf(service, settings.view.job, knowledge.approval())
    const doing = work(own, taskOf(item)).then((worked) => {
      underWay.delete(doing)
      take(item, worked)
      changed()
    })
    underWay.add(doing)
  }

  return {
    begin: (limit) => {
      const next = () => queue.next(service.now(), limit)
      for (let item = next(); item !== undefined; item = next()) begin(item)
    },
    finished,
    recorded: (item) => finished.delete(item),
    busy: () => underWay.size > 0,
    wakesAt: () => queue.wakesAt(service.now()) ?? Number.POSITIVE_INFINITY,
    ended: async () => {
      await Promise.all(underWay)
    },
  }
}

/** The task of each client that is `pending`, by its place among those of the job. */
export function tasksOf(
  service: Service,
  { view, knowledge, phase, limitMs, callers }: Omit<CrewSettings, 'changed'>,
  pending: readonly number[],
) {
  const rights = rightsOf(view.job)
  const common = openPatch(service, view.job)
  const readerOf = readersFor(
    service,
    pending.map((index) => itemOf(knowledge, index)),
  )
  return (index: number): Task => {
    const item = itemOf(knowledge, index)
    const job = { id: view.id, ...callers() }
    const { provider } = item.ref
    const today = () => rightsToday(service, view.job, provider, rights)
    const { reap, options } = view.job
    const approved = knowledge.approval()
    const { patch = reap === undefined ? common : reapingBy(reap, job, approved) } = item
    if (patch === undefined) throw new RangeError(`no patch for client ${index}`)
    const planned = knowledge.tagOf(index)
    const print = knowledge.printOf(index)
    const how = { rightsToday: today, print, approved, ...(reap === undefined ? {} : { reap }) }
    const reading = { readOneOfMany: readerOf(item), reserve: options.reserve }
    return { job, rights, index, item, patch, planned, phase, limitMs, ...reading, ...how }
  }
}

/** The suspension of a client that is to be removed later. */
const reapingBy = (
  { graceMs, ...reap }: JobReap,
  job: JobOrigin,
  approved: JobApproval | undefined,
): Suspending => ({
  kind: 'suspension',
  suspended: true,
  allowPartial: false,
  reap: {
    job,
    graceMs,
    ...rightsIn(reap),
    ...(approved === undefined ? {} : { approval: markOf(approved) }),
  },
})

function itemOf({ items }: JobKnowledge, index: number): JobItem {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no client ${index}`)
  return item
}
