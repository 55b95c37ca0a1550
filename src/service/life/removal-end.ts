/** Removes clients that were made for a while only, in the name of the caller who made them. */

import { isClientError } from '../../core/errors.ts'
import type { Service } from '../base/service.ts'
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
  const { actor } = removal
  const request = { ref, provider, actor, deadline, dryRun: false, caller: DUE }
  try {
    await removeClient(service, { ...request, requestId: service.newId() })
  } catch (error) {
    if (!isClientError(error, 'not_found') || !isLongOver([removal.at], service.now())) throw error
    await forgetDue(service, due, actor, 'retain')
  }
}
