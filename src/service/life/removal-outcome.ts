/** Finds the outcome of a removal: the client is gone, or it still exists. */

import type { Call } from '../../providers/call.ts'
import { passUnreadable } from '../../providers/unreadable.ts'
import type { Service } from '../base/service.ts'
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
    await waitForLate(service, call)
    current = await look()
  }
  // What someone else has changed on it meanwhile does not matter: it still exists.
  return { outcome: current === undefined ? 'applied' : 'not_applied', native: current }
}
