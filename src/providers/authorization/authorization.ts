/** What is known of the authorization endpoint of a provider, where redirect URIs are used. */

import type { Call, ClientRef } from '../call.ts'

/** What moving a redirect URI goes by. */
export interface Authorization {
  /** How long a code can be redeemed after it was issued (seconds), where the provider does not show it. */
  readonly codeSeconds: number
  /**
   * The same as the provider has it at the moment; `undefined`: it does not show it to this server.
   * @throws ClientError where it cannot be asked now
   */
  codeLifetime?(ref: ClientRef, call: Call): Promise<number | undefined>
  /** How long a new redirect URI takes to be in force where it cannot be seen (seconds). */
  readonly waitSeconds: number
  /**
   * Whether the endpoint takes the redirect URI now; `false` also where it does not answer. Absent: there is no
   * endpoint to be asked.
   */
  look?(redirect: AuthorizationRequest, call: Call): Promise<boolean>
}

/** A redirect URI of a client. */
export interface AuthorizationRequest {
  readonly ref: ClientRef
  readonly redirectUri: string
}

/** RFC 6749 section 4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED." */
export const CODE_SECONDS = 600
/** Our choice, for servers that cannot be asked; `moves.waitSeconds` of the provider sets another. */
export const WAIT_SECONDS = 60

/** What is known of a server that no one describes. */
export const UNKNOWN_AUTHORIZATION: Authorization = {
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
}
