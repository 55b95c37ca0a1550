/**
 * The secrets of an app client: two at most, never none, none for a public client (AddUserPoolClientSecret
 * and its kin). Only the first one shows in a record; once it has ended none does.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { timeOf } from '../../core/mapping/times.ts'
import type { ClientRef, Step } from '../call.ts'
import type { AddStep, LiveSecret, Secrets } from '../secrets.ts'
import { address, type Invoke } from './calls/call.ts'
import { isKeptElsewhere, mayHaveSecret, SECRET_LIMITS } from './record.ts'

const AT_ONCE = 2

/** Rotation in the pools of one account. */
export function createSecrets(invoke: Invoke): Secrets {
  return {
    atOnce: () => AT_ONCE,
    limits: SECRET_LIMITS,
    unusable: (base) => {
      if (base.ClientType === 'DCR') {
        return 'it was registered at the user pool itself (ClientType DCR), and Cognito does not rotate the secrets of such clients'
      }
      if (isKeptElsewhere(base)) {
        return 'its secret is stored in AWS Secrets Manager (ClientSecretArn) and rotated there'
      }
      return mayHaveSecret(base)
        ? undefined
        : 'it is public, and Cognito gives a client a secret only when it is created'
    },
    list: async (ref, _, call) => {
      const body = await invoke('ListUserPoolClientSecrets', ref, address(ref), call)
      if (!Array.isArray(body.ClientSecrets)) {
        const says = 'The answer of Cognito is not a list.'
        throw new ClientError('provider_unavailable', says)
      }
      return (body.ClientSecrets as readonly Json[]).flatMap(live).sort(byAge)
    },
    add: (ref, _, value) => addStep(invoke, ref, value),
    remove: (ref, _, id) => removeStep(invoke, ref, id),
  }
}

function live(item: Json): readonly LiveSecret[] {
  if (!isRecord(item) || typeof item.ClientSecretId !== 'string') return []
  const { ClientSecretId: id, ClientSecretCreateDate: at } = item
  const createdAt = timeOf(at)
  return [createdAt === undefined ? { id } : { id, createdAt }]
}

const byAge = ({ createdAt: one = '' }: LiveSecret, { createdAt: other = '' }: LiveSecret) =>
  one < other ? -1 : one > other ? 1 : 0

function addStep(invoke: Invoke, ref: ClientRef, value: string): AddStep {
  const body = { ...address(ref), ClientSecret: value }
  let added: LiveSecret | undefined
  return {
    request: { method: 'POST', target: 'AddUserPoolClientSecret', body },
    send: async (call) => {
      const answer = await invoke('AddUserPoolClientSecret', ref, body, call)
      const { ClientSecretDescriptor: descriptor = null } = answer
      added = live(descriptor)[0]
      if (added !== undefined) return undefined
      const says = 'The answer of Cognito is not a secret.'
      throw new ClientError('outcome_unknown', says)
    },
    added: () => added,
  }
}

function removeStep(invoke: Invoke, ref: ClientRef, id: string): Step {
  const body = { ...address(ref), ClientSecretId: id }
  return {
    request: { method: 'POST', target: 'DeleteUserPoolClientSecret', body },
    send: async (call) => {
      await invoke('DeleteUserPoolClientSecret', ref, body, call).catch(noSecret)
      return undefined
    },
  }
}

function noSecret(error: unknown): never {
  if (!isClientError(error, 'not_found')) throw error
  throw new ClientError('not_found', 'There is no such client, or it has no such secret.')
}
