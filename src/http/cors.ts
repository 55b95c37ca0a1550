/**
 * Which pages of other origins may call the API (Fetch Standard, section 3.3, "CORS protocol"): exact origins, never with
 * credentials. A token is sent by the page's own code; cookies mean nothing here.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */

import { OPERATIONS, type Operation } from '../contract/operations.ts'
import type { App, HttpRequest, HttpResponse } from './wire/message.ts'

const ROWS = Object.values<Operation>(OPERATIONS)
const once = (names: readonly string[]) => [...new Set(names)]

/** What a page may send beside what every page may: what every operation takes, and what some do. */
const REQUEST_HEADERS = once([
  ...['Authorization', 'Content-Type', 'X-Request-Id'],
  ...ROWS.flatMap(({ headers }) => headers),
])

/** What a page may read beside what every page may: what every answer can have, and what those of some operations do. */
const ANSWER_HEADERS = once([
  ...['Accept-Patch', 'Allow', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  ...ROWS.flatMap(({ answerHeaders }) => answerHeaders),
])

/** How long a browser may keep the answer to its question (seconds). */
const KEPT_SECONDS = 600

/** The application with the headers of CORS on its answers; without origins it stays as it is. */
export function withCors(app: App, origins: readonly string[]): App {
  if (origins.length === 0) return app
  return async (request) => {
    const answer = await app(request)
    const headers = {
      ...answer.headers,
      vary: varyOf(answer),
      ...corsHeaders(request, answer, origins),
    }
    return { ...answer, headers }
  }
}

/** What answers have of it that no application gives, since there was no request that could be read. */
export const headersOfRefusals = (origins: readonly string[]): HttpResponse['headers'] =>
  origins.length === 0 ? {} : { vary: 'Origin' }

/** On every answer, also where there is no origin: a cache must not give it to a page (Fetch, section 3.3.5). */
const varyOf = ({ headers: { vary } }: HttpResponse) =>
  vary === undefined ? 'Origin' : `${vary}, Origin`

function corsHeaders(
  { method, headers }: HttpRequest,
  answer: HttpResponse,
  origins: readonly string[],
): Readonly<Record<string, string>> {
  const [origin = '', ...more] = headers.origin ?? []
  if (more.length > 0 || !origins.includes(origin)) return {}
  const allowed = { 'access-control-allow-origin': origin }
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
  if (!isPreflight) {
    return { ...allowed, 'access-control-expose-headers': ANSWER_HEADERS.join(', ') }
  }
  return {
    ...allowed,
    'access-control-allow-methods': answer.headers.allow ?? '',
    'access-control-allow-headers': REQUEST_HEADERS.join(', '),
    'access-control-max-age': String(KEPT_SECONDS),
  }
}
