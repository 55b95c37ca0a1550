/** One call to the Management API, with the server's token, and what its refusal means. */

import { ClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import type { Call } from '../../call.ts'
import type { TokenSource } from '../../calls/token-source.ts'
import { callPaced, type JsonAnswer } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { mapping } from '../mapping.ts'
import { errorOf } from './errors.ts'
import { MANAGEMENT, rateAt } from './pace.ts'
import type { TokenSettings } from './token.ts'

export interface Request {
  /** Method and template, as logs name it. */
  readonly operation: string
  readonly path: string
  readonly body?: Json
}

/** Gives the body of the answer; throws what the contract of providers says. */
export type Send = (request: Request, call: Call) => Promise<Json | undefined>

/** Calls of one tenant, which share one token and one pace. */
export function createSender(settings: TokenSettings, pace: Pace, source: TokenSource): Send {
  const rateOf = (answer: JsonAnswer) => rateAt(answer, settings.now())
  return async ({ operation, path, body }, call) => {
    const [method = 'GET'] = operation.split(' ')
    let token = ''
    const request = async () => {
      token = await source.token(call)
      return {
        operation,
        method,
        url: `${settings.baseUrl}/api/v2${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          'x-correlation-id': call.operationId,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: stringifyJson(body) }),
        effect: method !== 'GET',
        isRead: operation === 'GET /clients/{id}',
      }
    }
    const answer = await callPaced({ pace, buckets: MANAGEMENT, rateOf }, request, call)
    if (answer.status === 401) source.drop(token)
    const secrets = () => [token, settings.clientSecret(), ...hiddenTexts(mapping, body ?? null)]
    const error = errorOf(mapping, answer, settings.now(), secrets)
    if (error !== undefined) throw method === 'GET' ? readError(error) : error
    return answer.body
  }
}

/** A refused read is no refused change: what is wrong is between this server and Auth0. */
function readError(error: ClientError): ClientError {
  if (error.code !== 'provider_refused') return error
  return new ClientError(
    'provider_misconfigured',
    'Auth0 does not let this server read the client. The operator must check the configuration.',
  )
}
