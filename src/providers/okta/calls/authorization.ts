/**
 * The authorization endpoint of an org, `/oauth2/v1/authorize`, which goes by the redirect URIs of an application as its
 * other authorization servers do (Okta, "Implement authorization by grant type": `redirect_uri` must match one of the
 * sign-in redirect URIs). A refusal is a page; `prompt=none` is answered at the redirect URI. Not seen on a real org.
 */

import {
  type Authorization,
  CODE_SECONDS,
  WAIT_SECONDS,
} from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'

/** What is known of the endpoint. The lifetime of codes is that of the RFC: no source for Okta's own was at hand. */
export const authorizationAt = (baseUrl: string): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  look: lookAt(() => `${baseUrl}/oauth2/v1/authorize`),
})
