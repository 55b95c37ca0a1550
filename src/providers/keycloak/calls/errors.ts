/**
 * What the errors of the admin API mean: `{"error", "error_description"}`, in places `{"errorMessage"}` (measured on
 * 26.7.4). A 500 never comes here: the client is read back.
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json } from '../../../core/json/json.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import { type JsonAnswer, retryAfterOf } from '../../http.ts'

/** The error that an answer stands for; `undefined` when it is a success. `secrets`: those of the call. */
export function errorOf(
  answer: JsonAnswer,
  secrets: () => readonly string[] = () => [],
): ClientError | undefined {
  const { status, body } = answer
  if (status < 400) return undefined
  const text = textOf(body)
  if (status === 404 && text.startsWith('Could not find client')) {
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
  if (status === 401) {
    // The cached token ended early; the caller of this drops it, and starting again takes a new one.
    return new ClientError(
      'provider_unavailable',
      "Keycloak no longer accepts this server's access token. Nothing was changed. Try again.",
    )
  }
  if (status === 409) return conflictOf(body)
  if (status === 403) return withoutRights()
  if (status === 404 || status === 405) {
    return new ClientError(
      'provider_misconfigured',
      `Keycloak, or a proxy before it, answers ${status} where clients are managed; the operator must check baseUrl and realm in the configuration.`,
    )
  }
  const field = fieldOf(text)
  const where = field === undefined ? '' : ` Look at ${field}.`
  const providerMessage = providerWords(text === '' ? undefined : text, secrets())
  return new ClientError(
    'provider_refused',
    `Keycloak refused this and nothing was changed.${where}`,
    {
      ...(field === undefined ? {} : { field }),
      ...(providerMessage === undefined ? {} : { said: providerMessage }),
    },
  )
}

/** The service account lacks a role; lists of clients are empty then, and no error. */
export const withoutRights = () =>
  new ClientError(
    'provider_misconfigured',
    "This server's service account may not manage clients of the realm; the operator must give it the role manage-clients of realm-management, and where its client has no full scope, that role among its scope mappings too.",
  )

/** Of a creation, the client is there; of an update, another write came at the same moment. */
function conflictOf(body: Json | undefined): ClientError {
  if (isRecord(body) && body.errorMessage !== undefined) {
    // Ids are chosen here for one creation each: it has come through before.
    return new ClientError('outcome_unknown', 'Keycloak has a client of this id already.')
  }
  return new ClientError(
    'provider_unavailable',
    'Another program wrote to this client at the same moment, and Keycloak refused both or one. Nothing was changed by this request. Try again.',
  )
}

function textOf(body: Json | undefined): string {
  const { error, error_description: description, errorMessage } = isRecord(body) ? body : {}
  const [text = ''] = [description, errorMessage, error].filter((one) => typeof one === 'string')
  return text.slice(0, 2_000)
}

/** Messages name members in words for people. */
const FIELDS: readonly (readonly [says: RegExp, field: string])[] = [
  [/^A redirect URI /, 'client.callbacks'],
  [/^A post-logout redirect URI /, 'client.allowedLogoutUrls'],
  [/^Client session max lifespan /, 'client.refreshTokenLifetime'],
  [/^Client session idle timeout /, 'client.refreshTokenIdleLifetime'],
  [/^Base URL /, 'client.clientUri'],
  [/^Logo URL /, 'client.logoUri'],
  [/^JWKS URL /, 'client.jwksUri'],
  [/^Root URL /, 'client.providerSettings.rootUrl'],
  [/^(?:Backchannel|Frontchannel|Policy|Terms)/, 'client.providerSettings.attributes'],
]

function fieldOf(text: string): string | undefined {
  const [, member] = /Unrecognized field "([\w.$-]{1,64})"/.exec(text) ?? []
  if (member !== undefined) return `client.providerSettings.${member}`
  return FIELDS.find(([says]) => says.test(text))?.[1]
}
