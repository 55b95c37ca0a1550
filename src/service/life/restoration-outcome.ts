/** Finds the outcome of a restoration: the client is there again, or it is not. */

import type { Call } from '../../providers/call.ts'
import type { Service } from '../base/service.ts'
import { readOrGone, waitForLate } from '../operation/read-back.ts'
import type { Running, Settled } from '../operation/running.ts'

/** Finds it by reading back; `mayLand`: the request may still arrive. */
export async function findRestored(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  const { provider, next } = running
  const look = () => readOrGone(running, call)
  let native = await look()
  if (native === undefined && mayLand) {
    await waitForLate(service, running.provider, call)
    native = await look()
  }
  // What someone else has changed on it meanwhile is reported as a surprise.
  const isBack = native !== undefined && provider.restoration?.isIt(next, native) === true
  return { outcome: isBack ? 'applied' : 'not_applied', native }
}
