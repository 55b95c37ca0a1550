/**
 * Settling: finding out by reading back what became of a change whose answer was lost, or whose
 * process died, undoing it where it came half-way, and closing its intent in the log.
 */

import { diffClients, type FieldChange } from '../../core/diff.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { isUnreadable, passUnreadable } from '../../providers/unreadable.ts'
import { following } from '../../store/log/chain.ts'
import type { Closing, Intent } from '../../store/log/entry.ts'
import { refOf } from '../../store/resource.ts'
import { keptChanges, keptState } from '../base/kept.ts'
import { openSealed } from '../base/sealed.ts'
import { callOf, type Service } from '../base/service.ts'
import { asPlanned, beginLog, findCreation } from '../life/creation-outcome.ts'
import { findRemoval } from '../life/removal-outcome.ts'
import { keepMirrored } from '../mirror/mirror.ts'
import { findAdded, findRetired } from '../secrets/secret-outcome.ts'
import { appendFitting } from './fitting.ts'
import { isOpen, readOrGone, waitForLate } from './read-back.ts'
import type { Running, Settled } from './running.ts'
import { progressOf, reverted } from './state.ts'

function providerOf(service: Service, { provider }: ClientRef): Provider {
  const found = service.providers.get(provider)
  if (found !== undefined) return found
  throw new ClientError('internal', `The provider ${provider} is no longer configured.`)
}

/**
 * Learns the outcome of a change by reading back. `mayLand`: a request that was sent may still be on
 * its way, so what is not there yet is given the time that it could take.
 * @throws ClientError of the provider when it cannot be learned now; the intent then stays open
 */
export async function findOutcome(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  if (running.intent.action === 'remove') return findRemoval(service, running, call, mayLand)
  if (running.intent.action === 'create') return findCreation(service, running, call)
  if (running.intent.action === 'retire') return findRetired(service, running, call, mayLand)
  if (running.rotation !== undefined) return findAdded(service, running, call, mayLand)
  const { provider, base, next } = running
  const progress = (native: Native) => progressOf(provider.mapping, base, next, native)
  let current = await readOrGone(running, call)
  // Somebody else's value may still be overwritten by what is on its way, as the old one may.
  if (current !== undefined && progress(current) !== 'after' && mayLand) {
    await waitForLate(service, call)
    current = await readOrGone(running, call)
  }
  if (current === undefined) return { outcome: 'conflict', native: undefined }
  switch (progress(current)) {
    case 'after':
      return { outcome: 'applied', native: current }
    case 'before':
      return { outcome: 'not_applied', native: current }
    case 'foreign':
      return { outcome: 'conflict', native: current }
    case 'partly':
      return undo(service, running, current, call)
  }
}

/**
 * Puts back what is ours. Where the provider has no way back, or refuses it, that is a conflict: it is
 * named, and the client can be changed again.
 */
async function undo(
  service: Service,
  { intent, provider, ref, base, next }: Running,
  current: Native,
  call: Call,
): Promise<Settled> {
  if (!(await isOpen(service, intent))) return { outcome: 'conflict', native: current }
  await service.reached?.('undo begun')
  try {
    const target = reverted(provider.mapping, base, next, current)
    for (const step of provider.steps(ref, current, target)) {
      await step.send(call)
      await service.reached?.('undo step sent')
    }
  } catch (error) {
    const final = ['unsupported_field', 'provider_refused'] as const
    if (!final.some((code) => isClientError(error, code))) throw error
  }
  const native = await provider.read(ref, call)
  const undone = progressOf(provider.mapping, base, next, native) === 'before'
  return { outcome: undone ? 'not_applied' : 'conflict', native }
}

/** Closes an intent; `false` when somebody else closed it before. */
export async function close(
  service: Service,
  running: Running,
  { outcome, native, secret, candidates }: Settled,
  settledBy: Closing['settledBy'],
): Promise<{ readonly appended: boolean; readonly surprises: readonly FieldChange[] }> {
  const { intent, provider, base, next } = running
  const { fingerprints } = service
  const { mapping } = provider
  // What somebody else has done meanwhile is told here: the next change finds the state as recorded.
  const expected = outcome === 'not_applied' ? base : next
  const isNew = intent.action === 'create' && outcome === 'applied'
  const held = native !== undefined && isNew ? asPlanned(mapping, next, native) : native
  const differences =
    held === undefined ? [] : diffClients(mapping, expected, held, fingerprints.ofSecret)
  const surprises = differences.filter(({ field }) => !isOfSecrets(running, field))
  const created = isNew ? await beginLog(service, running, native) : undefined
  const known =
    native === undefined
      ? {}
      : {
          tag: fingerprints.ofState(mapping, native),
          state: keptState(service, intent.resource, mapping, native),
        }
  const appended = await appendFitting(service.store, surprises, (fitting) =>
    following(intent, {
      kind: 'outcome' as const,
      resource: intent.resource,
      at: service.now(),
      operationId: intent.operationId,
      actor: intent.actor,
      outcome,
      surprises: keptChanges(service, intent.resource, mapping, fitting),
      settledBy,
      ...(created === undefined ? {} : { created }),
      ...(secret === undefined ? {} : { secretId: secret.id }),
      ...(candidates === undefined ? {} : { candidates }),
      ...known,
    }),
  )
  await service.reached?.('outcome recorded')
  if (appended !== undefined) await keepOutcome(service, running, native, appended)
  return { appended: appended !== undefined, surprises }
}

/** What a record shows of several live secrets changes with one that is added or ended. */
function isOfSecrets({ intent, provider, rotation }: Running, field: string): boolean {
  if (intent.action !== 'retire' && rotation === undefined) return false
  const fields = provider.mapping.secretPaths.map((path) => `providerSettings.${path}`)
  return field === 'secret' || fields.includes(field)
}

/** What a change has left goes to the mirror; a client that could not be found again is gone. */
async function keepOutcome(
  service: Service,
  { intent, provider, ref }: Running,
  native: Native | undefined,
  { created, standing, at }: Pick<Closing, 'created' | 'standing' | 'at'>,
): Promise<void> {
  // What could not be read stays as it was known.
  if (native !== undefined && isUnreadable(native)) return
  if (intent.action !== 'create') {
    return keepMirrored(service, { provider, ref }, { native, at, standing })
  }
  if (created === undefined) return
  await keepMirrored(service, { provider, ref: { ...ref, id: created } }, { native, at })
}

/**
 * For whom an open intent is settled: for a request that waits for it, for no one, or for the removal of its
 * client, which ends it as a conflict where the client's record cannot be read any more.
 */
export type Settling = 'waiting' | 'sweeping' | 'removing'

/** Settles an intent that its own process left open. */
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
      ...(rotation === undefined ? {} : { rotation }),
    }
    const settled = await findOutcome(service, running, call, true).catch((error) =>
      lastResort(settling, error),
    )
    await service.reached?.('outcome found')
    await close(service, running, settled, 'settlement')
    return
  }
  // What it aimed at cannot be known any more: that is said, and does not block the client for good.
  const { native } = await readOrGone({ provider, ref }, call).then(
    (native) => ({ native }),
    (error) => lastResort(settling, error),
  )
  const unknown = { intent, provider, ref, base: native ?? {}, next: native ?? {} }
  await close(service, unknown, { outcome: 'conflict', native }, 'settlement')
}

/** @throws the error, unless all that is left to do with the client is to remove it */
function lastResort(settling: Settling, error: unknown): Settled {
  if (settling !== 'removing') throw error
  return { outcome: 'conflict', native: passUnreadable(error) }
}
