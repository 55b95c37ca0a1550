/** The newest entries of logs. */

import type { Head } from './entry.ts'

/** The newest of each log, in whatever order they come: clocks differ, and numbers do not. */
export function newestOf(entries: readonly Head[]): readonly Head[] {
  const found = new Map<string, Head>()
  for (const { resource, seq, hash } of entries) {
    if ((found.get(resource)?.seq ?? 0) < seq) found.set(resource, { resource, seq, hash })
  }
  return [...found.values()]
}
