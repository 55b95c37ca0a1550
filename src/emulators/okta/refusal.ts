/** How Okta says no; thrown and turned into the answer in one place. */

import { randomBytes } from 'node:crypto'
import { refuse } from '../refusal.ts'
import type { EmulatorAnswer } from '../wire.ts'

/** A failure with its body; ids of errors have 25 characters (recorded). */
export const failure = (
  status: number,
  errorCode: string,
  errorSummary: string,
  ...causes: readonly string[]
): EmulatorAnswer => ({
  status,
  body: {
    errorCode,
    errorSummary,
    errorLink: errorCode,
    errorId: `oae${randomBytes(17).toString('base64url').slice(0, 22)}`,
    errorCauses: causes.map((cause) => ({ errorSummary: cause })),
  },
})

export const noApp = (id: string) =>
  failure(404, 'E0000007', `Not found: Resource not found: ${id} (AppInstance)`)
export const noSuch = (id: string, kind: string) =>
  failure(404, 'E0000007', `Not found: Resource not found: ${id} (${kind})`)
export const BAD_TOKEN = failure(401, 'E0000011', 'Invalid token provided')
export const NO_RIGHTS = failure(
  403,
  'E0000006',
  'You do not have permission to perform the requested action',
)
export const BROKEN = failure(500, 'E0000009', 'Internal Server Error')
export const NO_JSON = failure(400, 'E0000003', 'The request body was not well-formed.')
export const TOO_FAST = failure(
  429,
  'E0000047',
  'API call exceeded rate limit due to too many requests.',
)

/** Ends the call because of a value. */
export const invalid = (part: string, cause: string): never =>
  refuse(failure(400, 'E0000001', `Api validation failed: ${part}`, cause))
