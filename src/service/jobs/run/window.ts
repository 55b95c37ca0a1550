/**
 * How many clients of one place a job works on at once: enough to use up the provider's pace, which
 * shows in calls that wait briefly for their turn, and no more, since longer waits help no one.
 */

export interface Window {
  size(): number
  /** A client is done; `waitedMs`: how long its calls waited for their turns in total. */
  done(waitedMs: number): void
  /** A client got no turn in time. */
  refused(): void
}

const FIRST = 4
const MOST = 64
/** If calls wait less than this, the window grows (milliseconds). */
const IDLE_MS = 500
/** If calls wait longer than this, the window shrinks (milliseconds). */
const LONG_MS = 2_000

export function createWindow(): Window {
  let size = FIRST
  return {
    size: () => size,
    done: (waitedMs) => {
      if (waitedMs < IDLE_MS) size = Math.min(size + 1, MOST)
      else if (waitedMs > LONG_MS) size = Math.max(size - 1, 1)
    },
    refused: () => {
      size = Math.max(Math.floor(size / 2), 1)
    },
  }
}
