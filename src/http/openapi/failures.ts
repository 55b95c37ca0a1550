/** What operations have in common in the OpenAPI description: headers, and the answers to what went wrong. */

import type { ErrorStatus } from '../../contract/operations.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { MAX_HEADER_BYTES } from '../wire/message.ts'
import { ERROR_EXAMPLE } from './examples.ts'

const text: JsonObject = { type: 'string' }

/** Headers of answers, by name. */
export const HEADERS: JsonObject = {
  'X-Request-Id': {
    description: 'The id of the request in the log.',
    schema: { type: 'string', pattern: '^[\\w.:-]{1,64}$' },
  },
  'Cache-Control': {
    description: 'Caches must not store the answer.',
    schema: { const: 'no-store' },
  },
  'Retry-After': {
    description: 'The number of seconds after which the same request can succeed.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  'WWW-Authenticate': { description: 'What is wrong with the token (RFC 6750).', schema: text },
  'Accept-Patch': { description: 'The media types of patches (RFC 5789).', schema: text },
  ETag: {
    description: '`"<state>.<view>"`; see If-Match and If-None-Match.',
    schema: { type: 'string', pattern: '^"[!#-~]+"$' },
  },
  Location: { description: 'Its address, as path and query.', schema: text },
  'Operation-Id': {
    description: 'The id of the change, if there was one, for `GET /operations/{operationId}`.',
    schema: text,
  },
  'Idempotent-Replayed': {
    description: 'The key was already used for this request, so nothing was done again.',
    schema: { const: 'true' },
  },
}

/** By reference. */
export const headers = (...names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** A request may have a name. */
export const REQUEST_ID: JsonObject = {
  name: 'X-Request-Id',
  in: 'header',
  description:
    'The id of the request, if it is 1 to 64 letters, digits and `_ . : -`; otherwise the server generates one.',
  schema: text,
}

const SAYS: Readonly<Record<ErrorStatus, string>> = {
  400: 'The request, or the client that would result, breaks a rule.',
  401: 'There is no token, or one that is not accepted.',
  403: 'The token lacks a permission.',
  404: 'There is no such thing, or none that the caller may know of.',
  408: 'The request did not arrive in time.',
  409: 'The state of the client, the key or the job does not allow it.',
  412: 'A precondition does not hold; nothing was sent.',
  413: 'The body is too large.',
  415: 'The media type is not supported here.',
  422: 'The Idempotency-Key was used for another request.',
  428: 'If-Match is required here.',
  429: 'The caller has reached a limit for one caller.',
  431: `The target and the headers of the request have more than ${MAX_HEADER_BYTES} bytes together.`,
  500: 'The server, or the provider, failed.',
  502: 'The provider reported success but did not make the change.',
  503: 'It cannot be done now. Nothing was sent.',
  504: 'Time ran out.',
}

const MORE: { readonly [S in ErrorStatus]?: readonly string[] } = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  409: ['Retry-After'],
  415: ['Accept-Patch'],
  429: ['Retry-After'],
  500: ['Retry-After'],
  503: ['Retry-After'],
  504: ['Retry-After'],
}

/** The answer of each status, by the name that `failureRef` refers to. */
export function failures(): JsonObject {
  return Object.fromEntries(
    (Object.keys(SAYS).map(Number) as ErrorStatus[]).map((status) => [
      `Error${status}`,
      failureOf(status),
    ]),
  )
}

const failureOf = (status: ErrorStatus, more: JsonObject = {}): JsonObject => ({
  description: SAYS[status],
  headers: headers('X-Request-Id', 'Cache-Control', ...(MORE[status] ?? [])),
  content: {
    'application/json': {
      schema: { $ref: '#/components/schemas/Error' },
      example: ERROR_EXAMPLE,
    },
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    ...more,
  },
})

/** The answer of one status, by reference; one that browsers open can be a page as well. */
export const failureRef = (status: ErrorStatus, isPage = false): JsonObject =>
  isPage
    ? failureOf(status, { 'text/html': { schema: { type: 'string' } } })
    : { $ref: `#/components/responses/Error${status}` }
