/**
 * Settling: finding out the outcome of an operation whose answer was lost or whose process died, and closing
 * its intent in the log.
 */

import { diffClients, type FieldChange } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { isUnreadable, passUnreadable } from '../../providers/unreadable.ts'
import { following } from '../../store/log/chain.ts'
import type { Closing, Intent } from '../../store/log/entry.ts'
import { refOf } from '../../store/resource.ts'
import { appendFitting } from '../base/entry-append.ts'
import { storedChanges, storedState } from '../base/record-storage.ts'
import { openSealed } from '../base/sealed.ts'
import { callOf, type Service } from '../base/service.ts'
import { keepSoon } from '../mirror/late.ts'
import { settlementOf } from './actions.ts'
import { isOwnSpelling } from './change-progress.ts'
import { isOpen, readOrGone } from './read-back.ts'
import type { Running, Settled } from './running.ts'

function providerOf(service: Service, { provider }: ClientRef): Provider {
  const match = service.providers.get(provider)
  if (match !== undefined) return match
  throw new ClientError('internal', `The provider ${provider} is no longer configured.`)
}

/** The result of closing an intent. */
export interface Closed {
  /** `false`: another instance closed it before. */
  readonly appended: boolean
  readonly surprises: readonly FieldChange[]
  /** Fingerprint of the state that was found. */
  readonly tag: string | undefined
}

/** Closes an intent with its outcome. */
export async function close(
  service: Service,
  running: Running,
  { outcome, native, secret, candidates, missed, providerMessage }: Settled,
  settledBy: Closing['settledBy'],
): Promise<Closed> {
  const { intent, provider, base, next } = running
  const settlement = settlementOf(intent)
  const applied = outcome === 'applied'
  const { fingerprints } = service
  const { mapping } = provider
  // Changes that someone else made meanwhile are reported here, since the next change finds the
  // state as recorded.
  const aimed = native && mapping.expected ? mapping.expected({ base, next }, native) : next
  const expected = outcome === 'not_applied' ? base : aimed
  const current = native !== undefined && applied ? settlement.asPlanned(running, native) : native
  const differences =
    current === undefined ? [] : diffClients(mapping, expected, current, fingerprints.ofSecret)
  const surprises = differences.filter(
    (one) =>
      !settlement.isExpected(running, one.field) && !isOwnSpelling(mapping, { base, next }, one),
  )
  const created = applied ? await settlement.begin(service, running, native) : undefined
  const fingerprintAndState: { readonly tag?: string; readonly state?: JsonObject } =
    native === undefined
      ? {}
      : {
          tag: fingerprints.ofState(mapping, native),
          state: storedState(service, intent.resource, mapping, native),
        }
  const appended = await appendFitting(service.store, surprises, (fitting) =>
    following(intent, {
      kind: 'outcome' as const,
      resource: intent.resource,
      at: service.now(),
      operationId: intent.operationId,
      actor: intent.actor,
      outcome,
      surprises: storedChanges(service, intent.resource, mapping, fitting),
      settledBy,
      ...(created === undefined ? {} : { created }),
      ...(secret === undefined ? {} : { secretId: secret.id }),
      ...(candidates === undefined ? {} : { candidates }),
      ...(missed === undefined ? {} : { missed }),
      ...(providerMessage === undefined ? {} : { providerMessage }),
      ...fingerprintAndState,
    }),
  )
  await service.reached?.('outcome recorded')
  if (appended !== undefined) keepOutcome(service, running, native, appended)
  return { appended: appended !== undefined, surprises, tag: fingerprintAndState.tag }
}

/** Stores the result of a change in the mirror after it is answered; a client that could not be found again is gone. */
function keepOutcome(
  service: Service,
  { intent, provider, ref }: Running,
  native: Native | undefined,
  { created, standing, at }: Pick<Closing, 'created' | 'standing' | 'at'>,
): void {
  // A client that could not be read stays as it was known.
  if (native !== undefined && isUnreadable(native)) return
  const client = settlementOf(intent).left(ref, created)
  if (client === undefined) return
  keepSoon(service, { provider, ref: client, resource: intent.resource, native, at, standing })
}

/**
 * For whom an open intent is settled: for a request that waits for it, for no one, or for the removal of its
 * client, which ends it as a conflict where the client's record cannot be read any more.
 */
export type Settling = 'waiting' | 'sweeping' | 'removing'

/** Settles an intent that its own process has left open. */
export async function settle(
  service: Service,
  intent: Intent,
  deadline: number,
  settling: Settling = 'waiting',
): Promise<void> {
  // Since it was listed, its own process or another instance may have closed it.
  if (!(await isOpen(service, intent))) return
  await service.reached?.('open intent found')
  const ref = refOf(intent.resource)
  const provider = providerOf(service, ref)
  const { operationId } = intent
  const call = { ...callOf(service, { operationId, deadline }), urgent: true }
  const sealed = await openSealed(service, intent)
  if (sealed !== undefined) {
    const { base, next, rotation } = sealed
    const running = {
      intent,
      provider,
      ref,
      base,
      next: next ?? base,
      sweeping: settling === 'sweeping',
      rotation,
    }
    const settled = await settlementOf(intent)
      .look(service, running, call, true)
      .catch((error) => lastResort(settling, error))
    await service.reached?.('outcome found')
    await close(service, running, settled, 'settlement')
    return
  }
  // The planned result cannot be opened any more: this is recorded, so that it does not block the
  // client for good.
  const { native } = await readOrGone({ provider, ref }, call).then(
    (native) => ({ native }),
    (error) => lastResort(settling, error),
  )
  const unknown = { intent, provider, ref, base: native ?? {}, next: native ?? {} }
  await close(service, unknown, { outcome: 'conflict', native }, 'settlement')
}

/** @throws the error, unless the client is about to be removed */
function lastResort(settling: Settling, error: unknown): Settled {
  if (settling !== 'removing') throw error
  return { outcome: 'conflict', native: passUnreadable(error) }
}
