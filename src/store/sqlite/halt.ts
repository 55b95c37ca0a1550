/**
 * The end of a process whose other thread is inside of the database. Node tears such a thread down wherever it is, and a
 * native module that is called then ends the process with a signal (`Napi::Error`) in place of its exit code. So the
 * end waits until the thread is between two pieces of work, where it then stays.
 */

const FREE = 0
const BUSY = 1
const HALTED = 2

/** No piece of work takes longer; the end of a process must not hang on one that does (milliseconds). */
const LONGEST_MS = 5_000

/** What both threads look at. */
export type HaltState = Int32Array

export const createHaltState = (): HaltState =>
  new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** In the thread that ends: waits for the other one, which begins nothing any more. */
export function halt(state: HaltState): void {
  const until = Date.now() + LONGEST_MS
  while (Atomics.compareExchange(state, 0, FREE, HALTED) === BUSY && Date.now() < until) {
    Atomics.wait(state, 0, BUSY, until - Date.now())
  }
}

/** In the other thread: begins a piece of work, or waits for the end of the process. */
export function begin(state: HaltState): void {
  if (Atomics.compareExchange(state, 0, FREE, BUSY) === HALTED) Atomics.wait(state, 0, HALTED)
}

/** The piece of work is done. */
export function end(state: HaltState): void {
  Atomics.store(state, 0, FREE)
  Atomics.notify(state, 0)
}

/** Does a piece of work that is not cut off by the end of the process. */
export function whole<T>(state: HaltState, work: () => T): T {
  begin(state)
  try {
    return work()
  } finally {
    end(state)
  }
}
