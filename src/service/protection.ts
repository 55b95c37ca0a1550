/** Protected clients: nothing that ends a client, for good or for a while, is done to one. */

import { ClientError } from '../core/errors.ts'
import type { Standing } from '../store/standing.ts'

/**
 * Refuses to end a client that is protected.
 * @param what as in "cannot be removed"
 * @throws ClientError `client_protected`
 */
export function checkUnprotected(standing: Standing | undefined, what: string): void {
  if (standing?.protected === undefined) return
  throw new ClientError(
    'client_protected',
    `The client is protected and cannot be ${what}; PUT /clients/{clientId}/protection with "protected": false lifts that.`,
  )
}
