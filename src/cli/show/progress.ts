/** The progress of long work: how many, how fast, how long it will still take. */

import type { Terminal } from '../terminal.ts'

/** A line that follows the work; nothing is printed without a terminal. */
export function progressOf(
  terminal: Terminal,
  verb: string,
  now: () => number = Date.now,
): (done: number, of: number) => void {
  const started = now()
  return (done, of) => {
    if (done >= of) return terminal.progress('')
    const perSecond = done / Math.max((now() - started) / 1_000, 0.001)
    terminal.progress(
      `${verb} ${done} of ${of}, ${rate(perSecond)}, ${remaining((of - done) / perSecond)}`,
    )
  }
}

const rate = (perSecond: number) => `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s`

function remaining(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s left`
  return `${Math.ceil(seconds / 60)} min left`
}
