/**
 * The only place that retries. A retry always starts from the read: what failed is
 * the whole attempt, and a single call is never repeated with an old body. The provider's pace
 * waits for the same Retry-After at the same time, so a wait here does not add to it.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { UntilSeen } from '../../providers/call.ts'
import { CALL_MS } from '../../providers/pace/pace.ts'

/** The clock of a service. */
interface Clock {
  /** Epoch milliseconds. */
  now(): number
  sleep(milliseconds: number): Promise<void>
}

/** The first pause; each further one doubles, up to the longest, with full jitter. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** A provider that fails outright is tried this often; one that throttles, as long as there is time. */
const MAX_FAILURES = 3

/** Runs attempts until one ends in anything but a temporary failure. */
export async function withRetries<T>(
  service: Clock,
  deadline: number,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt()
    } catch (error) {
      const pause = pauseAfter(error, failures)
      if (pause === undefined || service.now() + pause + CALL_MS > deadline) throw error
      await service.sleep(pause)
    }
  }
}

/** Milliseconds to wait; `undefined` if a retry is pointless. */
function pauseAfter(error: unknown, failures: number): number | undefined {
  if (!isClientError(error)) return undefined
  const passing =
    error.code === 'provider_throttled' ||
    (error.code === 'provider_unavailable' && failures < MAX_FAILURES && !error.details.lasting)
  if (!passing) return undefined
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
  return Math.max((error.details.retryAfter ?? 0) * 1_000, Math.random() * longest)
}

/**
 * Looks again while a provider may still show what was before a write (`UntilSeen`). What was written is not written again.
 * @throws ClientError `deadline_exceeded` where there is no time left to wait for it
 */
export const untilSeen =
  (clock: Clock, deadline: number): UntilSeen =>
  async (look, isSeen, lagMs) => {
    const latest = clock.now() + lagMs
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const seen = await look().then(
        (value) => ({ value, isSeen: isSeen(value) }),
        (error: unknown) => ({ error, isSeen: !isUnseen(error) }),
      )
      const isLast = seen.isSeen || clock.now() >= latest
      if (isLast && 'error' in seen) throw seen.error
      if (isLast && 'value' in seen) return seen.value
      if (clock.now() + pause + CALL_MS > deadline) throw tooEarly()
      await clock.sleep(pause)
    }
  }

/** What a copy that is behind answers, and what passes. */
const isUnseen = (error: unknown) =>
  isClientError(error, 'not_found', 'provider_throttled') ||
  (isClientError(error, 'provider_unavailable') && error.details.lasting !== true)

/** Nothing can be said of a write that the provider may not show yet. */
export const tooEarly = () =>
  new ClientError(
    'deadline_exceeded',
    'The provider may still show what was before, and there is no time left to wait for that.',
  )

/** Refuses to start what cannot end in time. */
export function checkDeadline(service: Clock, deadline: number): void {
  if (service.now() < deadline) return
  throw new ClientError('deadline_exceeded', 'The request ran out of time. Nothing was sent.')
}
