/**
 * The secrets of an app client: two at most, never none, none for a public client (AddUserPoolClientSecret
 * and its kin). Only the first one shows in a record; once it has ended none does.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { isRecord } from '../../core/json.ts'
import { secretOf } from '../../core/mapping.ts'
import type { Secret } from '../../core/secret.ts'
import type { ClientRef, Step } from '../provider.ts'
import type { LiveSecret, SecretStep, Secrets } from '../secrets.ts'
import { address, type Invoke } from './call.ts'

/** Rotation in the pools of one account. */
export function createSecrets(invoke: Invoke): Secrets {
  return {
    atOnce: 2,
    list: async (ref, call) => {
      const body = await invoke('ListUserPoolClientSecrets', ref, address(ref), call)
      if (!Array.isArray(body.ClientSecrets)) {
        const says = 'Cognito answered with something else than a list.'
        throw new ClientError('provider_unavailable', says)
      }
      return (body.ClientSecrets as readonly Json[]).flatMap(live).sort(byAge)
    },
    add: (ref) => addStep(invoke, ref),
    remove: (ref, _, id) => removeStep(invoke, ref, id),
  }
}

function live(item: Json): readonly LiveSecret[] {
  if (!isRecord(item) || typeof item.ClientSecretId !== 'string') return []
  const { ClientSecretId: id, ClientSecretCreateDate: at } = item
  if (typeof at !== 'number') return [{ id }]
  return [{ id, createdAt: new Date(Math.round(at * 1_000)).toISOString() }]
}

const byAge = ({ createdAt: one = '' }: LiveSecret, { createdAt: other = '' }: LiveSecret) =>
  one < other ? -1 : one > other ? 1 : 0

function addStep(invoke: Invoke, ref: ClientRef): SecretStep {
  const body = address(ref)
  let made: Secret | undefined
  return {
    request: { method: 'POST', target: 'AddUserPoolClientSecret', body },
    send: async (call) => {
      const { ClientSecretDescriptor: told } = await invoke(
        'AddUserPoolClientSecret',
        ref,
        body,
        call,
      )
      made = isRecord(told) ? secretOf(told.ClientSecretValue) : undefined
      if (made !== undefined) return undefined
      throw new ClientError(
        'outcome_unknown',
        'Cognito answered with something else than a secret.',
      )
    },
    reveal: () => made,
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
