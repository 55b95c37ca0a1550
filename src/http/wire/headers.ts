/** Headers that must not come twice, since two readers would take different ones. */

import { ClientError } from '../../core/errors.ts'
import type { HttpRequest } from './message.ts'

/**
 * The value of a header that may come once.
 * @throws ClientError `invalid_request`
 */
export function single(request: HttpRequest, name: string): string | undefined {
  const [value, ...more] = request.headers[name] ?? []
  if (more.length === 0) return value
  throw new ClientError('invalid_request', `The request has more than one ${name} header.`, {
    field: name,
  })
}
