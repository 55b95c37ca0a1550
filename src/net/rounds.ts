/**
 * Spreads work over turns of the event loop, a little in each, so that new work need not wait for
 * all of it.
 */

/** The ranks take turns, so that no rank waits for the end of another, however much work that has. */
export type Rank = 'urgent' | 'new' | 'further'

export interface Rounds<T> {
  /** Schedules it for a coming turn, once for each rank, however often it is added. */
  add(one: T, rank: Rank): void
}

/** How long one turn may take (milliseconds). */
const TURN_MS = 5
/** The most items started in one turn. */
const BATCH = 16

/** Does `work` for each item added; what it starts continues as far as it can. */
export function createRounds<T>(work: (one: T) => void): Rounds<T> {
  const due = { urgent: new Set<T>(), new: new Set<T>(), further: new Set<T>() }
  const sets = Object.values(due)
  let planned = 0
  let until = 0
  let served = 0

  /** The next rank, in turn, that has work. */
  function nextSet(): Set<T> | undefined {
    const inTurn = [...sets.slice(served + 1), ...sets.slice(0, served + 1)]
    const set = inTurn.find(({ size }) => size > 0)
    if (set !== undefined) served = sets.indexOf(set)
    return set
  }

  function step(): void {
    planned -= 1
    const now = performance.now()
    if (until === 0) until = now + TURN_MS
    if (now < until) begin(nextSet())
    if (planned === 0) plan()
  }

  function begin(set: Set<T> = new Set()): void {
    for (const one of set) {
      set.delete(one)
      work(one)
      return
    }
  }

  /** Between two immediates, everything runs that does not wait for I/O. */
  function plan(): void {
    until = 0
    planned = Math.min(BATCH, due.urgent.size + due.new.size + due.further.size)
    for (let index = 0; index < planned; index += 1) setImmediate(step)
  }

  return {
    add: (one, rank) => {
      due[rank].add(one)
      if (planned === 0) plan()
    },
  }
}
