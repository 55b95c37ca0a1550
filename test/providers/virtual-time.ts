/** A clock that a test moves: timers run in their order, and what waits for them gets its turn. */

export interface VirtualTime {
  now(): number
  after(milliseconds: number, work: () => void): () => void
  /** Lets the time pass; everything that falls into it has run when it resolves. */
  pass(milliseconds: number): Promise<void>
}

interface Timer {
  readonly at: number
  readonly work: () => void
}

export function createVirtualTime(start = 1_800_000_000_000): VirtualTime {
  let time = start
  const timers = new Set<Timer>()
  const drained = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  return {
    now: () => time,
    after: (milliseconds, work) => {
      const timer = { at: time + milliseconds, work }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    pass: async (milliseconds) => {
      const end = time + milliseconds
      await drained()
      for (;;) {
        const [next] = [...timers].sort((one, other) => one.at - other.at)
        if (next === undefined || next.at > end) break
        timers.delete(next)
        time = Math.max(time, next.at)
        next.work()
        await drained()
      }
      time = end
      await drained()
    },
  }
}
