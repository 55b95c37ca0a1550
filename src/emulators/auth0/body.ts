/** Request bodies: the Management API and the token endpoint take JSON and forms alike (OpenAPI). */

import { parseJson } from '../../core/json/json-text.ts'
import type { EmulatorRequest } from '../wire.ts'
import { refuse } from './refusal.ts'

/** Largest payload (Auth0 docs, "Entity limit policy"). */
const MAX_BYTES = 1_048_576

/** The body as a value; `undefined` when there is none. */
export function formOrJson(request: EmulatorRequest): unknown {
  if (request.body.length === 0) return undefined
  if (request.body.length > MAX_BYTES) refuse(413, 'Payload content length greater than maximum')
  const text = request.body.toString()
  const type = request.headers['content-type'] ?? ''
  if (type.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text))
  }
  if (!type.includes('json')) refuse(415, 'Unsupported Media Type')
  try {
    return parseJson(text)
  } catch {
    return refuse(400, 'Invalid request payload JSON format', 'invalid_body')
  }
}
