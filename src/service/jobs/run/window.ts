/**
 * How many clients of one place a job works on at once: enough that the provider's pace is used up, which
 * shows in calls that wait a moment for their turn, and no more, since what waits long helps nobody.
 */

export interface Window {
  size(): number
  /** A client is done whose calls waited so long for their turn, all together (milliseconds). */
  done(waitedMs: number): void
  /** The pace had no turn for a client in time. */
  refused(): void
}

const FIRST = 4
const MOST = 64
/** Calls that wait less than this could be more. */
const IDLE_MS = 500
/** Calls that wait more than this are too many. */
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
