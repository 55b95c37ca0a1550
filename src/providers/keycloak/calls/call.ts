/** One call to the admin API of a realm (v1), with the token of its service account, and what a refusal means. */

import { ClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import type { Call, Place } from '../../call.ts'
import { callPaced, type JsonAnswer, throttleOf } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { mapping } from '../mapping.ts'
import { errorOf } from './errors.ts'
import type { KeycloakSettings, Realm } from './realm.ts'
import { realmToken } from './token.ts'

export interface Request {
  /** Method and template below the realm, as logs name it. */
  readonly operation: string
  /** Below the realm. */
  readonly path: string
  readonly body?: Json
}

/** Gives a successful answer; throws what the contract of providers says. */
export type Send = (request: Request, call: Call) => Promise<JsonAnswer>

/** Calls of the realm of a place. */
export type SendAt = (place: Pick<Place, 'userPoolId'>) => Send

/** The path of a realm in the admin API. */
export const adminPath = ({ realm }: Pick<Realm, 'realm'>) =>
  `/admin/realms/${encodeURIComponent(realm)}`

/** The operation that reads one client. */
export const READ = 'GET /clients?clientId'

/** Calls of each realm, which has a token and a pace of its own. */
export function createSenders(
  { pools }: KeycloakSettings,
  surroundings: { readonly pace: Pace; now(): number },
): SendAt {
  const senders = new Map(
    Object.entries(pools).map(([pool, realm]) => [pool, createSender(realm, pool, surroundings)]),
  )
  return ({ userPoolId = '' }) => senders.get(userPoolId) ?? noRealm
}

const noRealm: Send = async () => {
  throw new ClientError('not_found', 'There is no such client.')
}

function createSender(
  realm: Realm,
  pool: string,
  { pace, now }: { readonly pace: Pace; now(): number },
): Send {
  const source = realmToken(realm, pool, { pace, now })
  return async ({ operation, path, body }, call) => {
    const [method = 'GET'] = operation.split(' ')
    let token = ''
    const request = async () => {
      token = await source.token(call)
      return {
        operation,
        method,
        url: `${realm.baseUrl}${adminPath(realm)}${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: stringifyJson(body) }),
        effect: method !== 'GET',
        isRead: operation === READ,
      }
    }
    const answer = await callPaced({ pace, buckets: [pool], rateOf: throttleOf }, request, call)
    if (answer.status === 401) source.drop(token)
    const secrets = () => [
      token,
      realm.clientSecret.reveal(),
      ...hiddenTexts(mapping, body ?? null),
    ]
    const error = errorOf(answer, secrets)
    if (error === undefined) return answer
    throw method === 'GET' && error.code === 'provider_refused' ? readError() : error
  }
}

/** A refused read is no refused change: what is wrong is between this server and Keycloak. */
const readError = () =>
  new ClientError(
    'provider_misconfigured',
    'Keycloak refused to show the client to this server; its operator must look at the configuration.',
  )
