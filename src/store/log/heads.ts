/** The newest entries of logs. */

import type { Head } from './entry.ts'

/** The newest entry of a log that grew, and the first one by which it did. */
export interface GrownHead extends Head {
  readonly first: number
}

/** The newest of each log, in whatever order they come: clocks differ, and numbers do not. */
export function newestOf(entries: readonly Head[]): readonly GrownHead[] {
  const heads = new Map<string, GrownHead>()
  for (const { resource, seq, hash } of entries) {
    const { seq: last = 0, hash: lastHash = '', first = seq } = heads.get(resource) ?? {}
    heads.set(resource, {
      resource,
      seq: Math.max(last, seq),
      hash: seq > last ? hash : lastHash,
      first: Math.min(first, seq),
    })
  }
  return [...heads.values()]
}
