/** Ending leases whose time is over, in the name of whoever asked for them. */

import { ClientError, isClientError } from '../core/errors.ts'
import type { Actor } from '../store/entry.ts'
import { resourceOf } from '../store/resource.ts'
import { type Lease, withStanding } from '../store/standing.ts'
import { changeClient } from './change.ts'
import type { Due } from './due.ts'
import { settledHead } from './head.ts'
import { intentAfter } from './intent.ts'
import { callerOf, type Service } from './service.ts'
import { close } from './settle.ts'

/**
 * Ends them as one change; where that is refused, value by value, so that one which has to stay does not
 * keep the others.
 * @throws ClientError what is in the way of the last one that could not be ended
 */
export async function endOverLeases(service: Service, due: Due): Promise<void> {
  const over = (due.standing.leases ?? []).filter(isOver(service.now()))
  const actors = new Map(over.map(({ actor }) => [callerOf(actor), actor]))
  for (const [caller, actor] of actors) {
    const theirs = over.filter((lease) => callerOf(lease.actor) === caller)
    try {
      await endThose(service, due, actor, theirs)
    } catch (error) {
      if (isClientError(error, 'not_found') && isLongOver(theirs, service.now())) {
        await forget(service, due, actor)
        return
      }
      if (theirs.length < 2 || !isRefusal(error)) throw error
      await endEach(service, due, actor, theirs)
    }
  }
}

const isOver = (now: number) => (lease: Lease) => lease.expiresAt <= now

async function endEach(
  service: Service,
  due: Due,
  actor: Actor,
  leases: readonly Lease[],
): Promise<void> {
  const refused: unknown[] = []
  for (const lease of leases) {
    await endThose(service, due, actor, [lease]).catch((error) => refused.push(error))
  }
  if (refused.length > 0) throw refused.at(-1)
}

/** Renewed meanwhile, a lease is none of those any more. */
async function endThose(
  service: Service,
  { ref, provider, deadline }: Due,
  actor: Actor,
  leases: readonly Lease[],
): Promise<void> {
  const isOne = (lease: Lease) =>
    leases.some(
      (one) => one.field === lease.field && one.value === lease.value && one.owner === lease.owner,
    )
  await changeClient(service, {
    ref,
    provider,
    patch: { kind: 'end_lease', ends: (lease, now) => isOver(now)(lease) && isOne(lease) },
    dryRun: false,
    actor,
    requestId: service.newId(),
    deadline,
  })
}

const isRefusal = (error: unknown) =>
  (['rule_violated', 'invalid_field', 'provider_refused'] as const).some((code) =>
    isClientError(error, code),
  )

/** A client that is not there has nothing to end; a provider set up wrongly for an hour says the same. */
const FORGOTTEN_AFTER_MS = 86_400_000

const isLongOver = (leases: readonly Lease[], now: number) =>
  leases.every(({ expiresAt }) => expiresAt + FORGOTTEN_AFTER_MS <= now)

/** Records that a client which is gone has no leases any more. */
async function forget(
  service: Service,
  { ref, provider, deadline }: Due,
  actor: Actor,
): Promise<void> {
  const resource = resourceOf(ref)
  const request = { ref, provider, requestId: service.newId(), actor, deadline }
  await service.turns.take(resource, deadline, async () => {
    const head = await settledHead(service, request)
    const intent = intentAfter(service, request, head, {
      operationId: service.newId(),
      base: {},
      baseTag: head !== undefined && 'tag' in head ? (head.tag ?? '') : '',
      next: {},
      changes: [],
      action: 'end_lease',
      becomes: withStanding(head?.standing, { leases: undefined }),
    })
    if (!(await service.store.append(intent))) throw raced()
    const running = { intent, provider, ref, base: {}, next: {} }
    await close(service, running, { outcome: 'applied', native: undefined }, 'request')
  })
}

const raced = () => new ClientError('unavailable', 'Another server was first.')
