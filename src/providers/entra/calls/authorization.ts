/**
 * The authorization endpoint of a tenant, `/{tenant}/oauth2/v2.0/authorize`. A redirect URI that is not registered gets an
 * error page (AADSTS50011) and no redirect; one that is gets an error there for `prompt=none` (Microsoft identity platform,
 * "OAuth 2.0 authorization code flow"). Not seen on a real tenant.
 */

import { type Authorization, WAIT_SECONDS } from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'
import type { EntraSettings } from './tenant.ts'

/** The same page: about ten minutes. Five more were allowed for clocks that differ (Azure Identity support, 2018). */
const CODE_SECONDS = 900

/** What is known of the endpoint. */
export const authorizationAt = ({
  loginUrl,
  tenantId,
}: Pick<EntraSettings, 'loginUrl' | 'tenantId'>): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  look: lookAt(() => `${loginUrl}/${tenantId}/oauth2/v2.0/authorize`),
})
