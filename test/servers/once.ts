/**
 * A server that is started for the first test of a file that asks for it, and stopped after the last. One that did not
 * start is started again for the next, so that each test shows why it has none.
 */

import { afterAll } from 'vitest'

export function once<S>(
  start: () => Promise<S>,
  stop: (started: S) => Promise<unknown>,
): () => Promise<S> {
  let running: Promise<S> | undefined
  afterAll(async () => {
    const started = await running
    if (started !== undefined) await stop(started)
  })
  return async () => {
    running ??= start()
    try {
      return await running
    } catch (error) {
      running = undefined
      throw error
    }
  }
}
