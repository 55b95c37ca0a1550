/**
 * Turn-taking within one process: changes of one client run one after the other, in the order in
 * which they came. Between processes the log's append decides; this only saves lost races.
 */

import { ClientError } from '../core/errors.ts'
import { within } from './within.ts'

export interface Turns {
  /**
   * Runs `work` when everything before it under the same key has ended.
   * @throws ClientError `unavailable` when the turn does not come before the deadline (epoch ms)
   */
  take<T>(key: string, deadline: number, work: () => Promise<T>): Promise<T>
}

/** Turns that live in this process. */
export function createTurns(now: () => number): Turns {
  const tails = new Map<string, Promise<void>>()
  return {
    take: async (key, deadline, work) => {
      const before = tails.get(key) ?? Promise.resolve()
      let release = () => {}
      const mine = new Promise<void>((resolve) => {
        release = resolve
      })
      const tail = before.then(() => mine)
      tails.set(key, tail)
      try {
        await within(before, Math.max(deadline - now(), 0), busy)
        return await work()
      } finally {
        release()
        if (tails.get(key) === tail) tails.delete(key)
      }
    },
  }
}

/** Other changes of the same client take all the time that this one had. */
export function busy(): ClientError {
  return new ClientError(
    'unavailable',
    'Other changes of this client are still running; nothing was sent. Try again.',
    { retryAfter: 1 },
  )
}
