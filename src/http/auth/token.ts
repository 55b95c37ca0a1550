/**
 * A token taken apart before anything in it is believed: its compact form, its header and its
 * claims. Forms that some readers repair and others refuse are refused (RFC 8725, section 3).
 */

import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { tokenRefused } from './challenge.ts'
import { hasDoubledNames } from './doubled-names.ts'

/** Not verified: good for choosing the issuer and the key, and for nothing else. */
export interface UnverifiedToken {
  readonly header: JsonObject
  readonly claims: JsonObject
}

const MAX_TOKEN_BYTES = 8_192
const MAX_KEY_ID_LENGTH = 512

/** Members that bring a key along, or change how the token is read (RFC 7515, section 4.1). */
const FORBIDDEN_MEMBERS = ['jku', 'jwk', 'x5u', 'x5c', 'b64', 'crit', 'zip', 'enc'] as const

/**
 * Takes a compact JWS apart.
 * @throws ClientError `unauthenticated`
 */
export function readToken(token: string): UnverifiedToken {
  if (token.length > MAX_TOKEN_BYTES) throw tokenRefused('The access token is too long.')
  const parts = token.split('.', 4)
  const [header, claims, signature] = parts
  if (parts.length !== 3 || header === undefined || claims === undefined || !signature) {
    throw tokenRefused('The access token is not a signed JSON Web Token.')
  }
  bytesOf(signature)
  const read = { header: objectOf(header), claims: objectOf(claims) }
  checkHeader(read.header)
  return read
}

function checkHeader(header: JsonObject): void {
  for (const name of FORBIDDEN_MEMBERS) {
    if (Object.hasOwn(header, name)) {
      throw tokenRefused(`The access token has the header member ${name}, which is not accepted.`)
    }
  }
  const { kid } = header
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_LENGTH)) {
    throw tokenRefused('The access token has a malformed key id.')
  }
}

/** Base64url without padding, line ends or stray bits: one text for the same bytes. */
function bytesOf(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw tokenRefused('The access token is malformed.')
  return bytes
}

function objectOf(part: string): JsonObject {
  const bytes = bytesOf(part)
  const text = bytes.toString('utf8')
  const value = parsed(text)
  // `toString` repairs wrong UTF-8; what was repaired has other bytes
  if (!isRecord(value) || !Buffer.from(text).equals(bytes)) {
    throw tokenRefused('The access token is malformed.')
  }
  if (hasDoubledNames(text)) throw tokenRefused('The access token has a duplicate member.')
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
