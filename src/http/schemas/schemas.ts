/** The schema of every body, by its name; each is held against its interface in the contract. */

import type { Bodies } from '../../contract/bodies.ts'
import { CLIENT_SCHEMAS } from './clients.ts'
import { COMMON_SCHEMAS } from './common.ts'
import { error, problem } from './errors.ts'
import { HISTORY_SCHEMAS } from './history.ts'
import { JOB_SCHEMAS } from './jobs.ts'
import { LEASE_SCHEMAS } from './leases.ts'
import { LIFE_SCHEMAS } from './life.ts'
import { LINT_SCHEMAS } from './lint.ts'
import { MOVE_SCHEMAS } from './moves/moves.ts'
import { OVERVIEW_SCHEMAS } from './overview/overview.ts'
import type { Schemas } from './parts.ts'
import { PROVIDER_SCHEMAS } from './providers.ts'
import { REQUEST_SCHEMAS } from './requests/requests.ts'
import { SECRET_SCHEMAS } from './secrets.ts'
import { SERVER_SCHEMAS } from './server.ts'
import { STANDING_SCHEMAS } from './standing.ts'

/** All of them. */
export const SCHEMAS: Schemas<Bodies> = {
  ...CLIENT_SCHEMAS,
  ...LIFE_SCHEMAS,
  ...STANDING_SCHEMAS,
  ...SECRET_SCHEMAS,
  ...LEASE_SCHEMAS,
  ...MOVE_SCHEMAS,
  ...HISTORY_SCHEMAS,
  ...LINT_SCHEMAS,
  ...JOB_SCHEMAS,
  ...REQUEST_SCHEMAS,
  ...OVERVIEW_SCHEMAS,
  ...PROVIDER_SCHEMAS,
  ...SERVER_SCHEMAS,
  ...COMMON_SCHEMAS,
  Error: error,
  Problem: problem,
}
