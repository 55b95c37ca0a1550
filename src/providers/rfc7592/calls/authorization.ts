/**
 * The authorization endpoint that the discovery document of the issuer names. What a server shows of a redirect URI
 * that is not registered is up to it, but it MUST NOT redirect there (RFC 6749 section 4.1.2.1); one that speaks OpenID
 * Connect answers at a registered one for `prompt=none` (OpenID Connect Core 1.0 section 3.1.2.6). One that does
 * otherwise shows nothing of the old redirect URI either, and is waited for.
 */

import {
  type Authorization,
  CODE_SECONDS,
  WAIT_SECONDS,
} from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'
import type { Endpoints } from './endpoints.ts'

/** What is known of the endpoint. */
export const authorizationBy = ({
  authorization,
}: Pick<Endpoints, 'authorization'>): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  look: lookAt((_, call) => authorization(call)),
})
