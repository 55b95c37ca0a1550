/** The access token of a request: exactly one `Authorization` header with the scheme Bearer. */

import { ClientError } from '../../core/errors.ts'
import type { HttpRequest } from '../wire/message.ts'
import { challenge, credentialsMissing, tokenRefused } from './challenge.ts'

/** RFC 6750 section 2.1; the scheme in any case, RFC 9110 section 11.1. */
const BEARER = /^Bearer(?: +([^ ].*)?)?$/i
/** No token has a comma. */
const JOINED = /,[\t ]*[A-Za-z]+ /
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

/**
 * The token as sent, without any check of what it is.
 * @throws ClientError `unauthenticated`, or `invalid_request` for a doubled header
 */
export function bearerToken(request: HttpRequest): string {
  const headers = request.headers.authorization ?? []
  if (headers.length > 1 || headers.some((header) => JOINED.test(header))) {
    // Node takes the first silently, other readers the last, and an HTTP API joins them by commas.
    const says = 'The request has more than one Authorization header.'
    throw new ClientError('invalid_request', says, {
      field: 'Authorization',
      headers: { 'www-authenticate': challenge('invalid_request', says) },
    })
  }
  const [header] = headers
  if (header === undefined) {
    throw credentialsMissing('The request needs an access token in an Authorization header.')
  }
  const match = BEARER.exec(header)
  if (match === null) throw credentialsMissing('The Authorization header must be of type Bearer.')
  const token = match[1] ?? ''
  if (token === '') throw credentialsMissing('The Authorization header contains no access token.')
  if (!TOKEN.test(token)) throw tokenRefused('The access token is malformed.')
  return token
}
