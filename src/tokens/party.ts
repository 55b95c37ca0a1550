/** An issuer as its client sees it: found by its discovery document, and every failure a sentence. */

import * as openid from 'openid-client'
import { ClientryError } from '../sdk/error.ts'
import type { Tokens } from './kept.ts'
import { isLoopbackUrl } from './loopback-url.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * The issuer and its client; a public one unless it proves who it is.
 * @throws ClientryError `unreachable`
 */
export async function partyOf(
  { issuer, clientId }: TokenRequest,
  proof: openid.ClientAuth = openid.None(),
): Promise<openid.Configuration> {
  const execute = isLoopbackUrl(issuer) ? [openid.allowInsecureRequests] : []
  try {
    return await openid.discovery(new URL(issuer), clientId, undefined, proof, { execute })
  } catch (error) {
    const says = error instanceof Error ? error.message : 'unknown error'
    throw new ClientryError('unreachable', `The issuer ${issuer} cannot be reached: ${says}.`)
  }
}

/** Most issuers call it `resource` (RFC 8707), Auth0 calls it `audience`; each ignores the other name. */
export function forAudience({ audience }: TokenRequest): Record<string, string> {
  return audience === undefined ? {} : { audience, resource: audience }
}

/** The same with the scopes. */
export function parametersOf(request: TokenRequest): Record<string, string> {
  const { scope } = request
  return { ...(scope ? { scope } : {}), ...forAudience(request) }
}

/** Who the user is, and a refresh token, so that they need not sign in again each hour. */
export const USER_SCOPE = 'openid offline_access'

/** Of a request on behalf of a user. */
export const userParametersOf = (request: TokenRequest): Record<string, string> =>
  parametersOf({ ...request, scope: request.scope || USER_SCOPE })

/** What a token endpoint answered (RFC 6749 section 5.1). */
export function tokensOf(response: openid.TokenEndpointResponse): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = response
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(seconds === undefined ? {} : { expiresAt: Date.now() + seconds * 1_000 }),
  }
}

/** A refusal in the words of the issuer (RFC 6749 section 5.2), which hold no secret of ours. */
export function refused(error: unknown): ClientryError {
  if (error instanceof ClientryError) return error
  const { error_description: description, error: code } = error as Readonly<Record<string, unknown>>
  const [why] = [description, code].filter((one) => typeof one === 'string')
  const says = why ?? (error instanceof Error ? error.message : 'unknown error')
  return new ClientryError('unauthenticated', `Signing in failed: ${says}`, { cause: error })
}

/**
 * New tokens for old ones (RFC 6749 section 6).
 * @throws ClientryError
 */
export async function renewed(request: TokenRequest, refreshToken: string): Promise<Tokens> {
  const party = await partyOf(request)
  try {
    const response = await openid.refreshTokenGrant(party, refreshToken, forAudience(request))
    // An issuer that does not rotate refresh tokens does not send one again.
    return { refreshToken, ...tokensOf(response) }
  } catch (error) {
    throw refused(error)
  }
}
