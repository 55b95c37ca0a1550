/** Starts the runner of a job; what it does is loaded with the first job. */

import { lazy } from '../../../core/lazy.ts'
import type { Service } from '../../base/service.ts'
import { createBell } from './bell.ts'

export interface Runner {
  /** Makes the runner read the log at once. */
  wake(): void
  /** Starts nothing more; running work ends and is recorded. */
  stop(): void
  /** Resolves when no work is running; rejects if the store failed. */
  readonly ended: Promise<void>
}

const running = lazy(() => import('./run.ts'))

/** Runs a job; `limitMs`: time that one client may take. */
export function startRunner(service: Service, id: string, limitMs: number): Runner {
  const bell = createBell()
  const stopping = new AbortController()
  return {
    wake: bell.ring,
    stop: () => {
      stopping.abort()
      bell.ring()
    },
    ended: running().then(({ run }) =>
      run(service, id, { limitMs, bell, stopping: stopping.signal }),
    ),
  }
}
