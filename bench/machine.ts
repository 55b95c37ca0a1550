/** What the machine takes for itself, so that a long wait is not laid at the program's door. */

import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'

/** As much as a change writes, and as much work as a page of history takes. */
const WRITTEN_BYTES = 32_768
const HASHED_BYTES = 524_288

export interface Yardsticks {
  /** Milliseconds of one sync of the disk, and of work that touches neither disk nor database. */
  readonly syncs: readonly number[]
  readonly spins: readonly number[]
  /** Takes both; not `counted`: to warm up. */
  take(counted: boolean): void
  close(): void
}

/** Writes to a file of its own. */
export function createYardsticks(path: string): Yardsticks {
  const file = openSync(path, 'w')
  const bytes = Buffer.alloc(HASHED_BYTES, 'x')
  const [syncs, spins]: [number[], number[]] = [[], []]
  const timed = (work: () => unknown) => {
    const started = performance.now()
    work()
    return performance.now() - started
  }
  return {
    syncs,
    spins,
    take: (counted) => {
      // First, since the system lets a process that has just slept go on undisturbed.
      const spin = timed(() => createHash('sha256').update(bytes).digest())
      writeSync(file, bytes, 0, WRITTEN_BYTES)
      const sync = timed(() => fdatasyncSync(file))
      if (!counted) return
      syncs.push(sync)
      spins.push(spin)
    },
    close: () => closeSync(file),
  }
}
