/** The handlers that are loaded when one of them is first needed. */

import type { OperationName } from '../../contract/operations.ts'
import type { Handlers } from '../route.ts'
import { SESSION_HANDLERS } from '../session/session-handlers.ts'
import type { CLIENT_HANDLERS } from './clients.ts'
import { HISTORY_HANDLERS } from './history.ts'
import { JOB_HANDLERS } from './jobs.ts'
import { KEY_HANDLERS } from './keys.ts'
import { LEASE_HANDLERS } from './leases.ts'
import { LIFE_HANDLERS } from './life/life.ts'
import { LINT_HANDLERS } from './lint.ts'
import { listClients } from './list.ts'
import { MOVE_HANDLERS } from './moves/moves.ts'
import { OVERVIEW_HANDLERS } from './overview.ts'
import { PROVIDER_HANDLERS } from './providers.ts'
import { REQUEST_HANDLERS } from './requests/requests.ts'
import { rollbackClient } from './rollback.ts'
import { SECRET_HANDLERS } from './secrets.ts'
import { SERVER_HANDLERS } from './server.ts'
import { STANDING_HANDLERS } from './standing.ts'

export const OTHER_HANDLERS: Handlers<Exclude<OperationName, keyof typeof CLIENT_HANDLERS>> = {
  listClients,
  rollbackClient,
  ...LIFE_HANDLERS,
  ...STANDING_HANDLERS,
  ...SECRET_HANDLERS,
  ...KEY_HANDLERS,
  ...LEASE_HANDLERS,
  ...MOVE_HANDLERS,
  ...HISTORY_HANDLERS,
  ...LINT_HANDLERS,
  ...JOB_HANDLERS,
  ...REQUEST_HANDLERS,
  ...OVERVIEW_HANDLERS,
  ...PROVIDER_HANDLERS,
  ...SERVER_HANDLERS,
  ...SESSION_HANDLERS,
}
