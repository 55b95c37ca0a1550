/**
 * `GET /.well-known/oauth-protected-resource`: where tokens for this API come from, and which scopes they
 * need (RFC 9728). Callers need it to sign in before there is a token, so it is public.
 */

import type { ResourceMetadata } from '../../contract/server.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { HttpRequest } from '../wire/message.ts'

/** What RFC 9728 section 2 has, and each issuer with its own scopes. */
export function getResourceMetadata({ settings, request }: Exchange): Answer {
  const { issuers } = settings
  const body: ResourceMetadata = {
    resource: resourceOf(request),
    authorization_servers: issuers.map(({ issuer }) => issuer),
    scopes_supported: [...new Set(issuers.flatMap(({ scopes }) => scopes))],
    bearer_methods_supported: ['header'],
    clientry_issuers: issuers,
  }
  return { status: 200, body: body as unknown as JsonObject }
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/** The address that the request was sent to: TLS ends before this program, except on one's own machine. */
function resourceOf({ headers, prefix = '' }: HttpRequest): string {
  const [host = 'localhost'] = headers.host ?? []
  return `${LOOPBACK.test(host) ? 'http' : 'https'}://${host}${prefix}`
}
