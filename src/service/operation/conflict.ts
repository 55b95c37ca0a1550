/** The answers to a change that did not end as planned: neither in force nor undone, or ignored by the provider. */

import { ClientError } from '../../core/errors.ts'
import type { Closing, Intent } from '../../store/log/entry.ts'
import { recordOf, whenConflict } from '../base/next-step.ts'

/** Names the fields of the change, which someone has to check. */
export function changeConflict({ changes, operationId }: Intent): ClientError {
  const names = changes.map(({ field }) => `client.${field}`).join(', ')
  const fields = names === '' ? 'the client' : names
  return new ClientError(
    'change_unresolved',
    `Another writer interfered halfway through the change, which could be neither completed nor undone. Check ${fields}. ${whenConflict(operationId)}`,
    { operationId, outcome: 'conflict' },
  )
}

/** The provider answered that the change was done, but left the fields of `missed` as they were. */
export function ignored(
  { operationId }: Pick<Intent, 'operationId'>,
  outcome: 'partly_applied' | 'not_applied',
  missed: Closing['missed'] = [],
): ClientError {
  const fields = missed.map((field) => `client.${field}`)
  const names = fields.join(', ')
  const says =
    outcome === 'not_applied'
      ? `The provider answered that the change was done, but nothing of it is in force: ${names} is as before. Set this at the provider itself, or find out there why it is ignored. ${recordOf(operationId)} has the record.`
      : `The provider answered that the change was done, but only a part of it is in force: ${names} is as before. Read the client, and set the rest at the provider itself or undo the change with POST /clients/{clientId}/rollback (clientry rollback). ${recordOf(operationId)} has the record.`
  return new ClientError(outcome, says, {
    ...(fields[0] === undefined ? {} : { field: fields[0] }),
    fields,
    operationId,
    outcome,
  })
}
