/** The 401 answers and their `WWW-Authenticate` headers (RFC 6750, section 3). */

import { ClientError } from '../../core/errors.ts'

/** The challenge for a request that brought no credentials: no error code (RFC 6750, section 3.1). */
export const PLAIN_CHALLENGE = 'Bearer realm="clientry"'

/** A challenge that says what is wrong (RFC 6750, section 3.1). */
export const challenge = (error: string, says: string) =>
  `${PLAIN_CHALLENGE}, error="${error}", error_description="${says}"`

/** The error for a request without usable credentials. */
export function credentialsMissing(message: string): ClientError {
  return new ClientError('unauthenticated', message, {
    headers: { 'www-authenticate': PLAIN_CHALLENGE },
  })
}

/** The error for a token that is not accepted. The sentence must hold no part of the token. */
export function tokenRefused(message: string, cause?: unknown): ClientError {
  return new ClientError('unauthenticated', message, {
    headers: {
      'www-authenticate': challenge('invalid_token', message),
    },
    cause,
  })
}
