/** What the log of a job says about its clients, for the runner. */

import type { JobEntry, JobOutcome, JobProgress } from '../../../store/log/job-entry.ts'
import type { Service } from '../../base/service.ts'
import { type JobItem, openItems } from '../items.ts'

export interface JobKnowledge {
  readonly items: readonly JobItem[]
  /** The tag of the state that the dry run planned from. */
  tagOf(item: number): string | undefined
  /** Adds an entry; each once, in order. */
  fold(entry: JobEntry): void
  /** The clients without a result in a phase; after a dry run, only those that would change. */
  pending(phase: JobProgress['phase']): readonly number[]
}

interface Planned {
  readonly outcome: JobOutcome
  readonly tag: string | undefined
}

export function createKnown(service: Pick<Service, 'seal'>): JobKnowledge {
  const items: JobItem[] = []
  const planned = new Map<number, Planned>()
  const done = new Set<number>()
  return {
    items,
    tagOf: (item) => planned.get(item)?.tag,
    fold: (entry) => {
      if (entry.kind === 'job_items') items.push(...openItems(service, entry))
      if (entry.kind !== 'job_results') return
      for (const { item, outcome, tag } of entry.results) {
        if (entry.phase === 'plan') planned.set(item, { outcome, tag })
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
