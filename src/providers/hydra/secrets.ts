/**
 * The secret of a client: one, of which Hydra keeps a hash. Rotation with overlap (`/secrets/rotate`) is newer than
 * v2.3.0.
 */

import { SECRET_METHODS } from '../registration/registration.ts'
import type { Secrets } from '../secrets.ts'
import { DEFAULTS } from './members.ts'

/** Hydra gives its one secret no id. */
const ONLY = 'current'

export const secrets: Secrets = {
  atOnce: () => 1,
  unusable: ({ token_endpoint_auth_method: method = DEFAULTS.token_endpoint_auth_method }) =>
    SECRET_METHODS.includes(String(method))
      ? undefined
      : `it authenticates without one (client.tokenEndpointAuthMethod is ${String(method)})`,
  list: async () => [{ id: ONLY }],
}
