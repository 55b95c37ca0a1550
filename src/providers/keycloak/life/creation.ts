/**
 * Making a client. Its client id and secret are chosen here: the id is that of the operation, so that a creation that was
 * not answered is found by one read, and the same creation can never make two.
 */

import { ClientError, isClientError } from '../../../core/errors.ts'
import { type JsonObject, withoutMembers } from '../../../core/json/json.ts'
import { texts } from '../../../core/mapping/lenses.ts'
import { secretOf } from '../../../core/mapping/mapping.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call } from '../../call.ts'
import type { Creation } from '../../creation.ts'
import type { Part } from '../../definition.ts'
import { newSecretValue, type SecretStep } from '../../secrets.ts'
import type { Send, SendAt } from '../calls/call.ts'
import { readClient, readRealmDefaults, readScopes } from '../calls/records.ts'
import { checkNames, LISTS } from '../calls/scopes.ts'
import { usesSecret } from '../grants.ts'
import { SCOPES, SERVERS_OWN } from '../members.ts'
import { sentAttributes } from '../update.ts'
import { blank } from './kinds.ts'

/** Creation in the realms of a provider; `listLagSeconds`: how long a replica of a database may lag behind. */
export function createCreation(
  sendAt: SendAt,
  pathOf: (place: Part) => string,
  listLagSeconds = 0,
): Creation {
  return {
    blank,
    lacking: async (place, next, call) => {
      const named = LISTS.filter((list) => texts(next[list]).length > 0)
      if (named.length === 0) return []
      const scopes = await readScopes(sendAt(place), call)
      return named.flatMap((member) =>
        texts(next[member])
          .filter((value) => !Object.hasOwn(scopes, value))
          .map((value) => ({ member, value })),
      )
    },
    sent: requestBody,
    step: (place, next) => creationStep(sendAt(place), pathOf(place), next),
    listLagMs: listLagSeconds * 1_000,
    find: async (place, _, call) => {
      const native = await readClient(sendAt(place), call.operationId, call).catch(noneIfAbsent)
      return native === undefined ? [] : [{ native, proven: true }]
    },
    idOf: ({ clientId }) => String(clientId),
  }
}

/** The members of a record that a caller chooses, as they are sent. */
export function requestBody(next: Native): JsonObject {
  const { attributes, protocolMappers, ...body } = withoutMembers(next, [
    ...SERVERS_OWN,
    SCOPES,
    'access',
    'origin',
  ])
  return {
    ...body,
    ...(attributes === undefined ? {} : { attributes: sentAttributes(attributes) }),
    ...(Array.isArray(protocolMappers) ? { protocolMappers: protocolMappers.map(withoutId) } : {}),
  }
}

/** A mapper's id is that of one row in the whole server. */
const withoutId = (mapper: Native) => withoutMembers(mapper, ['id'])

function noneIfAbsent(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}

function creationStep(send: Send, path: string, next: Native): SecretStep {
  const body = withSecret(requestBody(next))
  let isCreated = false
  return {
    request: { method: 'POST', target: `${path}/clients`, body },
    send: async (call) => {
      const { operationId: clientId } = call
      const whole = { ...body, ...(await scopesFor(send, next, call)), clientId }
      isCreated = true
      await send({ operation: 'POST /clients', path: '/clients', body: whole }, call)
      return readClient(send, clientId, call).catch(unread)
    },
    reveal: () => (isCreated ? secretOf(body.secret) : undefined),
  }
}

/**
 * Both lists of scopes, where the caller names one: Keycloak would leave the other empty, and drop names that it does
 * not know without a word.
 */
async function scopesFor(send: Send, next: Native, call: Call): Promise<JsonObject> {
  const sent = LISTS.filter((list) => next[list] !== undefined)
  if (sent.length === 0) return {}
  const scopes = await readScopes(send, call)
  for (const list of sent) checkNames(list, texts(next[list]), scopes, 'provider_refused')
  const own = sent.flatMap((list) => texts(next[list]))
  const lists = LISTS.map(async (list) => {
    if (sent.includes(list)) return [list, next[list] ?? []] as const
    const defaults = await readRealmDefaults(send, list, call)
    return [list, defaults.filter((scope) => !own.includes(scope))] as const
  })
  return Object.fromEntries(await Promise.all(lists))
}

/** A secret of ours is not lost with the answer. */
function withSecret(body: JsonObject): JsonObject {
  if (!usesSecret(body) || body.secret !== undefined) return body
  return { ...body, secret: newSecretValue() }
}

/** The client is there, and what it looks like could not be learned. */
function unread(cause: unknown): never {
  const says = 'Keycloak made the client and could not be asked what it holds.'
  throw new ClientError('outcome_unknown', says, { cause })
}
