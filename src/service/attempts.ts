/** How every use case that writes runs: once for a key, in turn, again from the read, within its time. */

import { LOST_RACE } from './head.ts'
import { onlyOnce } from './idempotency.ts'
import type { ChangeRequest } from './request.ts'
import { checkDeadline, withRetries } from './retry.ts'
import type { Service } from './service.ts'

/**
 * Runs attempts until one ends in something other than a lost race or a passing failure; `resource` is
 * the log whose turn is taken.
 * @throws ClientError `key_in_use`, `unavailable`, `deadline_exceeded`, and what attempts throw
 */
export function inAttempts<T>(
  service: Service,
  resource: string,
  request: Pick<ChangeRequest, 'key' | 'dryRun' | 'deadline'>,
  attempt: () => Promise<T | typeof LOST_RACE>,
): Promise<T> {
  const { deadline } = request
  const inTurn = () =>
    service.turns.take(resource, deadline, () =>
      withRetries(service, deadline, async () => {
        for (;;) {
          checkDeadline(service, deadline)
          const result = await attempt()
          if (result !== LOST_RACE) return result
        }
      }),
    )
  return onlyOnce(service, request, inTurn)
}
