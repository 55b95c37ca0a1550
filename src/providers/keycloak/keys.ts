/**
 * Public keys that Keycloak keeps with a client: the set in the attribute `jwks.string`, where `use.jwks.string` is true
 * (keycloak/keycloak, OIDCAdvancedConfigWrapper.java and ClientPublicKeyLoader.java: the address comes before the set, and
 * the set before the one certificate).
 */

import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { PublicKey } from '../../core/keys/public-key.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { RecordKeys } from '../provider.ts'
import { keysIn, shownKey } from '../registration/registration-keys.ts'
import { attributesOf, isOn } from './attributes.ts'

const SET = 'jwks.string'
const USES_SET = 'use.jwks.string'
/** Keycloak takes no assertion by a key that does not say what it is for (measured on 26.7.4). */
const SIGNING = 'sig'

export const keys: RecordKeys = {
  kind: 'record',
  member: 'attributes',
  keysOf: (native) =>
    setOf(native).map((key) => ({ ...shownKey(key), inUse: key.use === SIGNING })),
  added: (native, key) => withSet([...checkedSet(native), { use: SIGNING, ...key }]),
  removed: (native, kid) => withSet(setOf(native).filter((one) => shownKey(one).kid !== kid)),
  authenticates: ({ clientAuthenticatorType }) => clientAuthenticatorType === 'client-jwt',
}

/** One that is not in force is no set of the client's. */
function setOf(native: Native): readonly JsonObject[] {
  const value = attributesOf(native)[SET]
  if (isOn(native, 'use.jwks.url') || !isOn(native, USES_SET)) return []
  return keysIn(typeof value === 'string' ? readable(value) : undefined)
}

function readable(value: string): Json | undefined {
  try {
    return parseJson(value) as Json
  } catch {
    return undefined
  }
}

/** @throws ClientError `rule_violated` where a set would not be in force, or would end what is */
function checkedSet(native: Native): readonly JsonObject[] {
  if (isOn(native, 'use.jwks.url')) {
    throw refused(
      'The keys of the client are where client.jwksUri says. Add the key there, or clear client.jwksUri first.',
    )
  }
  if (!isOn(native, USES_SET) && attributesOf(native)['jwt.credential.certificate'] !== undefined) {
    throw refused(
      'The client has a certificate (client.providerSettings.attributes, "jwt.credential.certificate"), which a set of keys would put out of force. Add its key to the set with the new one, by these attributes, or remove the certificate first.',
    )
  }
  return setOf(native)
}

const refused = (says: string) => new ClientError('rule_violated', says, { field: 'key' })

/** The attributes of a set; `null` removes one. */
const withSet = (set: readonly (JsonObject | PublicKey)[]): Readonly<Record<string, Json>> => ({
  attributes: {
    [SET]: set.length === 0 ? null : stringifyJson({ keys: [...set] }),
    [USES_SET]: set.length === 0 ? null : 'true',
  },
})
