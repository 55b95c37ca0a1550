/**
 * The secret of an application. There is one, so a new one is a change of `client_secret`: a value that
 * was chosen before is not lost with an answer, as the one of POST /clients/{id}/rotate-secret would be
 * (auth0.com/docs, "Rotate Client Secrets": the next value may be chosen and set by PATCH). For up to 30
 * seconds either may be accepted.
 */

import { secretOf } from '../../core/mapping/mapping.ts'
import { hintOf, type Secrets } from '../secrets.ts'

/** Auth0 gives its one secret no id. */
const ONLY = 'current'

export const secrets: Secrets = {
  atOnce: () => 1,
  unusable: (base) => {
    if (base.client_authentication_methods !== undefined) {
      return 'it authenticates with keys (client_authentication_methods)'
    }
    return base.token_endpoint_auth_method === 'none'
      ? 'it is public (client.tokenEndpointAuthMethod is none)'
      : undefined
  },
  list: async (_, base) => {
    // Not shown without the scope read:client_keys.
    const value = secretOf(base.client_secret)?.reveal()
    return [{ id: ONLY, ...(value === undefined ? {} : hintOf(value)) }]
  },
}
