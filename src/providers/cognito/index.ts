/**
 * Amazon Cognito, spoken as signed JSON 1.1 and never through a typed SDK: that drops members newer
 * than itself, and on a full replace a dropped member is a reset one.
 */

import { ClientError, type ErrorCode, isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isRecord, same } from '../../core/json.ts'
import type { Native } from '../../core/mapping.ts'
import { type Credentials, signRequest } from '../../core/sigv4.ts'
import { updateBody } from '../../core/update-body.ts'
import { callPaced } from '../http.ts'
import type { Pace } from '../pace.ts'
import type { Call, ClientRef, Provider } from '../provider.ts'
import { errorOf } from './errors.ts'
import { mapping } from './mapping.ts'
import { bucketsOf, type CognitoPace, createCognitoPace, type Operation, toldBy } from './pace.ts'

export interface CognitoSettings {
  /** User pools by id; region and endpoint never come from a request. */
  readonly pools: Readonly<Record<string, { readonly region: string; readonly endpoint: string }>>
  credentials(): Promise<Credentials>
  readonly pace?: CognitoPace | undefined
  now(): number
}

/** User pools of one AWS account. */
export function createCognitoProvider(settings: CognitoSettings): Provider {
  const pace = createCognitoPace(settings.pace ?? {}, settings.pools, settings.now)
  const invoke = (operation: Operation, ref: ClientRef, body: JsonObject, call: Call) =>
    send(settings, pace, { operation, ref, body }, call)
  const address = (ref: ClientRef) => ({ UserPoolId: ref.userPoolId ?? '', ClientId: ref.id })

  /** A record without a secret may still belong to a confidential client: its list of secrets tells. */
  async function withSecretList(ref: ClientRef, native: Native, call: Call): Promise<Native> {
    if (native.ClientSecret !== undefined) return native
    try {
      const body = await invoke('ListUserPoolClientSecrets', ref, address(ref), call)
      return { ...native, ClientSecrets: body.ClientSecrets ?? [] }
    } catch (error) {
      // The right to list secrets is optional; the service refuses the call for some clients.
      if (isClientError(error, 'provider_refused')) return { ...native, ClientSecrets: null }
      if (isClientError(error, 'provider_misconfigured')) return { ...native, ClientSecrets: null }
      throw error
    }
  }

  return {
    type: 'cognito',
    mapping,
    userPools: Object.keys(settings.pools),
    pace: pace.state,
    read: async (ref, call) => {
      const body = await invoke('DescribeUserPoolClient', ref, address(ref), call).catch(notThere)
      return withSecretList(ref, recordOf(body, 'provider_unavailable'), call)
    },
    steps: (ref, base, next) => {
      if (same(base, next)) return []
      const body = { ...updateBody(mapping, base, next), ...address(ref) }
      return [
        {
          request: { method: 'POST', target: 'UpdateUserPoolClient', body },
          send: async (call) => {
            const answer = await invoke('UpdateUserPoolClient', ref, body, call)
            const after = recordOf(answer, 'outcome_unknown')
            const { ClientSecrets } = base
            return ClientSecrets === undefined ? after : { ...after, ClientSecrets }
          },
        },
      ]
    },
  }
}

/** An id that Cognito refuses to look up is the id of no client. */
function notThere(error: unknown): never {
  if (!isClientError(error, 'provider_refused')) throw error
  throw new ClientError('not_found', 'There is no such client.')
}

interface Request {
  readonly operation: Operation
  readonly ref: ClientRef
  readonly body: JsonObject
}

async function send(
  { pools, credentials, now }: CognitoSettings,
  pace: Pace,
  { operation, ref, body }: Request,
  call: Call,
): Promise<JsonObject> {
  const { userPoolId = '' } = ref
  const pool = pools[userPoolId]
  if (pool === undefined) throw new ClientError('not_found', 'There is no such client.')
  const text = JSON.stringify(body)
  const request = async () => ({
    operation,
    method: 'POST',
    url: pool.endpoint,
    headers: signRequest({
      method: 'POST',
      url: pool.endpoint,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: text,
      region: pool.region,
      service: 'cognito-idp',
      credentials: await credentials(),
      at: new Date(now()),
    }),
    body: text,
    effect: operation.startsWith('Update'),
  })
  const buckets = bucketsOf(operation, userPoolId, pool.region)
  const answer = await callPaced({ pace, buckets, told: toldBy }, request, call)
  const error = errorOf(answer)
  if (error !== undefined) throw error
  return isRecord(answer.body) ? answer.body : {}
}

/** A record that is not one must never become the base of a full replace. */
function recordOf(body: JsonObject, otherwise: ErrorCode): Native {
  const record: Json | undefined = body.UserPoolClient
  if (isRecord(record) && typeof record.ClientId === 'string') return record
  throw new ClientError(otherwise, 'The provider answered with something else than a client.')
}
