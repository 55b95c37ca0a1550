/**
 * Finds the outcome of a change of settings whose answer was lost: the client is read back, and a
 * change that was made halfway is undone.
 */

import { isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import type { Service } from '../base/service.ts'
import { progressOf, reverted } from '../operation/change-progress.ts'
import { isOpen, readOrGone, waitForLate } from '../operation/read-back.ts'
import type { Running, Settled } from '../operation/running.ts'

/** Finds it from the settings that the change writes; `mayLand`: the request may still arrive. */
export async function findChange(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const { provider, base, next } = running
  const progress = (native: Native) => progressOf(provider.mapping, base, next, native)
  let current = await readOrGone(running, call)
  // A request that is still on its way may overwrite someone else's value as well as the old one.
  if (current !== undefined && progress(current) !== 'after' && mayLand) {
    await waitForLate(service, provider, call)
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
 * Reverts the settings that this change wrote. If the provider has no way back, or refuses it, the
 * outcome is a conflict: it is reported, and the client can be changed again.
 */
export async function undo(
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
