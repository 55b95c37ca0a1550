/**
 * The calls that change a client. The PUT of the admin API v1 is a merge that looks like a replacement, so that only what
 * changes is sent, and with it always the two members that an omission changes (measured on 26.7.4): without
 * `authorizationServicesEnabled` Keycloak deletes the resources and policies of the client (keycloak/keycloak#32530),
 * without `webOrigins` it fills an empty list with the origins of the redirect URIs.
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject, withoutMembers } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { Step } from '../call.ts'
import type { Send } from './calls/call.ts'
import { clientPath } from './calls/records.ts'
import { LISTS, scopeSteps } from './calls/scopes.ts'
import { isManaged, notManaged } from './grants.ts'
import { mapping } from './mapping.ts'
import { isServersAttribute } from './members.ts'

/**
 * The calls that turn `base` into `next`: the client first, since a refusal of it leaves nothing to take back.
 * @throws ClientError `unsupported_field`, `rule_violated`, `invalid_field`
 */
export function updateSteps(
  send: Send,
  adminPath: string,
  base: Native,
  next: Native,
): readonly Step[] {
  const body = changedMembers(base, next)
  const scopes = scopeSteps(send, adminPath, base, next)
  const client = Object.keys(body).length === 0 ? [] : [putStep(send, adminPath, base, body, next)]
  const steps = [...client, ...scopes]
  if (steps.length > 0) checkChangeable(base, next)
  return steps
}

function putStep(
  send: Send,
  adminPath: string,
  base: Native,
  changed: JsonObject,
  next: Native,
): Step {
  const { webOrigins = [], authorizationServicesEnabled = false } = next
  const path = clientPath(base)
  const body = { ...changed, webOrigins, authorizationServicesEnabled }
  return {
    request: { method: 'PUT', target: `${adminPath}${path}`, body },
    send: async (call) => {
      await send({ operation: 'PUT /clients/{id}', path, body }, call)
      // The answer is empty.
      return undefined
    },
  }
}

/** What is to be sent of what differs. */
function changedMembers(base: Native, next: Native): JsonObject {
  const secretGone = base.secret !== undefined && next.secret === undefined
  const target = secretGone ? { ...next, secret: base.secret as Json } : next
  const { attributes, ...body } = withoutMembers(updateBody(mapping, base, target), LISTS)
  const changes = attributes === undefined ? {} : sentAttributes(attributes)
  return Object.keys(changes).length === 0 ? body : { ...body, attributes: changes }
}

/** Without those of the server's own: from an older read they end a secret that is alive. */
export function sentAttributes(attributes: Json): JsonObject {
  if (!isRecord(attributes)) return {}
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !isServersAttribute(name)),
  )
}

/** @throws ClientError for what would end more than the change names */
function checkChangeable(base: Native, next: Native): void {
  if (!isManaged(base)) throw notManaged(base)
  if (base.serviceAccountsEnabled === true && next.serviceAccountsEnabled !== true) {
    throw unchangeable(
      'client.grantTypes',
      'client.grantTypes cannot lose client_credentials: Keycloak would delete the service account with its roles, which no one could give back. Do it in Keycloak, or switch the client off (client.disabled).',
    )
  }
  if (base.authorizationServicesEnabled === true && next.authorizationServicesEnabled !== true) {
    throw unchangeable(
      'client.providerSettings.authorizationServicesEnabled',
      'client.providerSettings.authorizationServicesEnabled cannot be switched off here: Keycloak would delete the resources and policies of the client. Do it in Keycloak.',
    )
  }
}

const unchangeable = (field: string, says: string) =>
  new ClientError('unsupported_field', says, { field })
