/** What an operation on a key changes besides, and the answer where it ended halfway. */

import { ClientError } from '../../core/errors.ts'
import type { Intent } from '../../store/log/entry.ts'
import { whenConflict } from '../base/next-step.ts'
import type { Running } from '../operation/running.ts'

/** What of the client names its keys changes with them. */
export function namesKeys({ provider: { keys } }: Running, field: string): boolean {
  return keys?.kind === 'resource' && field === keys.field
}

/** Names the key, whose client is to be looked at. */
export function keyConflict({ operationId, keyId = '' }: Intent): ClientError {
  return new ClientError(
    'change_unresolved',
    `Another writer interfered halfway through the change of the key ${keyId}, which could be neither completed nor undone. Check the keys of the client (GET /clients/{clientId}/keys). ${whenConflict(operationId)}`,
    { operationId, outcome: 'conflict' },
  )
}
