/** Operations in groups, as readers look for them. */

import { HISTORY_OPERATIONS } from '../../contract/operations/history.ts'
import { JOB_OPERATIONS } from '../../contract/operations/jobs.ts'
import { KEY_OPERATIONS } from '../../contract/operations/keys.ts'
import { LEASE_OPERATIONS } from '../../contract/operations/leases.ts'
import { LIFE_OPERATIONS } from '../../contract/operations/life.ts'
import { LINT_OPERATIONS } from '../../contract/operations/lint.ts'
import { MOVE_OPERATIONS } from '../../contract/operations/moves.ts'
import { OVERVIEW_OPERATIONS } from '../../contract/operations/overview/overview.ts'
import { PROVIDER_OPERATIONS } from '../../contract/operations/providers.ts'
import { REQUEST_OPERATIONS } from '../../contract/operations/requests.ts'
import { SECRET_OPERATIONS } from '../../contract/operations/secrets.ts'
import { SERVER_OPERATIONS } from '../../contract/operations/server.ts'
import { SESSION_OPERATIONS } from '../../contract/operations/session.ts'
import { STANDING_OPERATIONS } from '../../contract/operations/standing.ts'

const GROUPS: readonly (readonly [name: string, says: string, operations: object])[] = [
  ['life', 'Create, copy, adopt and remove clients.', LIFE_OPERATIONS],
  ['standing', 'Protect clients, switch them off and on again.', STANDING_OPERATIONS],
  ['secrets', 'Rotate and retire the secrets of clients.', SECRET_OPERATIONS],
  ['keys', 'The public keys that clients prove themselves with.', KEY_OPERATIONS],
  ['leases', 'Values that a client has for a limited time.', LEASE_OPERATIONS],
  ['moves', 'Redirect URIs that give way to others without a failed login.', MOVE_OPERATIONS],
  ['history', 'The changes of clients and their outcomes.', HISTORY_OPERATIONS],
  ['lint', 'Risky settings of clients.', LINT_OPERATIONS],
  ['jobs', 'Changes of many clients.', JOB_OPERATIONS],
  ['requests', 'Changes that wait for the approval of someone else.', REQUEST_OPERATIONS],
  ['overview', 'What there is to see at a glance.', OVERVIEW_OPERATIONS],
  ['providers', 'What each provider can hold, and why not.', PROVIDER_OPERATIONS],
  ['server', 'The server itself.', SERVER_OPERATIONS],
  ['session', 'Signing in to the console in a browser, and out.', SESSION_OPERATIONS],
]

const CLIENTS = { name: 'clients', description: 'Find, read, change and roll back clients.' }

/** Every tag with its description, in the order of the contract. */
export const TAGS = [
  CLIENTS,
  ...GROUPS.map(([name, description]) => ({ name, description })),
] as const

/** The tag of an operation. */
export const tagOf = (operationId: string): string =>
  GROUPS.find(([, , operations]) => Object.hasOwn(operations, operationId))?.[0] ?? CLIENTS.name
