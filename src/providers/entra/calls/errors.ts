/**
 * What the errors of Microsoft Graph mean: `{"error": {"code", "message"}}` (recorded: 403 and 404; the others from its
 * documentation and from issues). A 500 never comes here: the application is read back.
 */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json } from '../../../core/json/json.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import type { JsonAnswer } from '../../http.ts'
import { mapping } from '../mapping.ts'
import type { Throttling } from './pace.ts'

interface Circumstances extends Pick<Throttling, 'pauseOf'> {
  /** Those of the call. */
  secrets(): readonly string[]
}

/** The error that an answer stands for; `undefined` when it is a success. */
export function errorOf(
  answer: JsonAnswer,
  { secrets, pauseOf }: Circumstances,
): ClientError | undefined {
  const { status, body } = answer
  if (status < 400) return undefined
  const { code, message } = wordsOf(body)
  // Microsoft Graph, "Create servicePrincipal": the application is not known there yet.
  if (code === 'NoBackingApplicationObject') return notFound()
  if (status === 404) {
    return code === ''
      ? misconfigured(
          'Microsoft Graph, or a proxy before it, answers 404 where applications are managed; the operator must check graphUrl in the configuration.',
        )
      : notFound()
  }
  const retryAfter = pauseOf(answer)
  if (retryAfter !== undefined) {
    const says = 'Microsoft Graph asks to slow down; nothing was changed. Try again later.'
    return new ClientError('provider_throttled', says, { retryAfter })
  }
  if (status === 401) {
    // The cached token ended early; the caller of this drops it, and starting again takes a new one.
    return new ClientError(
      'provider_unavailable',
      "Microsoft Graph no longer accepts this server's access token. Nothing was changed. Try again.",
    )
  }
  // hashicorp/terraform-provider-azuread#1764; nais/azurerator#448.
  if (status === 409 || code === 'Directory_ConcurrencyViolation') {
    return new ClientError(
      'provider_unavailable',
      'Entra ID was changing the tenant at the same moment and refused this. Nothing was changed. Try again.',
    )
  }
  if (status === 403 && code !== 'Directory_QuotaExceeded') {
    return misconfigured(
      'This server may not do this in the tenant. With the permission Application.ReadWrite.OwnedBy it changes only applications that its service principal owns: the operator must make it an owner of this one, or grant Application.ReadWrite.All.',
    )
  }
  return refusalOf(message, secrets)
}

const notFound = () => new ClientError('not_found', 'There is no such client.')

/** A refused read is no refused change: what is wrong is between this server and Entra ID. */
export const readErrorOf = (error: ClientError): ClientError =>
  error.code === 'provider_refused'
    ? misconfigured(
        'Microsoft Graph refused to show the application to this server; its operator must look at the configuration.',
      )
    : error

const misconfigured = (says: string) => new ClientError('provider_misconfigured', says)

function refusalOf(message: string, secrets: () => readonly string[]): ClientError {
  const field = fieldOf(message)
  const where = field === undefined ? '' : ` Look at ${field}.`
  const said = providerWords(message === '' ? undefined : message, secrets())
  return new ClientError(
    'provider_refused',
    `Entra ID refused this and nothing was changed.${where}`,
    { ...(field === undefined ? {} : { field }), ...(said === undefined ? {} : { said }) },
  )
}

function wordsOf(body: Json | undefined): { readonly code: string; readonly message: string } {
  const { error = null } = isRecord(body) ? body : {}
  const { code, message } = isRecord(error) ? error : {}
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message.slice(0, 2_000) : '',
  }
}

/** The field that a message names by a member. Redirect URIs are inside of their platform. */
function fieldOf(message: string): string | undefined {
  const [, member] = /propert(?:y|ies) '?(\w{1,64})'?/i.exec(message) ?? []
  if (member === undefined) return undefined
  const path = member === 'redirectUris' ? `web.${member}` : member
  return `client.${fieldOfPath(mapping, path) ?? `providerSettings.${member}`}`
}
