/** All routes: each operation of the contract with its handler. */

import { OPERATIONS, type Operation, type OperationName } from '../contract/operations.ts'
import type { Handlers, Route } from './route.ts'
import { CLIENT_HANDLERS } from './routes/clients.ts'
import { HISTORY_HANDLERS } from './routes/history.ts'
import { JOB_HANDLERS } from './routes/jobs.ts'
import { KEY_HANDLERS } from './routes/keys.ts'
import { LEASE_HANDLERS } from './routes/leases.ts'
import { LIFE_HANDLERS } from './routes/life.ts'
import { LINT_HANDLERS } from './routes/lint.ts'
import { MOVE_HANDLERS } from './routes/moves/moves.ts'
import { PROVIDER_HANDLERS } from './routes/providers.ts'
import { SECRET_HANDLERS } from './routes/secrets.ts'
import { SERVER_HANDLERS } from './routes/server.ts'
import { STANDING_HANDLERS } from './routes/standing.ts'

const HANDLERS: Handlers<OperationName> = {
  ...CLIENT_HANDLERS,
  ...LIFE_HANDLERS,
  ...STANDING_HANDLERS,
  ...SECRET_HANDLERS,
  ...KEY_HANDLERS,
  ...LEASE_HANDLERS,
  ...MOVE_HANDLERS,
  ...HISTORY_HANDLERS,
  ...LINT_HANDLERS,
  ...JOB_HANDLERS,
  ...PROVIDER_HANDLERS,
  ...SERVER_HANDLERS,
}

const NAMES = Object.keys(OPERATIONS) as readonly OperationName[]

export const ROUTES: readonly Route[] = NAMES.map((operationId) => {
  const operation: Operation = OPERATIONS[operationId]
  return { operationId, ...operation, handle: HANDLERS[operationId] }
})
