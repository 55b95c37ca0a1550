/**
 * What the errors of the admin API mean: `{"error", "error_description"}`, whose last words name the member in most
 * cases (measured on v2.3.0). A 500 never comes here: the client is read back.
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json } from '../../../core/json/json.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import { type JsonAnswer, retryAfterOf } from '../../http.ts'
import { mapping } from '../mapping.ts'

/** The error that an answer stands for; `undefined` when it is a success. `secrets`: those of the call. */
export function errorOf(
  answer: JsonAnswer,
  secrets: () => readonly string[] = () => [],
): ClientError | undefined {
  const { status, body } = answer
  if (status < 400) return undefined
  if (status === 404 && isRecord(body)) {
    return new ClientError('not_found', 'There is no such client.')
  }
  if (status === 429) {
    const retryAfter = retryAfterOf(answer)
    return new ClientError(
      'provider_throttled',
      'The server asks to slow down; nothing was changed. Try again later.',
      retryAfter === undefined ? {} : { retryAfter },
    )
  }
  // Hydra itself asks for no credentials, and answers every path of its admin API in JSON.
  if ([401, 403, 404, 405].includes(status)) {
    return new ClientError(
      'provider_misconfigured',
      `Hydra, or a proxy before it, answers ${status} where clients are managed; its operator must look at the configuration.`,
    )
  }
  if (status === 409) {
    // Ids are chosen here for one creation each: it has come through before.
    return new ClientError('outcome_unknown', 'Hydra has a client of this id already.')
  }
  const field = fieldOf(body)
  const where = field === undefined ? '' : ` Look at ${field}.`
  const providerMessage = providerWords(reasonOf(body), secrets())
  return new ClientError(
    'provider_refused',
    `Hydra refused this and nothing was changed.${where}`,
    {
      ...(field === undefined ? {} : { field }),
      ...(providerMessage === undefined ? {} : { said: providerMessage }),
    },
  )
}

/** The reason comes after a standard sentence, which says nothing of this client. */
const STANDARD =
  /^The value of one (?:of the Client Metadata fields is invalid .*?Client's Metadata\.|or more redirect_uris is invalid\.) /

function reasonOf(body: Json | undefined): Json | undefined {
  const text = isRecord(body) ? body.error_description : undefined
  return typeof text === 'string' ? text.replace(STANDARD, '') : text
}

/** Names of members in the description; a list is sometimes named by one of its values. */
function fieldOf(body: Json | undefined): string | undefined {
  const { error, error_description: text } = isRecord(body) ? body : {}
  const words =
    typeof text === 'string'
      ? (text.slice(0, 2_000).match(/[a-z]+(?:_[a-z]+)+|\bjwks\b/g) ?? [])
      : []
  for (const word of words.flatMap((one) => [one, `${one}s`])) {
    const owner = fieldOfPath(mapping, word)
    if (owner !== undefined) return `client.${owner}`
    if (mapping.settings.includes(word)) return `client.providerSettings.${word}`
  }
  return error === 'invalid_redirect_uri' ? 'client.callbacks' : undefined
}
