/** What each call of the Apps API does. */

import { refuse } from '../refusal.ts'
import type { EmulatorRequest } from '../wire.ts'
import {
  clientOf,
  created,
  replaced,
  secretsAfter,
  shownApp,
  usesSecret,
  withStatus,
} from './apps.ts'
import { listApps } from './list.ts'
import { type OktaApp, type Org, type Registration, timeAt } from './org.ts'
import { failure, invalid } from './refusal.ts'
import { bodyOf, type Operation, partsOf, registrationFor } from './request.ts'
import { SECRET_OPERATIONS } from './secrets.ts'

const create: Operation = (org, request) => {
  if (org.apps.size >= org.features.maxApps) {
    invalid(
      'generalSettings',
      'Cannot create application instance. Maximum number of instances has been reached.',
    )
  }
  const body = bodyOf(request)
  const app = created(org, body, request.query.get('activate') !== 'false')
  const { client_id: clientId } = clientOf(app)
  const isTaken = [...org.apps.values()].some((one) => clientOf(one.app).client_id === clientId)
  if (isTaken) invalid('client_id', 'client_id: An object with this field already exists')
  const secrets = secretsAfter(org, { app, body, secrets: [] })
  org.apps.set(String(app.id), { app, secrets })
  return { status: 200, body: shownApp(org, app, secrets.at(-1)) }
}

const read: Operation = (org, request) => ({
  status: 200,
  body: shownApp(org, registrationFor(org, request).app),
})

const replace: Operation = (org, request) => {
  const { app: before, secrets: former } = registrationFor(org, request)
  const body = bodyOf(request)
  const app = replaced(org, before, body)
  const secrets = secretsAfter(org, { app, body, before, secrets: former })
  org.apps.set(String(app.id), { app, secrets })
  const shownSecret = usesSecret(app) ? secrets.filter(({ status }) => status === 'ACTIVE') : []
  return { status: 200, body: shownApp(org, app, shownSecret.at(-1)) }
}

const remove: Operation = (org, request) => {
  const { app } = registrationFor(org, request)
  if (app.status === 'ACTIVE') {
    refuse(
      failure(
        403,
        'E0000056',
        'Delete application forbidden.',
        'The application must be deactivated before deletion.',
      ),
    )
  }
  org.apps.delete(String(app.id))
  return { status: 204 }
}

/** Of one that is so already nothing changes, or it is refused: no source says what Okta does. */
const lifecycle =
  (status: 'ACTIVE' | 'INACTIVE'): Operation =>
  (org, request) => {
    const registration = registrationFor(org, request)
    if (registration.app.status !== status) {
      touch(org, registration, withStatus(org, registration.app, status))
    } else if (org.features.otherwise) {
      invalid('status', `status: The application is ${status} already.`)
    }
    return { status: 200, body: {} }
  }

function touch(org: Org, registration: Registration, app: OktaApp): void {
  const touched = { ...app, lastUpdated: timeAt(org.now()) }
  org.apps.set(String(app.id), { ...registration, app: touched })
}

/** Moves `lastUpdated` (recorded), and nothing else that is shown. */
const assignPolicy: Operation = (org, request) => {
  const registration = registrationFor(org, request)
  touch(org, registration, registration.app)
  return { status: 204 }
}

/** By their names, as calls and faults spell them. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /apps': listApps,
  'POST /apps': create,
  'GET /apps/{id}': read,
  'PUT /apps/{id}': replace,
  'DELETE /apps/{id}': remove,
  'POST /apps/{id}/lifecycle/activate': lifecycle('ACTIVE'),
  'POST /apps/{id}/lifecycle/deactivate': lifecycle('INACTIVE'),
  'PUT /apps/{id}/policies/{policyId}': assignPolicy,
  ...SECRET_OPERATIONS,
}

/** Names an operation. */
export function operationOf(request: EmulatorRequest): string {
  const { method, path } = request
  if (!path.startsWith('/api/v1/apps')) return `${method} ${path}`
  const [id, noun, below, verb, last] = partsOf(request)
  if (id === undefined) return `${method} /apps`
  if (noun === undefined) return `${method} /apps/{id}`
  if (noun === 'lifecycle') return `${method} /apps/{id}/lifecycle/${below}`
  if (noun === 'policies') return `${method} /apps/{id}/policies/{policyId}`
  const secret = `/apps/{id}/credentials/secrets`
  if (noun !== 'credentials' || below !== 'secrets') return `${method} ${path}`
  if (verb === undefined) return `${method} ${secret}`
  const [, , , , , end] = partsOf(request)
  return last === undefined
    ? `${method} ${secret}/{secretId}`
    : `${method} ${secret}/{secretId}/lifecycle/${end}`
}

/** Whether a call only reads. */
export const isRead = (operation: string) => operation.startsWith('GET ')

export const operationNamed = (name: string): Operation | undefined =>
  Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
