/** Finds changes that a crash or an outage left open, and settles them. */

import { inParallel } from '../../core/in-parallel.ts'
import type { Intent } from '../../store/log/entry.ts'
import { overAt } from '../../store/log/over.ts'
import { refOf } from '../../store/resource.ts'
import { withinDeadline } from '../base/deadline.ts'
import type { Service } from '../base/service.ts'
import { settlementOf } from '../operation/actions.ts'
import { settle } from '../operation/settle.ts'

/** The sweep takes turns before all callers, since their requests wait for an open intent anyway. */
const SWEEP = 'sweep'

/** How long settling one intent may take in the background, without waiting (milliseconds). */
const SWEEP_TIMEOUT_MS = 30_000

/**
 * Settles every overdue intent; those that cannot be settled now stay open.
 * Returns how many were settled and how many are left.
 */
export async function sweep(service: Service): Promise<{ settled: number; left: number }> {
  const listed = withinDeadline(service, service.now() + SWEEP_TIMEOUT_MS)
  const intents = await listed.store.openIntents()
  const overdue = intents.filter((intent) => overAt(intent, service.store) <= service.now())
  // One after the other for each provider, so that a provider that stalls does not delay the others.
  const providers = [...new Set(overdue.map(providerNameOf))]
  const counts = await Promise.all(
    providers.map((provider) =>
      settleInTurn(
        service,
        overdue.filter((intent) => providerNameOf(intent) === provider),
      ),
    ),
  )
  const settled = counts.reduce((sum, count) => sum + count, 0)
  return { settled, left: overdue.length - settled }
}

const providerNameOf = ({ resource }: Intent) => refOf(resource).provider

/** How many creations are settled at once: each may read a whole pool, and no two share a log. */
const CREATIONS_AT_ONCE = 8

/** Returns how many could be settled. */
async function settleInTurn(service: Service, intents: readonly Intent[]): Promise<number> {
  const one = (intent: Intent) => settleOne(service, intent)
  const isCreation = (intent: Intent) => settlementOf(intent).ownLog
  const settled = await Promise.all([
    inParallel(intents.filter(isCreation), CREATIONS_AT_ONCE, one),
    inParallel(
      intents.filter((intent) => !isCreation(intent)),
      1,
      one,
    ),
  ])
  return settled.flat().filter((done) => done).length
}

async function settleOne(service: Service, intent: Intent): Promise<boolean> {
  // However long it waits for a late request, there must be time left to read afterwards.
  const deadline = service.now() + service.upstreamTimeoutMs + SWEEP_TIMEOUT_MS
  const work = () => settle(withinDeadline(service, deadline), intent, deadline, 'sweeping')
  const turn = { key: intent.resource, caller: SWEEP, deadline, first: true }
  return service.turns.take(turn, work).then(
    () => true,
    () => false,
  )
}
