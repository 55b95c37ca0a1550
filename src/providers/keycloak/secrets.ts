/**
 * The secrets of a client. One, unless a client policy of the realm rotates secrets: then the former one goes on for the
 * time that the policy gives it.
 */

import type { Secrets } from '../secrets.ts'
import { hintOf } from '../secrets.ts'
import { usesSecret } from './grants.ts'
import { timeIn } from './warnings.ts'

/** Keycloak gives its one secret no id. */
const ONLY = 'current'

export const secrets: Secrets = {
  atOnce: () => 1,
  unusable: (base) =>
    usesSecret(base)
      ? undefined
      : 'it does not authenticate with one (client.tokenEndpointAuthMethod)',
  list: async (_, base) => {
    const createdAt = timeIn(base, 'creation.time')
    const hint = typeof base.secret === 'string' ? hintOf(base.secret) : {}
    return [{ id: ONLY, ...(createdAt === undefined ? {} : { createdAt }), ...hint }]
  },
}
