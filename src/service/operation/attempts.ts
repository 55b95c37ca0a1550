/** How every use case that writes runs: once for a key, in turn, again from the read, within its time. */

import type { ChangeRequest } from '../base/request.ts'
import { checkDeadline, withRetries } from '../base/retry.ts'
import { callerOf, type Service } from '../base/service.ts'
import { LOST_RACE } from './head.ts'
import { onlyOnce } from './idempotency.ts'

/**
 * Runs attempts until one ends in something other than a lost race or a passing failure; `resource` is
 * the log whose turn is taken; `first`: before other changes of it.
 * @throws ClientError `key_in_use`, `unavailable`, `too_many_requests`, `deadline_exceeded`, and what attempts throw
 */
export function inAttempts<T>(
  service: Service,
  resource: string,
  request: Pick<ChangeRequest, 'key' | 'dryRun' | 'deadline' | 'actor' | 'caller'> & {
    readonly first?: boolean
  },
  attempt: () => Promise<T | typeof LOST_RACE>,
): Promise<T> {
  const { deadline, first = false, actor, caller = callerOf(actor) } = request
  const inTurn = () =>
    service.turns.take({ key: resource, caller, deadline, first }, () =>
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
