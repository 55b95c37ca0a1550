/** What was to be done for a client that is not there any more. */

import { ClientError } from '../../core/errors.ts'
import type { Actor } from '../../store/log/actor.ts'
import { withStanding } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { settledHead } from '../operation/head.ts'
import { intentAfter } from '../operation/intent.ts'
import { readOrGone } from '../operation/read-back.ts'
import { close } from '../operation/settle.ts'
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
  const resource = resourceOf(ref)
  const request = { ref, provider, requestId: service.newId(), actor, deadline }
  await service.turns.take({ key: resource, caller: DUE, deadline }, async () => {
    const head = await settledHead(service, request)
    const operationId = service.newId()
    const call = callOf(service, { ...request, operationId, caller: callerOf(actor) })
    if ((await readOrGone({ provider, ref }, call)) !== undefined) throw isThere()
    const intent = await intentAfter(service, request, head, {
      operationId,
      base: {},
      baseTag: head !== undefined && 'tag' in head ? (head.tag ?? '') : '',
      next: {},
      changes: [],
      action,
      becomes: withStanding(head?.standing, { leases: undefined, retirements: undefined }),
    })
    if (!(await service.store.append(intent))) throw raced()
    const running = { intent, provider, ref, base: {}, next: {} }
    await close(service, running, { outcome: 'applied', native: undefined }, 'request')
  })
}

const raced = () => new ClientError('unavailable', 'Another server was first.')

const isThere = () =>
  new ClientError('unavailable', 'The client is there, and a part of it is not.')
