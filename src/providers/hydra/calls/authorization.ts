/**
 * Hydra's authorization endpoint, `/oauth2/auth` of the public address. A redirect URI that is not registered leads to
 * the error page of the installation (`urls.error`) with `error=invalid_request`, never to that URI (ory/fosite,
 * WriteAuthorizeError); one that is gets `error=login_required` for `prompt=none` (ory/hydra, DefaultStrategy).
 */

import { type Authorization, WAIT_SECONDS } from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'

/** `ttl.auth_code` of the installation is ten minutes unless it has another (Ory Hydra, configuration reference). */
const CODE_SECONDS = 600

/** What is known of the endpoint; without the public address no one can ask it. */
export const authorizationAt = (issuer: string | undefined): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  ...(issuer === undefined ? {} : { look: lookAt(() => `${issuer}/oauth2/auth`) }),
})
