/**
 * Checks a client the way the OpenID Provider itself will when it loads it, so that no change is stored
 * that it would then choke on.
 */

import { errors, type Provider as OpenidProvider } from 'oidc-provider'
import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { asDoubles } from '../../core/json/kept-numbers.ts'
import { fieldOfPath } from '../../core/mapping/mapping.ts'
import { mapping } from './mapping.ts'

/** @throws ClientError `provider_refused` */
export type Validate = (record: JsonObject) => void

const MEMBERS: readonly string[] = mapping.nullablePaths

type ClientConstructor = new (metadata: JsonObject) => unknown

/** A check by an OpenID Provider's own client schema (oidc-provider, lib/helpers/client_schema.js). */
export function validatorOf(provider: OpenidProvider): Validate {
  const Client = provider.Client as unknown as ClientConstructor
  return (record) => {
    try {
      new Client(asDoubles(record))
    } catch (cause) {
      throw refusal(cause)
    }
  }
}

/** oidc-provider's sentences start with the member at fault and hold nothing of its value. */
function refusal(cause: unknown): ClientError {
  const reason = cause instanceof errors.InvalidClientMetadata ? cause.error_description : undefined
  const [member = '', ...rest] = reason?.split(' ') ?? []
  if (!MEMBERS.includes(member)) {
    return new ClientError(
      'provider_refused',
      `The OpenID Provider refuses the resulting client${reason === undefined ? '' : `: ${reason}`}.`,
      { cause },
    )
  }
  const field = `client.${fieldOfPath(mapping, member) ?? `providerSettings.${member}`}`
  const says = `${field} is refused by the OpenID Provider: it ${rest.join(' ')}.`
  return new ClientError('provider_refused', says, { field, cause })
}
