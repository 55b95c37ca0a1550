/** The secret and the signing keys of a client: made, put out of sight, brought back, rotated. */

import { isRecord } from '../../copy.ts'
import type { EmulatorAnswer } from '../../wire.ts'
import { refuse } from '../refusal.ts'
import type { Auth0Client, ClientEntry } from '../state.ts'
import { visible } from './visibility.ts'

/** Makes secrets. */
export interface SecretMaker {
  secret(): string
  readonly tenant: string
}

/**
 * A change to key authentication takes the secret out of sight; the way back shows one again
 * (recorded traffic, which does not show whether it is the same).
 */
export function settleSecret(entry: ClientEntry, make: SecretMaker, input: Auth0Client): void {
  const { record } = entry
  const keyed = isRecord(record.client_authentication_methods)
  if (keyed && input.token_endpoint_auth_method === null) {
    const secret = record.client_secret
    if (typeof secret === 'string') entry.hiddenSecret = secret
    delete record.client_secret
  }
  if (!keyed && input.client_authentication_methods === null) {
    record.client_secret ??= entry.hiddenSecret ?? make.secret()
    delete entry.hiddenSecret
  }
}

/** Gives the client a new secret and shows it (Management API OpenAPI). */
export function rotateSecret(
  entry: ClientEntry,
  make: SecretMaker,
  scopes: ReadonlySet<string>,
): EmulatorAnswer {
  if (isRecord(entry.record.client_authentication_methods)) {
    refuse(400, 'The client does not authenticate with a secret', 'operation_not_supported')
  }
  entry.record.client_secret = make.secret()
  const { client_secret } = entry.record
  return { status: 200, body: { ...visible(entry.record, scopes), client_secret } }
}

/** Texts in the place of real keys; nothing is signed with them. */
export function signingKey(id: string, make: SecretMaker): Record<string, string> {
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${make.secret()}\n-----END CERTIFICATE-----\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${make.secret()}\n-----END PRIVATE KEY-----\n`,
    pkcs7: `-----BEGIN PKCS7-----\n${make.secret()}\n-----END PKCS7-----\n`,
    subject: `/CN=${make.tenant}.auth0.test/OU=${id}`,
  }
}
