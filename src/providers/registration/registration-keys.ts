/** Public keys where the record holds them: the `jwks` of client metadata (RFC 7591 section 2). */

import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import { thumbprintOf } from '../../core/keys/public-key.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientKey, RecordKeys } from '../provider.ts'
import { methodOf } from './registration.ts'

/** OpenID Connect Core 1.0 section 9, RFC 8705 section 2.2: the client proves who it is by a key of its set. */
const KEY_METHODS: readonly Json[] = ['private_key_jwt', 'self_signed_tls_client_auth']

export const registrationKeys: RecordKeys = {
  kind: 'record',
  member: 'jwks',
  keysOf: (native) => setOf(native).map(shownKey),
  added: (native, key) => ({ jwks: { keys: [...setOf(native), key] } }),
  // Without any key there is no set: an empty one is refused by some servers.
  removed: (native, kid) => {
    const keys = setOf(native).filter((one) => shownKey(one).kid !== kid)
    return { jwks: keys.length === 0 ? null : { keys } }
  },
  authenticates: (native) => KEY_METHODS.includes(methodOf(native)),
}

const setOf = ({ jwks }: Native): readonly JsonObject[] => keysIn(jwks)

/** The keys of a set (RFC 7517 section 5); none of anything else. */
export const keysIn = (set: Json | undefined): readonly JsonObject[] =>
  isRecord(set) && Array.isArray(set.keys) ? set.keys.filter(isRecord) : []

/** A key of a set that the settings of its client name. */
export function shownKey(key: JsonObject): ClientKey {
  const { kid, kty, alg, use } = key
  return {
    kid: typeof kid === 'string' ? kid : (thumbprintOf(key) ?? 'unknown'),
    ...(typeof kty === 'string' ? { kty } : {}),
    ...(typeof alg === 'string' ? { alg } : {}),
    ...(typeof use === 'string' ? { use } : {}),
    inUse: true,
  }
}
