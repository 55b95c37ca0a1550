/**
 * Throttling limits, where they are asked for (Microsoft Graph, "Throttling limits", Identity and access): units in 10 seconds,
 * writes in 150 seconds, and writes a minute to applications that personal accounts can use. A 429 may come without a
 * Retry-After.
 */

import type { EmulatorAnswer } from '../wire.ts'
import { failure } from './refusal.ts'

/** Each without limit unless given. */
export interface EntraLimits {
  readonly units?: number
  readonly writes?: number
  readonly personal?: number
  /** Whether a refusal says when to come back. */
  readonly retryAfter?: boolean
}

/** What one call costs. */
export interface Cost {
  readonly units: number
  readonly isWrite: boolean
  /** It writes to an application that personal accounts can use. */
  readonly isPersonal: boolean
}

type Limit = 'units' | 'writes' | 'personal'

const WINDOW_MS: Readonly<Record<Limit, number>> = {
  units: 10_000,
  writes: 150_000,
  personal: 60_000,
}

export interface Limiter {
  /** Counts a call; the refusal of one that is too many. */
  refusal(cost: Cost): EmulatorAnswer | undefined
  reset(): void
}

/** Windows that begin with their first call. */
export function createLimiter(limits: EntraLimits, now: () => number): Limiter {
  const windows = new Map<Limit, { readonly start: number; readonly used: number }>()
  const windowOf = (name: Limit) => {
    const window = windows.get(name)
    const isOver = window === undefined || window.start + WINDOW_MS[name] <= now()
    return isOver ? { start: now(), used: 0 } : window
  }
  return {
    refusal: ({ units, isWrite, isPersonal }) => {
      const cost: readonly (readonly [Limit, number])[] = [
        ['units', units],
        ['writes', isWrite ? 1 : 0],
        ['personal', isPersonal ? 1 : 0],
      ]
      const full = cost.find(
        ([name, count]) => count > 0 && windowOf(name).used + count > (limits[name] ?? Infinity),
      )
      if (full !== undefined) {
        const [name] = full
        const left = windowOf(name).start + WINDOW_MS[name] - now()
        return tooMany(limits.retryAfter === false ? undefined : Math.ceil(left / 1_000))
      }
      for (const [name, count] of cost) {
        const window = windowOf(name)
        windows.set(name, { ...window, used: window.used + count })
      }
      return undefined
    },
    reset: () => windows.clear(),
  }
}

/** `seconds`: when to come back, where it says so. */
export const tooMany = (seconds: number | undefined): EmulatorAnswer => ({
  ...failure(429, 'TooManyRequests', 'Too many requests.'),
  ...(seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } }),
})
