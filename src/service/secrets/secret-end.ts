/** Ends secrets whose time has come, in the name of the caller who asked for that. */

import { isClientError } from '../../core/errors.ts'
import type { Service } from '../base/service.ts'
import { DUE, type Due } from '../upkeep/duty.ts'
import { forgetDue, isLongOver } from '../upkeep/forget.ts'
import { retireSecret } from './retire.ts'

/**
 * Ends the secrets whose time has come, each as an operation of its own in the name of that caller.
 * @throws ClientError the reason why one could not be ended
 */
export async function endDueSecrets(service: Service, due: Due): Promise<void> {
  const { ref, provider, standing, deadline } = due
  const over = (standing.retirements ?? []).filter(({ at }) => at <= service.now())
  for (const { secretId, actor } of over) {
    const how = { dryRun: false, whenDue: true, caller: DUE } as const
    const request = { ref, provider, secretId, actor, deadline, ...how }
    try {
      await retireSecret(service, { ...request, requestId: service.newId() })
    } catch (error) {
      const times = over.map(({ at }) => at)
      if (!isClientError(error, 'not_found') || !isLongOver(times, service.now())) throw error
      return forgetDue(service, due, actor, 'retain')
    }
  }
}
