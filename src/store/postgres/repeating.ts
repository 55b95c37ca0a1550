/** What is tried again on PostgreSQL, for how long, and what is known of it then. */

import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseError } from 'pg'
import { ClientError, isClientError } from '../../core/errors.ts'
import { closedIn } from '../layout/layout.ts'

/** For how long something is tried again (milliseconds). */
const REPEAT_MS = 4_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

/** What one try is given: the time that is left, and a word for when it may take effect. */
export interface Try {
  readonly remainingMs: number
  sent(): void
}

export interface Repeated<T> {
  readonly result: T
  /** An earlier try was sent and not answered, and may have taken effect. */
  readonly isRepeated: boolean
}

/**
 * Does something that may be done twice until it is answered.
 * @throws ClientError `store_unavailable`, which is `uncertain` where it may have taken effect
 */
export async function repeating<T>(
  limitMs: number,
  work: (one: Try) => Promise<T>,
): Promise<Repeated<T>> {
  const begun = performance.now()
  let isRepeated = false
  for (let round = 0; ; round += 1) {
    let isSent = false
    const remainingMs = limitMs - (performance.now() - begun)
    try {
      const sent = () => {
        isSent = true
      }
      return { result: await work({ remainingMs, sent }), isRepeated }
    } catch (error) {
      if (isClientError(error) || isFault(error)) throw error
      isRepeated ||= isSent && isLost(error)
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** round, LONGEST_PAUSE_MS)
      const spentMs = performance.now() - begun + pauseMs
      if (!isPassing(error) || spentMs >= Math.min(limitMs, REPEAT_MS)) {
        throw unavailable(error, isRepeated)
      }
      await pause(pauseMs * (0.5 + Math.random() / 2))
    }
  }
}

/**
 * Whether the connection is of no more use, so that no one knows what became of the last statement. Class 08 and
 * 57P01 to 57P03 are the server's own words for it (PostgreSQL, appendix A), 57P01 also after a commit that was still
 * waiting for a standby; 25006: it has become a standby itself.
 */
export function isLost(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true
  return /^(08|57P0[123]$|25006$)/.test(error.code ?? '')
}

/** A fault of the program's own, which is the same the next time. */
const isFault = (error: unknown) =>
  [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)

/** Whether it may go better the next time: also where others were in the way, or were too many. */
const isPassing = (error: unknown) =>
  isLost(error) ||
  (error instanceof DatabaseError && /^(40001|40P01|53300)$/.test(error.code ?? ''))

/** That the store cannot do something; `isUncertain`: it may have been done. */
export function unavailable(cause: unknown, isUncertain = false): ClientError {
  const closed = closedIn(cause)
  if (closed !== undefined) return new ClientError('store_unavailable', closed, { cause })
  return new ClientError(
    'store_unavailable',
    'The history cannot be written at the moment, and nothing is changed without it. Try again later.',
    { cause, retryAfter: 5, ...(isUncertain ? { uncertain: true } : {}) },
  )
}
