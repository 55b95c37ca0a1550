/** The jobs that this process works on. */

import { isClientError } from '../../core/errors.ts'
import { timerMs } from '../../core/timer.ts'
import { jobIdOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { type Runner, startRunner } from './run/runner.ts'

export interface Jobs {
  /** Starts work on a job, or makes its runner look for new controls. */
  wake(id: string): void
  /** Takes over jobs that no one works on any more. */
  sweep(): Promise<void>
  /** Lets jobs continue until then (epoch ms), then ends them in an orderly way; no job starts meanwhile. */
  rest(until: number): Promise<void>
}

/** Events about the work on jobs. */
export type JobsEvent =
  | { readonly kind: 'jobs_running'; readonly running: number }
  /** The store or the key failed; the job continues at a later sweep. */
  | { readonly kind: 'job_failed'; readonly job: string; readonly code: string }

export interface JobsSettings {
  readonly service: Service
  /** The time that one client may take (milliseconds). */
  readonly limitMs: number
  /** `false`: a process that is frozen between requests works on jobs only during a sweep. */
  readonly background: boolean
  observe(event: JobsEvent): void
}

export function createJobs({ service, limitMs, background, observe }: JobsSettings): Jobs {
  const runners = new Map<string, Runner>()
  /** Jobs that were woken while they had a runner, which may have been about to end. */
  const woken = new Set<string>()
  let resting = false

  function start(id: string): void {
    const present = runners.get(id)
    if (present !== undefined) {
      woken.add(id)
      return present.wake()
    }
    if (resting) return
    woken.delete(id)
    const runner = startRunner(service, id, limitMs)
    runners.set(id, runner)
    observe({ kind: 'jobs_running', running: runners.size })
    runner.ended
      .catch((error) => {
        const code = isClientError(error) ? error.code : 'internal'
        observe({ kind: 'job_failed', job: id, code })
      })
      .finally(() => {
        runners.delete(id)
        observe({ kind: 'jobs_running', running: runners.size })
        if (woken.has(id)) start(id)
      })
  }

  return {
    wake: (id) => {
      if (background || runners.has(id)) start(id)
    },
    sweep: async () => {
      for (const resource of await service.store.due(service.now())) {
        const id = jobIdOf(resource)
        if (id !== undefined) start(id)
      }
    },
    rest: async (until) => {
      const ended = Promise.allSettled([...runners.values()].map((runner) => runner.ended))
      let timer: NodeJS.Timeout | undefined
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timerMs(until - service.now()))
      })
      await Promise.race([ended, over])
      clearTimeout(timer)
      resting = true
      for (const runner of runners.values()) runner.stop()
      await Promise.allSettled([...runners.values()].map((runner) => runner.ended))
      resting = false
    },
  }
}
