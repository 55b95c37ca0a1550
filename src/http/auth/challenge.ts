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

/** How fresh a sign-in must be for what takes a fresh one (seconds). */
export const STEP_UP_SECONDS = 300

/** The error for a session that is too old for what is asked of it (RFC 9470 section 3). */
export function stepUpRequired(): ClientError {
  const says = `Sign in once more: this needs a sign-in of the last ${STEP_UP_SECONDS / 60} minutes.`
  return new ClientError('step_up_required', says, {
    headers: {
      'www-authenticate': `${PLAIN_CHALLENGE}, error="insufficient_user_authentication", max_age="${STEP_UP_SECONDS}"`,
    },
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
