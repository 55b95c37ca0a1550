/** What a change may not touch while a client is suspended. */

import { ClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { heldChanges, isOff } from '../../core/mapping/suspension.ts'
import type { Standing } from '../../store/log/standing.ts'

/**
 * Refuses a change of settings that would end a suspension.
 * @throws ClientError `client_suspended`
 */
export function checkSuspension(
  mapping: Mapping,
  standing: Standing | undefined,
  base: Native,
  next: Native,
): void {
  const [path] = standing?.suspended === undefined ? [] : heldChanges(mapping, base, next)
  // Removing again what someone else has restored does not end the suspension.
  if (path === undefined || (isOff(mapping, next) && !isOff(mapping, base))) return
  throw new ClientError(
    'client_suspended',
    `client.${path} cannot be changed while the client is suspended. End the suspension first: POST /clients/{clientId}/resume.`,
    { field: `client.${path}` },
  )
}
