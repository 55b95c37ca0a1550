/**
 * The only place that retries. A retry always starts from the read: what failed is
 * the whole attempt, and a single call is never repeated with an old body. The provider's pace
 * waits for the same Retry-After at the same time, so a wait here does not add to it.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { CALL_MS } from '../../providers/pace/pace.ts'
import type { Service } from './service.ts'

/** The first pause; each further one doubles, up to the longest, with full jitter. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
/** A provider that fails outright is tried this often; one that throttles, as long as there is time. */
const MAX_FAILURES = 3

/** Runs attempts until one ends in anything but a temporary failure. */
export async function withRetries<T>(
  service: Service,
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

/** Refuses to start what cannot end in time. */
export function checkDeadline(service: Service, deadline: number): void {
  if (service.now() < deadline) return
  throw new ClientError('deadline_exceeded', 'The request ran out of time. Nothing was sent.')
}
