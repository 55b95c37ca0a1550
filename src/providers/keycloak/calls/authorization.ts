/**
 * The authorization endpoint of a realm, `/realms/{realm}/protocol/openid-connect/auth`. A redirect URI that is not
 * registered gets a page with status 400 and no redirect (Keycloak, AuthorizationEndpointChecker, checkRedirectUri:
 * `Invalid parameter: redirect_uri`); one that is gets `error=login_required` for `prompt=none`.
 */

import { type Authorization, WAIT_SECONDS } from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'
import type { Part } from '../../definition.ts'
import type { Realm } from './realm.ts'

/** `accessCodeLifespan` of a realm, "Client Login Timeout", unless the realm has another. */
const CODE_SECONDS = 60

/** What is known of the endpoints of realms. */
export const createAuthorization = (
  realmOf: (place: Part) => Realm | undefined,
): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  look: lookAt((ref) => {
    const realm = realmOf(ref)
    if (realm === undefined) return undefined
    const path = `/realms/${encodeURIComponent(realm.realm)}/protocol/openid-connect/auth`
    return `${realm.baseUrl}${path}`
  }),
})
