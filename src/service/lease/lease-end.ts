/** Ends expired leases, in the name of the caller who took them. */

import { isClientError } from '../../core/errors.ts'
import type { Actor } from '../../store/log/actor.ts'
import type { Lease } from '../../store/log/standing.ts'
import { callerOf, type Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'
import { DUE, type Due } from '../upkeep/duty.ts'
import { forgetDue, isLongOver } from '../upkeep/forget.ts'

/**
 * Ends them in one change; if that is refused, value by value, so that a value that has to stay does not
 * block the others.
 * @throws ClientError the reason why the last one could not be ended
 */
export async function endOverLeases(service: Service, due: Due): Promise<void> {
  const over = (due.standing.leases ?? []).filter(isOver(service.now()))
  const actors = new Map(over.map(({ actor }) => [callerOf(actor), actor]))
  for (const [caller, actor] of actors) {
    const theirs = over.filter((lease) => callerOf(lease.actor) === caller)
    try {
      await endThose(service, due, actor, theirs)
    } catch (error) {
      if (
        isClientError(error, 'not_found') &&
        isLongOver(
          theirs.map(({ expiresAt }) => expiresAt),
          service.now(),
        )
      ) {
        await forgetDue(service, due, actor, 'end_lease')
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

/** A lease that was renewed meanwhile is no longer among them. */
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
    caller: DUE,
    requestId: service.newId(),
    deadline,
  })
}

const isRefusal = (error: unknown) =>
  (['rule_violated', 'invalid_field', 'provider_refused'] as const).some((code) =>
    isClientError(error, code),
  )
