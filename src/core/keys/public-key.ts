/**
 * Public keys of clients as JSON Web Keys (RFC 7517; members by RFC 7518 section 6 and RFC 8037 section 2). A key with
 * any private part is refused whole, and no value of it is repeated.
 */

import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { ClientError } from '../errors.ts'
import { isRecord, type Json, type JsonObject } from '../json/json.ts'

/** A public key with the `kid` by which it is known. */
export interface PublicKey extends JsonObject {
  readonly kty: string
  readonly kid: string
}

/** Members that make the thumbprint of a key (RFC 7638 section 3.2, RFC 8037 section 2), in its order. */
export const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
}

/** Members of private and symmetric keys: RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2. */
export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** RFC 7517 section 4; `x5u` is left out: it is an address that a server would fetch. */
export const DESCRIBING_MEMBERS = ['kid', 'use', 'key_ops', 'alg', 'x5c', 'x5t', 'x5t#S256']

/** RFC 7518 section 3.3: "A key of size 2048 bits or larger MUST be used". */
const MIN_RSA_BITS = 2_048
const MAX_KID_LENGTH = 128
const FIELD = 'key'

/**
 * Reads a key as a caller sends it; one without `kid` is named by its thumbprint (RFC 7638).
 * @throws ClientError `invalid_field`
 */
export function publicKeyOf(value: Json | undefined): PublicKey {
  if (!isRecord(value)) throw invalid('must be a JSON Web Key: an object with kty')
  const names = Object.keys(value)
  const { kty, kid } = value
  if (PRIVATE_MEMBERS.some((name) => names.includes(name)) || kty === 'oct') {
    throw invalid(
      'must be a public key, and this one has a private part. Nothing was sent or stored. Send the public part only, and treat the private key as disclosed if it went over a network that is not yours',
    )
  }
  const members = membersOf(kty)
  if (members === undefined) throw invalid('must have kty RSA, EC or OKP')
  if (names.some((name) => !members.includes(name) && !DESCRIBING_MEMBERS.includes(name))) {
    throw invalid(`must hold only ${[...members, ...DESCRIBING_MEMBERS].join(', ')}`)
  }
  checkValues(value)
  checkStrength(imported(value))
  const id = kid === undefined ? thumbprintOf(value) : kid
  if (typeof id !== 'string' || !/^[\x21-\x7e]+$/.test(id) || isAwkward(id)) {
    throw invalid(
      `must have a kid of 1 to ${MAX_KID_LENGTH} visible ASCII characters without slashes, or none: then it is its RFC 7638 thumbprint`,
    )
  }
  return { ...value, kty: String(kty), kid: id }
}

const membersOf = (kty: Json | undefined): readonly string[] | undefined =>
  typeof kty === 'string' && Object.hasOwn(PUBLIC_MEMBERS, kty) ? PUBLIC_MEMBERS[kty] : undefined

/** It stands in the path of a removal. */
const isAwkward = (kid: string) =>
  kid.length > MAX_KID_LENGTH || /[/\\]/.test(kid) || kid === '.' || kid === '..'

function checkValues({ kid: _, key_ops: uses, x5c: chain, ...texts }: JsonObject): void {
  const lists = [uses, chain].filter((list) => list !== undefined)
  const areTexts = (list: Json) =>
    Array.isArray(list) && list.every((one) => typeof one === 'string')
  if (Object.values(texts).some((one) => typeof one !== 'string') || !lists.every(areTexts)) {
    throw invalid('must have texts as its members, and lists of texts as key_ops and x5c')
  }
}

/** @throws ClientError `invalid_field` */
function imported(key: JsonObject): KeyObject {
  try {
    return createPublicKey({ key: { ...key }, format: 'jwk' })
  } catch {
    throw invalid('must be a key that can be read: its members do not make a public key')
  }
}

function checkStrength({ asymmetricKeyDetails }: KeyObject): void {
  const bits = asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < MIN_RSA_BITS) {
    throw invalid(`must have ${MIN_RSA_BITS} bits or more where it is an RSA key (RFC 7518)`)
  }
}

/** RFC 7638 with SHA-256; `undefined` of what is no key. */
export function thumbprintOf(key: JsonObject): string | undefined {
  const members = membersOf(key.kty)
  if (members === undefined) return undefined
  const required = Object.fromEntries(members.map((name) => [name, key[name] ?? null]))
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url')
}

/** As PEM (RFC 7468 section 13), for providers that take no JWK. */
export const pemOf = (key: PublicKey): string =>
  String(imported(key).export({ type: 'spki', format: 'pem' }))

const invalid = (says: string) =>
  new ClientError('invalid_field', `${FIELD} ${says}.`, { field: FIELD })
