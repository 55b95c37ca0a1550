/** Delays of timers. */

/** A timer of Node holds 32 bits with a sign (milliseconds), and one with a longer delay ends at once (Node's page of timers). */
const LONGEST_MS = 2 ** 31 - 1

/** A delay (milliseconds) as a timer takes it. */
export const timerMs = (milliseconds: number): number =>
  Math.min(Math.max(milliseconds, 0), LONGEST_MS)
