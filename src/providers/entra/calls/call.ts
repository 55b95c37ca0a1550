/** One call to Microsoft Graph, with the token of this server, and what a refusal means. */

import type { Json } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import type { Call } from '../../call.ts'
import { callPaced, type JsonAnswer } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { mapping } from '../mapping.ts'
import { errorOf, readErrorOf } from './errors.ts'
import { type Bucket, createThrottling } from './pace.ts'
import type { EntraSettings } from './tenant.ts'
import { tenantToken } from './token.ts'

export interface Request {
  /** Method and template, as logs name it. */
  readonly operation: string
  /** Below the version, with its query. */
  readonly path: string
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string>>
  /** It writes to an application that personal accounts can use, which has a pace of its own. */
  readonly isPersonal?: boolean
}

/** Gives a successful answer; throws what the contract of providers says. */
export type Send = (request: Request, call: Call) => Promise<JsonAnswer>

/** The operation that reads one application by its client id. */
export const READ = 'GET /applications?appId'

/** Calls of one tenant. */
export function createSender(
  settings: EntraSettings,
  { pace, now }: { readonly pace: Pace; now(): number },
): Send {
  const throttling = createThrottling(now)
  const source = tenantToken(settings, { pace, now, throttling })
  const { credential } = settings
  const ownSecrets = 'secret' in credential ? [credential.secret.reveal()] : []
  return async ({ operation, path, body, headers = {}, isPersonal = false }, call) => {
    const [method = 'GET'] = operation.split(' ')
    const reads = method === 'GET'
    let token = ''
    const request = async () => {
      token = await source.token(call)
      return {
        operation,
        method,
        url: `${settings.graphUrl}${path}`,
        headers: {
          ...headers,
          authorization: `Bearer ${token}`,
          'client-request-id': call.operationId,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: stringifyJson(body) }),
        effect: !reads,
        isRead: operation === READ,
      }
    }
    const buckets: readonly Bucket[] = reads
      ? ['reads']
      : isPersonal
        ? ['writes', 'personal']
        : ['writes']
    const answer = await callPaced({ pace, buckets, rateOf: throttling.rateOf }, request, call)
    if (answer.status === 401) source.drop(token)
    const secrets = () => [token, ...ownSecrets, ...hiddenTexts(mapping, body ?? null)]
    const error = errorOf(answer, { secrets, pauseOf: throttling.pauseOf })
    if (error === undefined) return answer
    throw reads ? readErrorOf(error) : error
  }
}
