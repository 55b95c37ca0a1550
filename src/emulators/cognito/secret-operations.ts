/**
 * Rotation of client secrets: at most two at a time, never none (API reference of
 * AddUserPoolClientSecret). Only the first secret shows in Describe, and once it is deleted none does,
 * though the client stays confidential (measured on AWS in floci-io/floci pull request 345).
 * Texts are unverified.
 */

import { randomText } from './client-operations.ts'
import { BOUNDED_TOKEN, CLIENT_ID, CLIENT_SECRET, POOL_ID } from './members.ts'
import type { Operation } from './operation.ts'
import { newSecret, type Pools, type Secret } from './pools.ts'
import { refuse } from './refusal.ts'

const MAX_SECRETS = 2

/** The quotas page does not place these operations in a category; they are counted as updates. */
export const secretOperations: Readonly<Record<string, Operation>> = {
  AddUserPoolClientSecret: {
    category: 'client-update',
    members: { UserPoolId: POOL_ID, ClientId: CLIENT_ID, ClientSecret: { shape: CLIENT_SECRET } },
    answer: ({ UserPoolId, ClientId, ClientSecret }, { pools }) => {
      const id = String(ClientId)
      const secrets = secretsOf(pools, UserPoolId, id)
      if (secrets.length === 0 || pools.client(UserPoolId, id).ClientType === 'DCR') {
        refuse('InvalidParameterException', `User pool client ${id} does not support secrets.`)
      }
      if (secrets.length >= MAX_SECRETS) {
        refuse('LimitExceededException', `User pool client ${id} already has two secrets.`)
      }
      const secret = newSecret(id, String(ClientSecret ?? randomText(51)), secrets)
      pools.pool(UserPoolId).secrets.set(id, [...secrets, secret])
      // The value is returned only when it was generated (ClientSecretDescriptorType).
      const value = ClientSecret === undefined ? { ClientSecretValue: secret.value } : {}
      return { ClientSecretDescriptor: { ...descriptor(secret), ...value } }
    },
  },
  ListUserPoolClientSecrets: {
    category: 'client-update',
    members: {
      UserPoolId: POOL_ID,
      ClientId: CLIENT_ID,
      NextToken: { shape: BOUNDED_TOKEN },
    },
    // An empty list for a public client is unverified.
    answer: ({ UserPoolId, ClientId }, { pools }) => ({
      ClientSecrets: secretsOf(pools, UserPoolId, String(ClientId)).map(descriptor),
    }),
  },
  DeleteUserPoolClientSecret: {
    category: 'client-update',
    members: {
      UserPoolId: POOL_ID,
      ClientId: CLIENT_ID,
      ClientSecretId: { shape: { type: 'string', min: 1, max: 128 }, required: true },
    },
    answer: ({ UserPoolId, ClientId, ClientSecretId }, { pools }) => {
      const id = String(ClientId)
      const secrets = secretsOf(pools, UserPoolId, id)
      const target = secrets.find((secret) => secret.id === ClientSecretId)
      if (target === undefined) {
        return refuse(
          'ResourceNotFoundException',
          `Client secret ${ClientSecretId} does not exist.`,
        )
      }
      if (secrets.length === 1) {
        refuse('InvalidParameterException', 'The last secret of a client cannot be deleted.')
      }
      const { clients, secrets: all } = pools.pool(UserPoolId)
      all.set(
        id,
        secrets.filter((secret) => secret !== target),
      )
      const { ClientSecret, ...record } = pools.client(UserPoolId, id)
      if (ClientSecret === target.value) clients.set(id, record)
      return {}
    },
  },
}

function secretsOf(pools: Pools, poolId: string, clientId: string): readonly Secret[] {
  pools.client(poolId, clientId)
  return pools.pool(poolId).secrets.get(clientId) ?? []
}

function descriptor({ id, createdAt }: Secret) {
  return { ClientSecretId: id, ClientSecretCreateDate: createdAt }
}
