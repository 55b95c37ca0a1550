/**
 * Making a client. Its id and secret are chosen here: the id is that of the operation, so that a creation that was not
 * answered is found by one read, and the same creation can never make two.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { withoutMembers } from '../../core/json/json.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Creation } from '../creation.ts'
import { SECRET_METHODS } from '../registration/registration.ts'
import { newSecretValue, type SecretStep } from '../secrets.ts'
import type { Send } from './calls/call.ts'
import { blank } from './kinds.ts'
import { SERVERS_OWN } from './members.ts'
import { readClient, registerClient } from './records.ts'

/** Creation at one server; `listLagSeconds`: how long a replica of its database may lag behind. */
export function createCreation(send: Send, listLagSeconds = 0): Creation {
  return {
    blank,
    sent: requestBody,
    step: (_, next) => creationStep(send, next),
    listLagMs: listLagSeconds * 1_000,
    find: async (_, __, call) => {
      const native = await readClient(send, call.operationId, call).catch(noneIfAbsent)
      return native === undefined ? [] : [{ native, proven: true }]
    },
    idOf: ({ client_id }) => String(client_id),
  }
}

const requestBody = (next: Native) => withoutMembers(next, SERVERS_OWN)

function noneIfAbsent(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}

function creationStep(send: Send, next: Native): SecretStep {
  const body = withSecret(requestBody(next))
  let isCreated = false
  return {
    request: { method: 'POST', target: '/admin/clients', body },
    send: async (call) => {
      const { operationId: id } = call
      isCreated = true
      await registerClient(send, { ...body, client_id: id }, call)
      return readClient(send, id, call).catch(unread)
    },
    reveal: () => (isCreated ? secretOf(body.client_secret) : undefined),
  }
}

/** A secret of ours is not lost with the answer. */
function withSecret(body: Native): Native {
  const needed = SECRET_METHODS.includes(String(body.token_endpoint_auth_method))
  if (!needed || body.client_secret !== undefined) return body
  return { ...body, client_secret: newSecretValue() }
}

/** The client is there, and what it looks like could not be learned. */
function unread(cause: unknown): never {
  const says = 'Hydra made the client and could not be asked what it holds.'
  throw new ClientError('outcome_unknown', says, { cause })
}
