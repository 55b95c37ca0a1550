/**
 * The list of operations: one row each, by id. Server and SDK, the OpenAPI description, the tables of the
 * documentation and the tests that walk all operations follow it; an operation that is not here does not exist.
 */

import { CLIENT_OPERATIONS } from './operations/clients.ts'
import { HISTORY_OPERATIONS } from './operations/history.ts'
import { JOB_OPERATIONS } from './operations/jobs.ts'
import { KEY_OPERATIONS } from './operations/keys.ts'
import { LEASE_OPERATIONS } from './operations/leases.ts'
import { LIFE_OPERATIONS } from './operations/life.ts'
import { LINT_OPERATIONS } from './operations/lint.ts'
import { MOVE_OPERATIONS } from './operations/moves.ts'
import { OVERVIEW_OPERATIONS } from './operations/overview/overview.ts'
import { PROVIDER_OPERATIONS } from './operations/providers.ts'
import { REQUEST_OPERATIONS } from './operations/requests.ts'
import { SECRET_OPERATIONS } from './operations/secrets.ts'
import { SERVER_OPERATIONS } from './operations/server.ts'
import { SESSION_OPERATIONS } from './operations/session.ts'
import { STANDING_OPERATIONS } from './operations/standing.ts'

export type * from './operations/row.ts'

export const OPERATIONS = {
  ...CLIENT_OPERATIONS,
  ...LIFE_OPERATIONS,
  ...STANDING_OPERATIONS,
  ...SECRET_OPERATIONS,
  ...KEY_OPERATIONS,
  ...LEASE_OPERATIONS,
  ...MOVE_OPERATIONS,
  ...HISTORY_OPERATIONS,
  ...LINT_OPERATIONS,
  ...JOB_OPERATIONS,
  ...REQUEST_OPERATIONS,
  ...OVERVIEW_OPERATIONS,
  ...PROVIDER_OPERATIONS,
  ...SERVER_OPERATIONS,
  ...SESSION_OPERATIONS,
} as const

/** The id of an operation. */
export type OperationName = keyof typeof OPERATIONS
