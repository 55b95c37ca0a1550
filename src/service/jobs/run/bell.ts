/** Waits for a time, or until the bell is rung. */

import { timerMs } from '../../../core/timer.ts'

export interface Bell {
  /** Ends the present wait, or the next one if no one is waiting. */
  ring(): void
  /** Waits at most this long (milliseconds). */
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
          const timer = setTimeout(resolve, timerMs(milliseconds))
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
