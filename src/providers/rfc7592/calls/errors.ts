/** What the errors of registration endpoints mean (RFC 7591 section 3.2.2, RFC 7592 section 2). */

import { ClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Mapping } from '../../../core/mapping/mapping.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import { type JsonAnswer, retryAfterOf } from '../../http.ts'

/** The error that an answer stands for; `undefined` when it is a success. 401 is the caller's own. `secrets`: those of the call. */
export function errorOf(
  mapping: Mapping,
  answer: JsonAnswer,
  effect: boolean,
  secrets: () => readonly string[] = () => [],
): ClientError | undefined {
  const { status, body } = answer
  if (status < 400) return undefined
  if (status === 404) return new ClientError('not_found', 'There is no such client.')
  if (status === 429) {
    const retryAfter = retryAfterOf(answer)
    return new ClientError(
      'provider_throttled',
      'The provider asks this server to slow down. Nothing was changed. Try again later.',
      retryAfter === undefined ? {} : { retryAfter },
    )
  }
  if (status === 403) {
    return new ClientError(
      'provider_misconfigured',
      'The server does not permit this with the token that it issued (403). Its operator must check that.',
    )
  }
  if (!effect || status === 405) {
    return new ClientError(
      'provider_misconfigured',
      `The server answers ${status} to requests that manage clients. The operator must check the configuration.`,
    )
  }
  const field = fieldOf(mapping, body)
  const where = field === undefined ? '' : ` Check ${field}.`
  const name = nameOf(body)
  const providerMessage = providerWords(
    isRecord(body) ? body.error_description : undefined,
    secrets(),
  )
  return new ClientError(
    'provider_refused',
    `The server refused this${name === undefined ? '' : ` (${name})`}. Nothing was changed.${where}`,
    {
      ...(field === undefined ? {} : { field }),
      ...(providerMessage === undefined ? {} : { said: providerMessage }),
    },
  )
}

/** Only the plain name of an error stands in our own sentence. */
function nameOf(body: Json | undefined): string | undefined {
  const error = isRecord(body) ? body.error : undefined
  return typeof error === 'string' && /^[A-Za-z_]{1,64}$/.test(error) ? error : undefined
}

/** Descriptions begin with, or quote, the member that they are about. */
function fieldOf(mapping: Mapping, body: Json | undefined): string | undefined {
  const text = isRecord(body) ? body.error_description : undefined
  const words =
    typeof text === 'string'
      ? (text.slice(0, 1_000).match(/^[a-z]+\b|[a-z]+(_[a-z]+)+/g) ?? [])
      : []
  for (const word of words) {
    const owner = fieldOfPath(mapping, word)
    if (owner !== undefined) return `client.${owner}`
    if (mapping.settings.includes(word)) return `client.providerSettings.${word}`
  }
  return nameOf(body) === 'invalid_redirect_uri' ? 'client.callbacks' : undefined
}
