/**
 * Whether the authorization endpoint of a server takes a redirect URI of a client: asked as a browser without a session
 * asks, with `prompt=none`. A server must not redirect to a URI that it does not take (RFC 6749 section 4.1.2.1), and
 * answers at one that it takes that no one is signed in (OpenID Connect Core 1.0 section 3.1.2.6). So a redirect to the
 * URI proves that it is taken, and nothing else does; each provider says how it shows the rest.
 */

import { createHash, randomBytes } from 'node:crypto'
import { ClientError, isClientError } from '../../core/errors.ts'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import { exchange } from '../../net/exchange.ts'
import type { Call, ClientRef } from '../call.ts'
import type { Authorization } from './authorization.ts'

/** An answer of an authorization endpoint. */
export interface AuthorizationAnswer {
  readonly status: number
  /** Where it redirects to. */
  readonly location: URL | undefined
}

/** Whether an answer shows that the redirect URI is taken. */
export type Takes = (answer: AuthorizationAnswer, redirectUri: string) => boolean

/** It redirects to the redirect URI. */
export const redirectsThere: Takes = ({ status, location }, redirectUri) => {
  const target = parseUrl(redirectUri)
  if (status < 300 || status >= 400 || location === undefined || target === undefined) return false
  const isSamePlace =
    location.protocol === target.protocol &&
    location.host === target.host &&
    location.pathname === target.pathname
  return (
    isSamePlace &&
    [...target.searchParams].every(([name, value]) =>
      location.searchParams.getAll(name).includes(value),
    )
  )
}

/**
 * Asks an authorization endpoint.
 * @throws ClientError `provider_unavailable`, `deadline_exceeded`
 */
export async function askAuthorization(
  endpoint: string,
  { clientId, redirectUri }: { readonly clientId: string; readonly redirectUri: string },
  call: Call,
): Promise<AuthorizationAnswer> {
  const url = new URL(endpoint)
  const random = () => randomBytes(24).toString('base64url')
  const challenge = createHash('sha256').update(random()).digest('base64url')
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    prompt: 'none',
    state: random(),
    nonce: random(),
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const started = Date.now()
  const timeout = Math.min(call.deadline - started, call.timeoutMs)
  if (timeout <= 0) throw new ClientError('deadline_exceeded', 'The request ran out of time.')
  let status: number | undefined
  try {
    const request = { method: 'GET', url: url.href, headers: { accept: 'text/html' } }
    const answer = await exchange(request, timeout, { sent: false })
    status = answer.status
    const { location } = answer.headers
    return {
      status,
      location: location === undefined ? undefined : parseUrl(new URL(location, url).href),
    }
  } catch (cause) {
    const says = 'The authorization endpoint of the provider could not be asked.'
    throw new ClientError('provider_unavailable', says, { cause })
  } finally {
    call.onUpstream?.({ operation: 'GET authorization', status, durationMs: Date.now() - started })
  }
}

/** Looks at an endpoint whose address is known by the client's place; one that does not answer takes nothing. */
export const lookAt =
  (
    endpointOf: (ref: ClientRef, call: Call) => string | undefined | Promise<string | undefined>,
    takes: Takes = redirectsThere,
  ): NonNullable<Authorization['look']> =>
  async ({ ref, redirectUri }, call) => {
    try {
      const endpoint = await endpointOf(ref, call)
      if (endpoint === undefined) return false
      return takes(
        await askAuthorization(endpoint, { clientId: ref.id, redirectUri }, call),
        redirectUri,
      )
    } catch (error) {
      if (isClientError(error)) return false
      throw error
    }
  }
