/** A job as a sequence of what it comes to. */

import type { Answer, ReadOptions, WatchOptions } from './api.ts'
import type { Wire } from './send.ts'
import type { Job, JobState } from './types.ts'

/** How often it is asked for (milliseconds). */
const EVERY_MS = 1_000
/** States in which it does nothing by itself. */
const RESTING: readonly JobState[] = ['planned', 'paused', 'stopped', 'done', 'cancelled']

/** Gives the job now and whenever it has come on, until it rests. */
export async function* watch(
  { sleep }: Pick<Wire, 'sleep'>,
  getJob: (id: string, options: ReadOptions) => Promise<Answer<Job>>,
  id: string,
  { everyMs = EVERY_MS, ...options }: WatchOptions,
): AsyncGenerator<Job, void, undefined> {
  let lastState = ''
  for (;;) {
    const { body: job } = await getJob(id, options)
    const text = JSON.stringify([job.state, job.phase, job.counts])
    if (text !== lastState) yield job
    lastState = text
    if (RESTING.includes(job.state)) return
    await sleep(everyMs, options.signal)
  }
}
