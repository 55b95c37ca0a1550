/**
 * Finds the outcome of a removal: the client is gone, or it still exists, and what was changed to remove it is taken
 * back.
 */

import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import { passUnreadable } from '../../providers/unreadable.ts'
import type { Service } from '../base/service.ts'
import { undo } from '../change/change-outcome.ts'
import { progressOf } from '../operation/change-progress.ts'
import { readOrGone, waitForLate } from '../operation/read-back.ts'
import type { Running, Settled } from '../operation/running.ts'

/** Finds it by reading back; `mayLand`: the request may still arrive. */
export async function findRemoval(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const look = () => readOrGone(running, call).catch(passUnreadable)
  let current = await look()
  if (current !== undefined && mayLand) {
    await waitForLate(service, running.provider, call)
    current = await look()
  }
  if (current === undefined) return { outcome: 'applied', native: undefined }
  return restored(service, running, current, call)
}

/** What someone else has changed on it meanwhile does not matter, and stays: it still exists. */
async function restored(
  service: Service,
  running: Running,
  current: Native,
  call: Call,
): Promise<Settled> {
  const { provider, base } = running
  const next = provider.beforeRemoval?.(base) ?? base
  const progress = progressOf(provider.mapping, base, next, current)
  const isChanged = progress === 'partly' || (progress === 'after' && next !== base)
  if (!isChanged) return { outcome: 'not_applied', native: current }
  return undo(service, { ...running, next }, current, call)
}
