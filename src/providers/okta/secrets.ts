/**
 * The secrets of an application: two at most, each active or not. Their list shows every value in the clear (recorded),
 * so that it is read for rotations and the list of secrets alone, and never with the record.
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import type { ClientRef, Step } from '../call.ts'
import { type AddStep, hintOf, type LiveSecret, type Secrets } from '../secrets.ts'
import type { Send } from './calls/call.ts'
import { type AppIds, appPathAt } from './calls/records.ts'
import { methodOf, usesSecret } from './grants.ts'
import { SECRET_LIMITS } from './lenses.ts'

const AT_ONCE = 2

/** Rotation in one org. */
export function createSecrets(send: Send, ids: AppIds): Secrets {
  const pathAt = (ref: ClientRef, base: Native) =>
    `${appPathAt(ids, ref, base)}/credentials/secrets`
  return {
    atOnce: () => AT_ONCE,
    limits: SECRET_LIMITS,
    unusable: (base) =>
      usesSecret(base)
        ? undefined
        : `it authenticates without one (client.tokenEndpointAuthMethod is ${methodOf(base)})`,
    list: async (ref, base, call) => {
      const operation = 'GET /apps/{id}/credentials/secrets'
      const { body } = await send({ operation, path: pathAt(ref, base) }, call)
      if (!Array.isArray(body)) {
        const says = 'Okta answered with something else than a list of secrets.'
        throw new ClientError('provider_unavailable', says)
      }
      return (body as readonly Json[]).flatMap(live).sort(byAge)
    },
    add: (ref, base, value) => addStep(send, pathAt(ref, base), value),
    disable: (ref, base, id) => disableStep(send, secretPath(pathAt(ref, base), id)),
    remove: (ref, base, id) => removeStep(send, secretPath(pathAt(ref, base), id)),
  }
}

const secretPath = (secrets: string, id: string) => `${secrets}/${encodeURIComponent(id)}`

/** An inactive one authenticates no one. */
function live(item: Json): readonly LiveSecret[] {
  if (!isRecord(item) || typeof item.id !== 'string' || item.status !== 'ACTIVE') return []
  const { id, created, client_secret: value } = item
  const createdAt = timeOf(created)
  return [
    {
      id,
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(typeof value === 'string' ? hintOf(value) : {}),
    },
  ]
}

const byAge = ({ createdAt: one = '' }: LiveSecret, { createdAt: other = '' }: LiveSecret) =>
  one < other ? -1 : one > other ? 1 : 0

function addStep(send: Send, path: string, value: string): AddStep {
  const body = { client_secret: value }
  let added: LiveSecret | undefined
  return {
    request: { method: 'POST', target: `/api/v1${path}`, body },
    send: async (call) => {
      const operation = 'POST /apps/{id}/credentials/secrets'
      const answer = await send({ operation, path, body, secrets: [value] }, call)
      added = live(answer.body ?? null)[0]
      if (added !== undefined) return undefined
      throw new ClientError('outcome_unknown', 'Okta answered with something else than a secret.')
    },
    added: () => added,
  }
}

/** Okta deletes an inactive one only (OpenAPI file). */
function disableStep(send: Send, secret: string): Step {
  const path = `${secret}/lifecycle/deactivate`
  return {
    request: { method: 'POST', target: `/api/v1${path}`, body: {} },
    send: async (call) => {
      const operation = 'POST /apps/{id}/credentials/secrets/{secretId}/lifecycle/deactivate'
      await send({ operation, path }, call)
      return undefined
    },
  }
}

function removeStep(send: Send, path: string): Step {
  return {
    request: { method: 'DELETE', target: `/api/v1${path}`, body: {} },
    send: async (call) => {
      await send({ operation: 'DELETE /apps/{id}/credentials/secrets/{secretId}', path }, call)
      return undefined
    },
  }
}
