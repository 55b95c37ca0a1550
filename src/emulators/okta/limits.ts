/**
 * Rate limits: so many calls a minute for each group of endpoints, reported by headers in each answer, with no
 * Retry-After on a 429 (recorded).
 */

import type { EmulatorAnswer } from '../wire.ts'
import { TOO_FAST } from './refusal.ts'

/** Calls a minute. */
export interface OktaLimits {
  /** One application itself. */
  readonly application: number
  /** Everything else of the Apps API. */
  readonly apps: number
}

/** Documented of paid plans; a free org has 10 for most (recorded). */
export const LIMITS: OktaLimits = { application: 600, apps: 100 }

const WINDOW_MS = 60_000

export interface Limiter {
  /** The answer with its headers, or the refusal in its place. */
  count(operation: string, answer: () => Promise<EmulatorAnswer>): Promise<EmulatorAnswer>
  reset(): void
}

export function createLimiter(limits: OktaLimits, now: () => number): Limiter {
  const windows = new Map<string, { start: number; used: number }>()
  return {
    count: async (operation, answer) => {
      const group = operation.endsWith('/apps/{id}') ? 'application' : 'apps'
      const start = Math.floor(now() / WINDOW_MS) * WINDOW_MS
      const before = windows.get(group)
      const used = before?.start === start ? before.used : 0
      const limit = limits[group]
      const isOver = used >= limit
      windows.set(group, { start, used: isOver ? used : used + 1 })
      const headers = {
        'x-rate-limit-limit': String(limit),
        'x-rate-limit-remaining': String(isOver ? 0 : limit - used - 1),
        'x-rate-limit-reset': String((start + WINDOW_MS) / 1_000),
      }
      const result = isOver ? TOO_FAST : await answer()
      return { ...result, headers: { ...result.headers, ...headers } }
    },
    reset: () => windows.clear(),
  }
}
