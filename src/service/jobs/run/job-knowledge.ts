/** What the log of a job says about its clients, for the runner. */

import type {
  JobApproval,
  JobEntry,
  JobOutcome,
  JobProgress,
} from '../../../store/log/job-entry.ts'
import type { Service } from '../../base/service.ts'
import { type JobItem, openItems } from '../items.ts'

export interface JobKnowledge {
  readonly items: readonly JobItem[]
  /** The tag of the state that the dry run planned from. */
  tagOf(item: number): string | undefined
  /** What an approval of its planned change is bound to, where that takes one. */
  printOf(item: number): string | undefined
  /** By whose approval it was set to work last, where that took one. */
  approval(): JobApproval | undefined
  /** Adds an entry; each once, in order. */
  fold(entry: JobEntry): void
  /** The clients without a result in a phase; after a dry run, only those that would change. */
  pending(phase: JobProgress['phase']): readonly number[]
}

/** Controls after which its changes go on, by the approval of each. */
const SETS_TO_WORK: readonly string[] = ['start', 'resume']

interface Planned {
  readonly outcome: JobOutcome
  readonly tag: string | undefined
  readonly print: string | undefined
}

export function createKnown(service: Pick<Service, 'seal'>): JobKnowledge {
  const items: JobItem[] = []
  const planned = new Map<number, Planned>()
  const done = new Set<number>()
  let approval: JobApproval | undefined
  return {
    items,
    tagOf: (item) => planned.get(item)?.tag,
    printOf: (item) => planned.get(item)?.print,
    approval: () => approval,
    fold: (entry) => {
      if (entry.kind === 'job_items') items.push(...openItems(service, entry))
      if (entry.kind === 'job_control' && SETS_TO_WORK.includes(entry.control)) {
        approval = entry.approval
      }
      if (entry.kind !== 'job_results') return
      for (const { item, outcome, tag, print } of entry.results) {
        if (entry.phase === 'plan') planned.set(item, { outcome, tag, print })
        else done.add(item)
      }
    },
    pending: (phase) =>
      [...items.keys()].filter((item) =>
        phase === 'plan'
          ? !planned.has(item)
          : !done.has(item) && (planned.get(item)?.outcome ?? 'planned') === 'planned',
      ),
  }
}
