/**
 * What the errors of Okta mean: `{errorCode, errorSummary, errorCauses: [{errorSummary}]}` (recorded). The summary says
 * which part failed, the cause says why.
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json } from '../../../core/json/json.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import type { JsonAnswer } from '../../http.ts'
import { mapping } from '../mapping.ts'
import { pauseOf } from './pace.ts'

interface Circumstances {
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether the call had a token that ends and can be asked for again. */
  readonly canRenew: boolean
  secrets(): readonly string[]
}

/** The error that an answer stands for; `undefined` when it is a success. */
export function errorOf(answer: JsonAnswer, at: Circumstances): ClientError | undefined {
  const { status, body } = answer
  if (status < 400) return undefined
  if (status === 404) return new ClientError('not_found', 'There is no such client.')
  if (status === 429) {
    return new ClientError(
      'provider_throttled',
      'Okta asks this server to slow down. Nothing was changed. Try again later.',
      { retryAfter: pauseOf(answer, at.now) },
    )
  }
  const code = isRecord(body) ? body.errorCode : undefined
  if (status === 401) return unauthorized(code, at.canRenew)
  if (status === 403 && code !== 'E0000056') return withoutRights()
  if (status === 405) return misplaced(status)
  return refused(body, at)
}

function unauthorized(code: Json | undefined, canRenew: boolean): ClientError {
  if (code === 'E0000015') {
    return new ClientError(
      'provider_misconfigured',
      'The plan of this org does not have what this needs (E0000015). Nothing was changed. The operator must ask Okta for it.',
    )
  }
  if (!canRenew) {
    return new ClientError(
      'provider_misconfigured',
      'Okta does not accept the API token of this server. The operator must check apiToken in the configuration.',
    )
  }
  // The cached token ended early; the caller of this drops it, and starting again takes a new one.
  return new ClientError(
    'provider_unavailable',
    "Okta no longer accepts this server's access token. Nothing was changed. Try again.",
  )
}

/** A service application needs a scope, and an administrator role that covers the applications. */
const withoutRights = () =>
  new ClientError(
    'provider_misconfigured',
    'This server may not do this in the org. The operator must give its service application the scope okta.apps.manage and an administrator role that covers these applications.',
  )

const misplaced = (status: number) =>
  new ClientError(
    'provider_misconfigured',
    `Okta, or a proxy before it, answers ${status} where applications are managed. The operator must check baseUrl in the configuration.`,
  )

const FULL = /maximum number of client secrets/

function refused(body: Json | undefined, { secrets }: Circumstances): ClientError {
  const cause = causeOf(body)
  if (FULL.test(cause)) {
    return new ClientError(
      'provider_refused',
      'Okta keeps two secrets of a client, and one that is switched off takes the second place. Nothing was changed. Delete it in Okta, or make it active and retire it here.',
    )
  }
  const field = fieldOf(cause)
  const where = field === undefined ? '' : ` Check ${field}.`
  const providerMessage = providerWords(cause === '' ? undefined : cause, secrets())
  return new ClientError('provider_refused', `Okta refused this. Nothing was changed.${where}`, {
    ...(field === undefined ? {} : { field }),
    ...(providerMessage === undefined ? {} : { said: providerMessage }),
  })
}

function causeOf(body: Json | undefined): string {
  const { errorSummary: summary = '', errorCauses: causes } = isRecord(body) ? body : {}
  const [first = null] = Array.isArray(causes) ? (causes as readonly Json[]) : []
  const cause = isRecord(first) ? first.errorSummary : summary
  return typeof cause === 'string' ? cause.slice(0, 2_000) : ''
}

/** Messages name members by their paths, or in quotation marks: `'grant_types' must contain …`. */
function fieldOf(cause: string): string | undefined {
  const [, name] = /^([\w.]{1,100}): /.exec(cause) ?? /'([a-z_]{3,64})'/.exec(cause) ?? []
  if (name === undefined) return undefined
  const paths = [name, `settings.oauthClient.${name}`, `credentials.oauthClient.${name}`]
  const owner = paths.map((path) => fieldOfPath(mapping, path)).find((one) => one !== undefined)
  if (owner !== undefined) return `client.${owner}`
  const setting = paths.find((path) => mapping.settings.includes(path))
  return setting && `client.providerSettings.${setting}`
}
