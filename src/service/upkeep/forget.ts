/** Clears the due work of a client that no longer exists. */

import { ClientError } from '../../core/errors.ts'
import type { Actor } from '../../store/log/actor.ts'
import { withStanding } from '../../store/log/standing.ts'
import type { Service } from '../base/service.ts'
import { operate } from '../operation/operate.ts'
import { onClient } from '../operation/operation.ts'
import { readOrGone } from '../operation/read-back.ts'
import { DUE, type Due } from './duty.ts'

/** Only after this time, since a provider that is misconfigured for an hour looks like a missing client. */
const FORGOTTEN_AFTER_MS = 86_400_000

/** Whether all due work has been overdue for long; times in epoch milliseconds. */
export const isLongOver = (times: readonly number[], now: number) =>
  times.every((at) => at + FORGOTTEN_AFTER_MS <= now)

/**
 * Records that a client that is gone has no leases, no moves, no secrets that end and no removal to come.
 * @throws ClientError `not_found` if the client exists, so that something else was not found
 */
export async function forgetDue(
  service: Service,
  { ref, provider, deadline }: Due,
  actor: Actor,
  action: 'end_lease' | 'end_move' | 'retain',
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
        becomes: withStanding(before?.standing, {
          leases: undefined,
          moves: undefined,
          retirements: undefined,
          removal: undefined,
        }),
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
  new ClientError('not_found', 'The client exists, but a part of it was not found.')
