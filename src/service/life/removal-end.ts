/** Removes clients that were made for a while only, or that a job reaps, in the name of the caller who asked for it. */

import { isClientError } from '../../core/errors.ts'
import type { Service } from '../base/service.ts'
import { endReaping } from '../reap/reap-end.ts'
import { DUE, type Due } from '../upkeep/duty.ts'
import { forgetDue, isLongOver } from '../upkeep/forget.ts'
import { removeClient } from './remove.ts'

/**
 * Removes the client if its time has come.
 * @throws ClientError the reason why it could not be removed
 */
export async function removeWhenDue(service: Service, due: Due): Promise<void> {
  const { ref, provider, standing, deadline } = due
  const { removal } = standing
  if (removal === undefined || removal.at > service.now()) return
  const { actor, reap } = removal
  const request = { ref, provider, actor, deadline, dryRun: false, caller: DUE }
  try {
    if (reap === undefined) await removeClient(service, { ...request, requestId: service.newId() })
    else await endReaping(service, due, { ...removal, reap })
  } catch (error) {
    if (!isClientError(error, 'not_found') || !isLongOver([removal.at], service.now())) throw error
    await forgetDue(service, due, actor, 'retain')
  }
}
