/** What the Management API's errors mean for a caller. */

import { ClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Mapping } from '../../../core/mapping/mapping.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import type { JsonAnswer } from '../../http.ts'
import { pauseOf } from './pace.ts'

/**
 * The error that an answer stands for; `undefined` when it is a success. `now` in epoch ms; `secrets`: those of the call.
 */
export function errorOf(
  mapping: Mapping,
  answer: JsonAnswer,
  now: number,
  secrets: () => readonly string[] = () => [],
): ClientError | undefined {
  const { status, body } = answer
  if (status < 400) return undefined
  if (status === 404) return new ClientError('not_found', 'There is no such client.')
  if (status === 429) {
    return new ClientError(
      'provider_throttled',
      'Auth0 asks this server to slow down. Nothing was changed. Try again later.',
      { retryAfter: pauseOf(answer, now) },
    )
  }
  if (status === 401) {
    // The cached token ended early; the caller of this drops it, and starting again takes a new one.
    return new ClientError(
      'provider_unavailable',
      "Auth0 no longer accepts this server's access token. Nothing was changed. Try again.",
    )
  }
  if (status === 403 && codeOf(body) === 'insufficient_scope') {
    return new ClientError(
      'provider_misconfigured',
      "This server's own Auth0 credentials lack a scope for this. The operator must check the configuration.",
    )
  }
  const field = fieldOf(mapping, body)
  const where = field === undefined ? '' : ` Check ${field}.`
  const providerMessage = providerWords(isRecord(body) ? body.message : undefined, secrets())
  return new ClientError(
    'provider_refused',
    `Auth0 refused the change. Nothing was changed.${where}`,
    {
      ...(field === undefined ? {} : { field }),
      ...(providerMessage === undefined ? {} : { said: providerMessage }),
    },
  )
}

const codeOf = (body: Json | undefined) => (isRecord(body) ? body.errorCode : undefined)

/** The message names the member: `... on property refresh_token.policies (...)`. */
function fieldOf(mapping: Mapping, body: Json | undefined): string | undefined {
  const text = isRecord(body) && typeof body.message === 'string' ? body.message : ''
  const [, path] =
    / on property ([\w.[\]-]{1,100})/.exec(text) ??
    /Additional properties not allowed: ([\w-]{1,64})/.exec(text) ??
    []
  if (path === undefined) return undefined
  const owner = fieldOfPath(mapping, path.replace(/\[\d+\]/g, ''))
  return `client.${owner ?? `providerSettings.${path}`}`
}
