/**
 * Entries that were appended or read lately. An entry never changes, so what is kept is right for good; which one is the
 * newest of a log is asked of the file each time, since another server may have appended to it.
 */

import type { Entry } from '../log/entry.ts'

/** Characters of the entries that are kept, as JSON: some hundred entries. */
const KEPT_LENGTH = 2 ** 19

export interface RecentEntries {
  get(resource: string, seq: number): Entry | undefined
  /** `length`: of its JSON. */
  put(entry: Entry, length: number): void
}

/** Nothing is kept at first; what was not asked for the longest makes room. */
export function createRecentEntries(): RecentEntries {
  const kept = new Map<string, { readonly entry: Entry; readonly length: number }>()
  let total = 0

  function remove(key: string): void {
    total -= kept.get(key)?.length ?? 0
    kept.delete(key)
  }

  return {
    get: (resource, seq) => {
      const key = keyOf(resource, seq)
      const one = kept.get(key)
      if (one === undefined) return undefined
      kept.delete(key)
      kept.set(key, one)
      return one.entry
    },
    put: (entry, length) => {
      const key = keyOf(entry.resource, entry.seq)
      remove(key)
      kept.set(key, { entry, length })
      total += length
      for (const oldest of kept.keys()) {
        if (total <= KEPT_LENGTH) break
        remove(oldest)
      }
    },
  }
}

const keyOf = (resource: string, seq: number) => `${seq} ${resource}`
