/** The operations on app clients. `UpdateUserPoolClient` replaces: it resets what the request leaves out. */

import { randomInt } from 'node:crypto'
import { copyOf } from '../copy.ts'
import { CLIENT_ID, CLIENT_NAME, CLIENT_SECRET, POOL_ID, SETTINGS } from './members.ts'
import type { Operation, State } from './operation.ts'
import { type ClientRecord, now, nowAfter } from './pools.ts'
import { refuse } from './refusal.ts'
import { withAnalyticsRole } from './rules/attribute-rules.ts'
import type { Input } from './rules/constraints.ts'
import { withRefreshDefault } from './rules/lifetime-rules.ts'
import { checkRules } from './rules/rules.ts'

/** Quota "App clients per user pool" before any increase. */
const MAX_CLIENTS = 1_000
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** The answer has the ARN in the place of the secret (botocore 1.44.8, CreateUserPoolClient). */
function secretMembers(pool: string, id: string, published: boolean, secret: unknown) {
  if (secret === undefined) return {}
  if (!published) return { ClientSecret: secret }
  const [region = ''] = pool.split('_')
  return { ClientSecretArn: `arn:aws:secretsmanager:${region}:123456789012:secret:${id}` }
}

export const clientOperations: Readonly<Record<string, Operation>> = {
  DescribeUserPoolClient: {
    category: 'client-read',
    members: { UserPoolId: POOL_ID, ClientId: CLIENT_ID },
    answer: ({ UserPoolId, ClientId }, { pools }) => ({
      UserPoolClient: pools.client(UserPoolId, text(ClientId)),
    }),
  },
  CreateUserPoolClient: {
    category: 'client-update',
    members: {
      UserPoolId: POOL_ID,
      ClientName: { shape: CLIENT_NAME, required: true },
      GenerateSecret: { shape: { type: 'boolean' } },
      // In the model of 2026; not together with GenerateSecret.
      ClientSecret: { shape: CLIENT_SECRET },
      PublishSecretsInAWSSecretsManager: { shape: { type: 'boolean' } },
      ...SETTINGS,
    },
    takesSettings: true,
    answer: created,
  },
  UpdateUserPoolClient: {
    category: 'client-update',
    members: {
      UserPoolId: POOL_ID,
      ClientId: CLIENT_ID,
      ClientName: { shape: CLIENT_NAME },
      ...SETTINGS,
    },
    takesSettings: true,
    answer: (input, state) => {
      state.pools.client(input.UserPoolId, text(input.ClientId))
      return state.lock.hold(input.UserPoolId, () => updated(input, state))
    },
  },
  DeleteUserPoolClient: {
    category: 'client-update',
    members: { UserPoolId: POOL_ID, ClientId: CLIENT_ID },
    answer: ({ UserPoolId, ClientId }, { pools, lock }) => {
      pools.client(UserPoolId, text(ClientId))
      // The model lists ConcurrentModificationException for Update and Delete, not for Create.
      return lock.hold(UserPoolId, () => {
        const { clients, secrets } = pools.pool(UserPoolId)
        clients.delete(text(ClientId))
        secrets.delete(text(ClientId))
        return {}
      })
    },
  },
}

/** A random text of lower-case letters and digits, as ids (26) and secrets (51) are. */
export function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('')
}

function created(input: Input & { readonly UserPoolId: string }, state: State): Input {
  const pool = state.pools.pool(input.UserPoolId)
  if (input.GenerateSecret === true && input.ClientSecret !== undefined) {
    refuse('InvalidParameterException', 'ClientSecret cannot be given together with GenerateSecret')
  }
  if (pool.clients.size >= MAX_CLIENTS) {
    refuse('LimitExceededException', 'Maximum number of clients reached for this user pool')
  }
  const secret = input.GenerateSecret === true ? randomText(51) : input.ClientSecret
  const at = now()
  const published =
    input.GenerateSecret === true && input.PublishSecretsInAWSSecretsManager === true
  const id = randomText(26)
  const record = {
    UserPoolId: pool.id,
    ClientName: input.ClientName,
    ClientId: id,
    ...secretMembers(pool.id, id, published, secret),
    LastModifiedDate: at,
    CreationDate: at,
    ...settings(input, state),
  }
  const next = withRefreshDefault(record)
  checkRules({ next, pool, confidential: secret !== undefined })
  const withRole = withAnalyticsRole(next)
  state.pools.put(pool.id, withRole)
  return { UserPoolClient: withRole }
}

function updated(input: Input & { readonly UserPoolId: string }, state: State): Input {
  const pool = state.pools.pool(input.UserPoolId)
  const before = state.pools.client(pool.id, text(input.ClientId))
  const identity = 'UserPoolId ClientId ClientSecret ClientSecretArn CreationDate ClientType'.split(
    ' ',
  )
  const next = withRefreshDefault({
    ...Object.fromEntries(
      identity.filter((name) => name in before).map((name) => [name, before[name]]),
    ),
    // Optional in the model; calls without it kept the name (boto/boto3#1607).
    ClientName: input.ClientName ?? before.ClientName,
    // That it moves when nothing changes is unverified.
    LastModifiedDate: nowAfter(before.LastModifiedDate),
    ...settings(input, state),
  })
  const secrets = pool.secrets.get(text(input.ClientId)) ?? []
  checkRules({ next, pool, confidential: secrets.length > 0 || 'ClientSecretArn' in before })
  const record = withAnalyticsRole(next)
  pool.clients.set(text(input.ClientId), record)
  return { UserPoolClient: record }
}

/**
 * Every setting of the client: as sent, else its default ("If you don't provide a value for an
 * attribute, Amazon Cognito sets it to its default value", API reference of UpdateUserPoolClient).
 * Lists other than those marked are stored as `[]` when sent so, which is unverified.
 */
function settings(input: Input, { futureMembers }: State): ClientRecord {
  const shownSettings = Object.entries(SETTINGS).map(([name, { otherwise, emptyIsUnset }]) => {
    const value = input[name]
    const unset = emptyIsUnset && Array.isArray(value) && value.length === 0
    return [name, unset ? undefined : inOrder(value ?? otherwise)] as const
  })
  const future = [...futureMembers].map(
    ([name, resetsTo]) => [name, input[name] ?? resetsTo] as const,
  )
  return copyOf(
    Object.fromEntries([...shownSettings, ...future].filter(([, value]) => value !== undefined)),
  )
}

/**
 * The service keeps lists as sets and gives them back in an order of its own
 * (hashicorp/terraform-provider-aws#4550, #12388); by the alphabet is an assumption.
 */
const inOrder = (value: unknown) => (Array.isArray(value) ? [...value].sort() : value)

/** A member that was checked to be a text. */
function text(value: unknown): string {
  return String(value)
}
