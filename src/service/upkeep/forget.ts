/** What was to be done for a client that is not there any more. */

import { ClientError } from '../../core/errors.ts'
import type { Actor } from '../../store/log/actor.ts'
import { withStanding } from '../../store/log/standing.ts'
import type { Service } from '../base/service.ts'
import { operate } from '../operation/operate.ts'
import { onClient } from '../operation/operation.ts'
import { readOrGone } from '../operation/read-back.ts'
import { DUE, type Due } from './duty.ts'

/** A client that is not there has nothing to end; a provider set up wrongly for an hour says the same. */
const FORGOTTEN_AFTER_MS = 86_400_000

/** Whether everything that was due has been so for long; times in epoch milliseconds. */
export const isLongOver = (times: readonly number[], now: number) =>
  times.every((at) => at + FORGOTTEN_AFTER_MS <= now)

/**
 * Records that a client which is gone has neither leases nor secrets that are to end.
 * @throws ClientError `unavailable` where it is there: what was not found is something else
 */
export async function forgetDue(
  service: Service,
  { ref, provider, deadline }: Due,
  actor: Actor,
  action: 'end_lease' | 'retain',
): Promise<void> {
  const requestId = service.newId()
  await operate<void, void>(service, {
    ...onClient({ ref, provider }),
    request: { provider, dryRun: false, actor, caller: DUE, requestId, deadline },
    read: async ({ call }) => {
      if ((await readOrGone({ provider, ref }, call)) !== undefined) throw isThere()
      return undefined
    },
    plan: ({ before }) => ({
      aim: {
        next: {},
        changes: [],
        action,
        becomes: withStanding(before?.standing, { leases: undefined, retirements: undefined }),
      },
      steps: [],
      after: 'gone',
      planned: () => undefined,
      unchanged: undefined,
      done: () => undefined,
    }),
    replay: async () => undefined,
  })
}

const isThere = () =>
  new ClientError('unavailable', 'The client is there, and a part of it is not.')
