/** What the log of a job tells of its clients, to whoever works on them. */

import type { JobEntry, JobOutcome, JobProgress } from '../../../store/log/job-entry.ts'
import type { Service } from '../../base/service.ts'
import { type JobItem, openItems } from '../items.ts'

export interface Known {
  readonly items: readonly JobItem[]
  /** The state that the dry run has planned from. */
  tagOf(item: number): string | undefined
  /** Takes in an entry; each once, in order. */
  fold(entry: JobEntry): void
  /** Clients without a result in a phase; after a dry run, those of them that differ. */
  pending(phase: JobProgress['phase']): readonly number[]
}

interface Planned {
  readonly outcome: JobOutcome
  readonly tag: string | undefined
}

export function createKnown(service: Pick<Service, 'seal'>): Known {
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
