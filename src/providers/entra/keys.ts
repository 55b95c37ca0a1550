/**
 * Certificates of an application: a list that an update replaces whole (recorded), in which an entry that is sent back without
 * its key stays (hashicorp/terraform-provider-azuread, application_certificate). Reads never show a key.
 */

import { X509Certificate } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { type PublicKey, thumbprintOf } from '../../core/keys/public-key.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientKey, RecordKeys } from '../provider.ts'
import { authMethodOf, credentialsIn } from './lenses.ts'
import { GUID } from './rules.ts'

const MEMBER = 'keyCredentials'

export const keys: RecordKeys = {
  kind: 'record',
  member: MEMBER,
  keysOf: (native) => credentialsIn(native, MEMBER).map(keyOf),
  added: (native, key) => ({ [MEMBER]: [...credentialsIn(native, MEMBER), entryFor(key)] }),
  removed: (native, kid) => ({
    [MEMBER]: credentialsIn(native, MEMBER).filter(({ keyId }) => keyId !== kid),
  }),
  authenticates: (native) => authMethodOf(native) === 'private_key_jwt',
}

function keyOf(entry: Native): ClientKey {
  const { keyId, displayName: name, startDateTime: start, endDateTime: end, usage } = entry
  return {
    kid: String(keyId),
    id: String(keyId),
    // Microsoft Graph, keyCredential: Verify proves who the client is; others encrypt tokens for it.
    use: usage === 'Verify' ? 'sig' : 'enc',
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof start === 'string' ? { createdAt: start } : {}),
    ...(typeof end === 'string' ? { expiresAt: end } : {}),
    inUse: true,
  }
}

/** @throws ClientError `invalid_field` */
function entryFor(key: PublicKey): Readonly<Record<string, Json>> {
  const { kid, x5c } = key
  if (!GUID.test(kid)) throw invalid('must have a kid that is a GUID: Entra ID names it keyId')
  const [first] = Array.isArray(x5c) ? x5c : []
  if (typeof first !== 'string') {
    throw invalid(
      'must have x5c with its certificate: Entra ID keeps certificates and no bare keys',
    )
  }
  const certificate = certificateOf(first)
  const own = certificate.publicKey.export({ format: 'jwk' }) as Record<string, Json>
  if (thumbprintOf(own) !== thumbprintOf(key)) {
    throw invalid('must be the key of the first certificate in x5c')
  }
  return {
    keyId: kid,
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
    key: certificate.raw.toString('base64'),
    displayName: certificate.subject.replaceAll('\n', ', '),
    startDateTime: timeOf(certificate.validFrom),
    endDateTime: timeOf(certificate.validTo),
  }
}

function certificateOf(text: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(text, 'base64'))
  } catch {
    throw invalid('must have in x5c a certificate that can be read')
  }
}

/** As Microsoft Graph shows times, to the second. */
const timeOf = (text: string) => new Date(text).toISOString().replace(/\.\d+Z$/, 'Z')

const invalid = (says: string) => new ClientError('invalid_field', `key ${says}.`, { field: 'key' })
