/** What a caller does after a change that was begun and did not end in force: the request, and the command that makes it. */

import { ClientError, ERROR_CODES, withOperation } from '../../core/errors.ts'

/** Where the record of an operation is. */
export const recordOf = (operationId: string): string =>
  `GET /operations/${operationId} (clientry operation ${operationId})`

/** After a change whose outcome is not known yet. */
export const whenUnknown = (operationId: string): string =>
  `${recordOf(operationId)} shows what became of it; send it again only where that says not_applied.`

/** After one that is neither in force nor undone; `command`: the change that puts it right. */
export const whenConflict = (operationId: string): string =>
  `${recordOf(operationId)} shows the values before and after; PATCH /clients/{clientId} (clientry set) sets those that are meant.`

/** The failure of a change of which nothing is in force, with what to do about it. */
export function notApplied(error: ClientError, operationId: string): ClientError {
  const { code, message, details } = error
  const { retry } = ERROR_CODES[code]
  const step = retry ? 'send it again' : 'correct what is named before you send it again'
  const says = `${message} The change was not applied; ${step}. ${recordOf(operationId)} has the record.`
  return withOperation(new ClientError(code, says, details), operationId, 'not_applied')
}
