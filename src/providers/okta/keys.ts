/**
 * Public keys of an application: its set `settings.oauthClient.jwks`, which an update sends whole as every other setting. Okta
 * also has calls for single keys (`credentials/jwks`); a change of the record is one call, has its frame, and is undone as any
 * other, and no recording shows what those calls answer but a refusal.
 */

import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import type { PublicKey } from '../../core/keys/public-key.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientKey, RecordKeys } from '../provider.ts'
import { keysIn, shownKey } from '../registration/registration-keys.ts'
import { methodOf } from './grants.ts'
import { oauth } from './members.ts'

const MEMBER = oauth('jwks')

/** OpenAPI file of the Apps API, "List all the OAuth 2.0 client JSON Web Keys". */
const AT_MOST = 50

export const keys: RecordKeys = {
  kind: 'record',
  member: MEMBER,
  keysOf: (native) => setOf(native).map(keyOf),
  added: (native, key) => {
    const set = setOf(native)
    if (set.length < AT_MOST) return withSet([...set, key])
    const says = `The client has ${AT_MOST} keys, which is the maximum. Remove one first (DELETE /clients/{clientId}/keys/{kid}).`
    throw new ClientError('rule_violated', says, { field: 'key' })
  },
  removed: (native, kid) => withSet(setOf(native).filter((one) => shownKey(one).kid !== kid)),
  authenticates: (native) => methodOf(native) === 'private_key_jwt',
}

const setOf = (native: Native): readonly JsonObject[] => keysIn(native[MEMBER])

/** One that is switched off, or for encryption, proves nothing. */
function keyOf(key: JsonObject): ClientKey {
  const { id, created, status, use } = key
  return {
    ...shownKey(key),
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof created === 'string' ? { createdAt: created } : {}),
    inUse: status !== 'INACTIVE' && use !== 'enc',
  }
}

const withSet = (set: readonly (JsonObject | PublicKey)[]): Readonly<Record<string, Json>> => ({
  settings: { oauthClient: { jwks: set.length === 0 ? null : { keys: [...set] } } },
})
