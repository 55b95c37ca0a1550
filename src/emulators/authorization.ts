/**
 * The authorization endpoint of an emulated server, as far as someone without a session sees it: a redirect URI that is
 * registered gets `error=login_required` for `prompt=none` (OpenID Connect Core 1.0 section 3.1.2.6), and any other a
 * page without a redirect (RFC 6749 section 4.1.2.1). No one can log in.
 */

import type { EmulatorAnswer, EmulatorRequest } from './wire.ts'

/** How the log of calls and faults spell it. */
export const AUTHORIZATION = 'GET authorization'

/** Where the endpoint is, and what the server knows of a client. */
export interface AuthorizationBehaviour {
  isAt(path: string): boolean
  /** The redirect URIs of a client that is on; `undefined`: there is none. */
  redirects(clientId: string, path: string): readonly string[] | undefined
}

/** Answers a request to it. */
export function authorizationAnswer(
  { redirects }: AuthorizationBehaviour,
  { query, path }: EmulatorRequest,
): EmulatorAnswer {
  const redirectUri = query.get('redirect_uri') ?? ''
  const registered = redirects(query.get('client_id') ?? '', path) ?? []
  if (!registered.includes(redirectUri)) {
    return { status: 400, body: { error: 'invalid_request', error_description: 'redirect_uri' } }
  }
  const location = new URL(redirectUri)
  const error = query.get('prompt') === 'none' ? 'login_required' : 'interaction_required'
  location.searchParams.set('error', error)
  location.searchParams.set('state', query.get('state') ?? '')
  return { status: 302, headers: { location: location.href } }
}

/** A member of a record as a list of redirect URIs. */
export const redirectsIn = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
