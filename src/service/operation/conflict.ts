/** The answer to a change that is neither in force nor undone. */

import { ClientError } from '../../core/errors.ts'
import type { Intent } from '../../store/log/entry.ts'

/** Names the fields of the change: someone has to look at them. */
export function changeConflict({ changes, operationId }: Intent): ClientError {
  const names = changes.map(({ field }) => `client.${field}`).join(', ')
  const fields = names === '' ? 'the client' : names
  return new ClientError(
    'conflict',
    `The change met another writer half-way and could not be completed or undone; check ${fields} (operation ${operationId}).`,
    { operationId, outcome: 'conflict' },
  )
}
