/** The newest entries of logs. */

import type { Head } from './entry.ts'

/** The newest of each log, in whatever order they come: clocks differ, and numbers do not. */
export function newestOf(entries: readonly Head[]): readonly Head[] {
  const heads = new Map<string, Head>()
  for (const { resource, seq, hash } of entries) {
    if ((heads.get(resource)?.seq ?? 0) < seq) heads.set(resource, { resource, seq, hash })
  }
  return [...heads.values()]
}
