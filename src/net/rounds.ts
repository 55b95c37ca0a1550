/** Work of many, a little in each turn of the event loop, so that what just came in is not behind it. */

/** The ranks take turns, so that however much there is of one, none waits for the end of another. */
export type Rank = 'urgent' | 'new' | 'further'

export interface Rounds<T> {
  /** Has it done in a coming turn; once for each rank, however often it is added. */
  add(one: T, rank: Rank): void
}

/** How long one turn may take (milliseconds). */
const TURN_MS = 5
/** How much of it is begun at most. */
const BATCH = 16

/** Does `work` for each that is added; what each begins goes on at once as far as it can. */
export function createRounds<T>(work: (one: T) => void): Rounds<T> {
  const due = { urgent: new Set<T>(), new: new Set<T>(), further: new Set<T>() }
  const sets = Object.values(due)
  let planned = 0
  let until = 0
  let served = 0

  /** Of the ranks in turn the next one that has something. */
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

  /** Between two immediates everything runs that waits for nothing from outside. */
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
