/**
 * Auth0's authorization endpoint, `/authorize` of the tenant. A redirect URI that is not registered gets an error page
 * and no redirect (Auth0, "Error Pages": where the callback URL is invalid, the generic page is shown); one that is gets
 * `error=login_required` for `prompt=none` (Auth0, "Configure Silent Authentication").
 */

import {
  type Authorization,
  CODE_SECONDS,
  WAIT_SECONDS,
} from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'

/** What is known of the endpoint. Auth0 publishes no lifetime of codes, so it is that of the RFC. */
export const authorizationAt = (baseUrl: string): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  look: lookAt(() => `${baseUrl}/authorize`),
})
