/**
 * The authorization endpoint of the embedded OpenID Provider, `/auth`. A redirect URI that is not registered gets a page
 * with status 400 and no redirect (oidc-provider, lib/actions/authorization/check_redirect_uri.js); one that is gets
 * `error=login_required` for `prompt=none`.
 */

import type { Authorization } from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'

/** oidc-provider, docs/README.md, `ttl.AuthorizationCode`: one minute. */
const CODE_SECONDS = 60

/**
 * What is known of the endpoint; `address`: of the OpenID Provider, where a server has it. It reads its clients anew
 * for each request, so that there is nothing to wait for where it cannot be asked.
 */
export const authorizationAt = (address: string | undefined): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: 0,
  ...(address === undefined ? {} : { look: lookAt(() => `${address}/auth`) }),
})
