/**
 * The authorization endpoint of a realm, `/realms/{realm}/protocol/openid-connect/auth`. A redirect URI that is not
 * registered gets a page with status 400 and no redirect (Keycloak, AuthorizationEndpointChecker, checkRedirectUri:
 * `Invalid parameter: redirect_uri`); one that is gets `error=login_required` for `prompt=none`.
 */

import { isClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import { type Authorization, WAIT_SECONDS } from '../../authorization/authorization.ts'
import { lookAt } from '../../authorization/look.ts'
import type { Part } from '../../definition.ts'
import type { SendAt } from './call.ts'
import type { Realm } from './realm.ts'

/** `accessCodeLifespan` of a new realm, "Client Login Timeout" (keycloak/keycloak, RepresentationToModel.java, importRealm). */
const CODE_SECONDS = 60

/** What is known of the endpoints of realms. */
export const createAuthorization = (
  realmOf: (place: Part) => Realm | undefined,
  sendAt: SendAt,
): Authorization => ({
  codeSeconds: CODE_SECONDS,
  codeLifetime: async (ref, call) => {
    try {
      const { body } = await sendAt(ref)({ operation: 'GET /', path: '' }, call)
      // Who may not view the realm is shown its name and little else, with a 200 (measured on 26.7.4).
      const { accessCodeLifespan: seconds } = isRecord(body) ? body : {}
      return typeof seconds === 'number' && seconds > 0 ? seconds : undefined
    } catch (error) {
      if (isClientError(error) && error.code === 'provider_misconfigured') return undefined
      throw error
    }
  },
  waitSeconds: WAIT_SECONDS,
  look: lookAt((ref) => {
    const realm = realmOf(ref)
    if (realm === undefined) return undefined
    const path = `/realms/${encodeURIComponent(realm.realm)}/protocol/openid-connect/auth`
    return `${realm.baseUrl}${path}`
  }),
})
