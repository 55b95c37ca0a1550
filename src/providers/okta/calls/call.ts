/** One call to the Apps API, with a token of this server, and what a refusal means. */

import { ClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import { hiddenTexts } from '../../../core/secrecy/provider-words.ts'
import type { Call } from '../../call.ts'
import { callPaced, type JsonAnswer } from '../../http.ts'
import type { Pace } from '../../pace/pace.ts'
import { mapping } from '../mapping.ts'
import { errorOf } from './errors.ts'
import type { OktaSettings } from './org.ts'
import { groupOf, rateAt } from './pace.ts'
import { createProofMaker } from './proof-of-possession.ts'
import { orgToken } from './token.ts'

export interface Request {
  /** Method and template below `/api/v1`, as logs name it. */
  readonly operation: string
  /** Below `/api/v1`. */
  readonly path: string
  readonly body?: Json
  /** Secrets of the request that its names do not show. */
  readonly secrets?: readonly string[]
}

/** Gives a successful answer; throws what the contract of providers says. */
export type Send = (request: Request, call: Call) => Promise<JsonAnswer>

/** The operation that reads one application. */
export const READ = 'GET /apps/{id}'

interface Account {
  headers(request: { readonly method: string; readonly url: string }, call: Call): Promise<Headers>
  /** What of them is secret now. */
  secret(): string
  /** Forgets a token that the API no longer accepts; absent: it is always the same one. */
  renew?(): void
}

type Headers = Readonly<Record<string, string>>

/** Calls of one org, which share one token and one pace. */
export function createSender(
  settings: OktaSettings,
  { pace, now }: { readonly pace: Pace; now(): number },
): Send {
  const account = accountOf(settings, { pace, now })
  const rateOf = (answer: JsonAnswer) => rateAt(answer, now())
  return async ({ operation, path, body, secrets: own = [] }, call) => {
    const [method = 'GET'] = operation.split(' ')
    const url = `${settings.baseUrl}/api/v1${path}`
    const request = async () => ({
      operation,
      method,
      url,
      headers: {
        ...(await account.headers({ method, url }, call)),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
      effect: method !== 'GET',
      isRead: operation === READ,
    })
    const buckets = [groupOf(operation)]
    const answer = await callPaced({ pace, buckets, rateOf }, request, call)
    if (answer.status === 401) account.renew?.()
    const error = errorOf(answer, {
      now: now(),
      canRenew: account.renew !== undefined,
      secrets: () => [account.secret(), ...own, ...hiddenTexts(mapping, body ?? null)],
    })
    if (error === undefined) return answer
    throw method === 'GET' && error.code === 'provider_refused' ? readError() : error
  }
}

/** A refused read is no refused change: what is wrong is between this server and Okta. */
const readError = () =>
  new ClientError(
    'provider_misconfigured',
    'Okta refused to show the client to this server; its operator must check the configuration.',
  )

function accountOf(
  { baseUrl, app, apiToken }: OktaSettings,
  { pace, now }: { readonly pace: Pace; now(): number },
): Account {
  if (app === undefined) {
    const token = () => apiToken?.reveal() ?? ''
    // Okta, "API token authentication".
    return { headers: async () => ({ authorization: `SSWS ${token()}` }), secret: token }
  }
  const proofs = app.dpop ? createProofMaker(now) : undefined
  const source = orgToken(app, { baseUrl, pace, proofs, now })
  let current = ''
  return {
    headers: async (request, call) => {
      const token = await source.token(call)
      current = token
      if (proofs === undefined) return { authorization: `Bearer ${token}` }
      return {
        authorization: `DPoP ${token}`,
        dpop: await proofs.proof(request, { token }),
      }
    },
    secret: () => current,
    renew: () => source.drop(current),
  }
}
