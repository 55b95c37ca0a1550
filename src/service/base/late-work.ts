/** Work that may wait a moment, of which only the newest about one thing has to be done. */

/** Work that is done soon, and of which only the newest of one name counts. */
export interface Late {
  /** Does the work in a moment, in the place of what waits under that name. */
  put(name: string, work: () => Promise<void>): void
  /** Does all that waits; resolves when it is done, or has failed. */
  flush(): Promise<void>
}

/** How long results wait for newer ones of the same client (milliseconds), and how many clients they may be of. */
const PAUSE_MS = 100
const MOST = 100

/** Nothing waits at first. */
export function createLate(): Late {
  let waiting = new Map<string, () => Promise<void>>()
  let running = Promise.resolve<unknown>(undefined)
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    const all = waiting
    waiting = new Map()
    // One turn, so that all are one message to the writer and one commit.
    const works = Array.from(all.values(), (work) => work().catch(() => undefined))
    running = Promise.all([running, ...works]).then(() => undefined)
  }

  return {
    put: (name, work) => {
      waiting.set(name, work)
      if (waiting.size >= MOST) return start()
      // The log has what a process that ends leaves undone.
      timer ??= setTimeout(start, PAUSE_MS).unref()
    },
    flush: async () => {
      start()
      await running
    },
  }
}
