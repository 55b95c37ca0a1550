/** How the admin API says no, in one of several shapes; thrown and turned into the answer in one place. */

import { refuse } from '../refusal.ts'
import type { EmulatorAnswer } from '../wire.ts'

/** A failure with its body. */
export const failure = (status: number, error: string, description?: string): EmulatorAnswer => ({
  status,
  body: { error, ...(description === undefined ? {} : { error_description: description }) },
})

export const UNAUTHORIZED = failure(401, 'HTTP 401 Unauthorized')
export const FORBIDDEN = failure(403, 'HTTP 403 Forbidden')
export const NO_CLIENT = failure(404, 'Could not find client')
export const NO_REALM = failure(404, 'Realm not found.')
export const NO_SCOPE = failure(404, 'Client scope not found')
export const CONFLICT = failure(409, 'conflict', 'Duplicate resource error')
export const NO_JSON = failure(400, 'unknown_error', 'Cannot parse the JSON')
/** What breaks a rule that the server does not check, such as a length. */
export const BROKEN = failure(
  500,
  'unknown_error',
  'For more on this error consult the server log.',
)

/** Ends the call because of a value that the server checks. */
export const invalid = (description: string): never =>
  refuse(failure(400, 'invalid_input', description))
