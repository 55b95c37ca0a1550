/** The answer to a creation that may or may not have made a client: what to do about it. */

import { clientPath } from '../../core/client-path.ts'
import { ClientError } from '../../core/errors.ts'
import type { Intent } from '../../store/log/entry.ts'
import { refOf } from '../../store/resource.ts'
import { recordOf } from '../base/next-step.ts'

/** Names the clients that it may have made, and the requests that adopt or remove one. */
export function creationConflict(
  { operationId, resource }: Intent,
  candidates: readonly string[] = [],
): ClientError {
  const { provider, userPoolId } = refOf(resource)
  const [one, ...more] = candidates
  const path = (rest: string) => {
    const where = { provider, userPoolId }
    if (one !== undefined && more.length === 0) return clientPath(one, where, rest)
    return clientPath('id', where, rest).replace('/id', '/{clientId}')
  }
  const adopt = `PUT ${path('/registration')}`
  const remove = `DELETE ${path('')}`
  const says =
    one === undefined
      ? `The answer to this creation was lost, and it cannot be found out here whether it made a client. If the client exists at the provider, adopt it with ${adopt} (clientry adopt) and its registration access token (if it has one), or remove it there`
      : `The answer to this creation was lost, and it may have made ${oneOf(candidates)}. Adopt the client that is yours with ${adopt} (clientry adopt), or remove one that no one needs with ${remove} (clientry delete)`
  return new ClientError(
    'change_unresolved',
    `${says}. ${recordOf(operationId)} has the record. This request is not sent again. Use a new Idempotency-Key to create another client.`,
    { operationId, outcome: 'conflict' },
  )
}

function oneOf(ids: readonly string[]): string {
  return ids.length === 1 ? `the client ${ids[0]}` : `one of the clients ${ids.join(', ')}`
}
