/** How every operation runs: once for each key, in its turn, retried from the read, within its deadline. */

import type { WriteRequest } from '../base/request.ts'
import { checkDeadline, withRetries } from '../base/retry.ts'
import { callerOf, type Service } from '../base/service.ts'
import { LOST_RACE } from './head.ts'
import { onlyOnce } from './idempotency.ts'

/** The log whose turn to take; `first`: before other changes of it. */
export interface Turn {
  readonly resource: string
  readonly first: boolean
}

/**
 * Runs attempts until one ends in anything but a lost race or a temporary failure.
 * @throws ClientError `key_in_use`, `client_busy`, `too_many_requests`, `deadline_exceeded`, and
 * what attempts throw
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
