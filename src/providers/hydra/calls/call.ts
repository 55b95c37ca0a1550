/** One call to the admin API, with what the proxy before it asks for, and what its refusal means. */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import type { Secret } from '../../../core/secrecy/secret.ts'
import type { Call } from '../../call.ts'
import { callPaced, type JsonAnswer, throttleOf } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { mapping } from '../mapping.ts'
import { errorOf } from './errors.ts'
import { ADMIN } from './pace.ts'

export interface Request {
  /** Method and template, as logs name it. */
  readonly operation: string
  readonly path: string
  readonly body?: Json
}

export interface Target {
  readonly baseUrl: string
  readonly token?: Secret
  readonly header?: { readonly name: string; readonly value: Secret }
}

/** Gives a successful answer; throws what the contract of providers says. */
export type Send = (request: Request, call: Call) => Promise<JsonAnswer>

/** Calls of one server, which share one pace. */
export function createSender({ baseUrl, token, header }: Target, pace: Pace): Send {
  return async ({ operation, path, body }, call) => {
    const [method = 'GET'] = operation.split(' ')
    const request = async () => ({
      operation,
      method,
      url: `${baseUrl}${path}`,
      headers: {
        ...(token && { authorization: `Bearer ${token.reveal()}` }),
        ...(header && { [header.name.toLowerCase()]: header.value.reveal() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: stringifyJson(body) }),
      effect: method !== 'GET',
      isRead: operation === 'GET /admin/clients/{id}',
    })
    const answer = await callPaced({ pace, buckets: ADMIN, rateOf: throttleOf }, request, call)
    const secrets = () => [
      ...[token, header?.value].flatMap((one) => one?.reveal() ?? []),
      ...hiddenTexts(mapping, recordOf(body)),
    ]
    const error = errorOf(answer, secrets)
    if (error === undefined) return answer
    throw method === 'GET' && error.code === 'provider_refused' ? readError() : error
  }
}

/** The members that a request sets, for what of them is a secret. */
const recordOf = (body: Json = null): Json =>
  Array.isArray(body)
    ? Object.fromEntries(
        body.flatMap((one) => {
          if (!isRecord(one) || typeof one.path !== 'string') return []
          return [[one.path.slice(1), one.value ?? null]]
        }),
      )
    : body

/** A refused read is no refused change: what is wrong is between this server and Hydra. */
const readError = () =>
  new ClientError(
    'provider_misconfigured',
    'Hydra refused to show the client to this server; its operator must look at the configuration.',
  )
