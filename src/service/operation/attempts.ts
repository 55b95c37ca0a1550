/** How every operation runs: once for a key, in turn, again from the read, within its time. */

import type { WriteRequest } from '../base/request.ts'
import { checkDeadline, withRetries } from '../base/retry.ts'
import { callerOf, type Service } from '../base/service.ts'
import { LOST_RACE } from './head.ts'
import { onlyOnce } from './idempotency.ts'

/** The log whose turn is taken; `first`: before other changes of it. */
export interface Turn {
  readonly resource: string
  readonly first: boolean
}

/**
 * Runs attempts until one ends in something other than a lost race or a passing failure.
 * @throws ClientError `key_in_use`, `unavailable`, `too_many_requests`, `deadline_exceeded`, and what attempts throw
 */
export function inAttempts<T>(
  service: Service,
  { resource, first }: Turn,
  request: Pick<WriteRequest, 'key' | 'dryRun' | 'deadline' | 'actor' | 'caller'>,
  attempt: () => Promise<T | typeof LOST_RACE>,
): Promise<T> {
  const { deadline, actor, caller = callerOf(actor) } = request
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
