/** One signed call to Cognito, and records in its answers. */

import { ClientError, type ErrorCode, isClientError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import { type Credentials, signRequest } from '../../../core/sigv4.ts'
import type { Call, ClientRef, Place } from '../../call.ts'
import { callPaced } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import type { Budget } from '../../pace/pace-budget.ts'
import { checkSize } from '../../unreadable.ts'
import { mapping } from '../mapping.ts'
import { errorOf } from './errors.ts'
import { bucketsOf, type CognitoPace, type Operation, rateOf } from './pace.ts'

export interface CognitoOptions {
  /** User pools by id; region and endpoint never come from a request. */
  readonly pools: Readonly<
    Record<string, { readonly region: string; readonly endpoint: string; readonly domain?: string }>
  >
  credentials(): Promise<Credentials>
  readonly pace?: CognitoPace | undefined
  /** How long a new client may be missing from the list of its pool. */
  readonly listLagSeconds?: number | undefined
  now(): number
  /** Divides the quotas between instances. */
  readonly budget?: Budget | undefined
}

/** Asks for one operation in a pool, whose id goes along by itself; gives the body of the answer. */
export type Invoke = (
  operation: Operation,
  place: Pick<Place, 'userPoolId'>,
  body: JsonObject,
  call: Call,
) => Promise<JsonObject>

/** All others write, so that a lost answer leaves their outcome unknown. */
const READS = /^(Describe|List|Get)/

/** Calls to the pools of one account, which share one pace. */
export function createInvoke({ pools, credentials, now }: CognitoOptions, pace: Pace): Invoke {
  return async (operation, { userPoolId = '' }, body, call) => {
    const pool = Object.hasOwn(pools, userPoolId) ? pools[userPoolId] : undefined
    if (pool === undefined) throw noClient()
    const text = stringifyJson({ UserPoolId: userPoolId, ...body })
    let signingSecrets: readonly string[] = []
    const signedWith = async () => {
      const keys = await credentials()
      signingSecrets = [keys.secretAccessKey, ...(keys.sessionToken ? [keys.sessionToken] : [])]
      return keys
    }
    const secrets = () => [...hiddenTexts(mapping, body), ...signingSecrets]
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
        credentials: await signedWith(),
        at: new Date(now()),
      }),
      body: text,
      effect: !READS.test(operation),
      isRead: operation === 'DescribeUserPoolClient',
    })
    const buckets = bucketsOf(operation, userPoolId, pool.region)
    const answer = await callPaced({ pace, buckets, rateOf }, request, call)
    const error = errorOf(answer, secrets)
    if (error !== undefined) throw error
    return isRecord(answer.body) ? answer.body : {}
  }
}

/** Members that name a client in a call. */
export const address = ({ userPoolId, id }: Omit<ClientRef, 'provider'>) => ({
  UserPoolId: userPoolId ?? '',
  ClientId: id,
})

/** An id that Cognito refuses to look up is the id of no client. */
export function notThere(error: unknown): never {
  throw isClientError(error, 'provider_refused') ? noClient() : error
}

const noClient = () => new ClientError('not_found', 'There is no such client.')

/** A record that is not one must never become the base of a full replace. */
export function recordOf(body: JsonObject, otherwise: ErrorCode): Native & { ClientId: string } {
  const record: Json | undefined = body.UserPoolClient
  if (isRecord(record) && typeof record.ClientId === 'string') {
    checkSize(record, otherwise)
    return record as Native & { ClientId: string }
  }
  const says = 'The answer of the provider is not a client.'
  throw new ClientError(otherwise, says, { found: record ?? null })
}
