/** Waiting for a time, or for somebody to ring before it. */

export interface Bell {
  /** Ends the wait, or the next one where nobody waits. */
  ring(): void
  /** Waits so long at most, in milliseconds. */
  wait(milliseconds: number): Promise<void>
}

export function createBell(): Bell {
  let rung = false
  let wake = () => {}
  return {
    ring: () => {
      rung = true
      wake()
    },
    wait: async (milliseconds) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      rung = false
    },
  }
}
