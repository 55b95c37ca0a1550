/** Work of many, a little in each turn of the event loop, so that what just came in is not behind it. */

export interface Rounds<T> {
  /** Has it done in a coming turn; once, however often it is added. What is `new` goes before what goes on. */
  add(one: T, kind: 'new' | 'further'): void
}

/** How long one turn may take (milliseconds). */
const TURN_MS = 5

/** Does `work` for each that is added. */
export function createRounds<T>(work: (one: T) => void): Rounds<T> {
  const due = { new: new Set<T>(), further: new Set<T>() }
  let planned = false

  function turn(): void {
    planned = false
    const until = performance.now() + TURN_MS
    for (const set of [due.new, due.further]) {
      for (const one of set) {
        if (performance.now() >= until) return plan()
        set.delete(one)
        work(one)
      }
    }
  }

  function plan(): void {
    if (planned) return
    planned = true
    setImmediate(turn)
  }

  return {
    add: (one, kind) => {
      due[kind].add(one)
      plan()
    },
  }
}
