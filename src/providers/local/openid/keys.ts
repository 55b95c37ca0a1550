/** The keys of the OpenID Provider, as JSON that the caller keeps secret and hands back at each start. */

import { generateKeyPair, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { JsonObject } from '../../../core/json/json.ts'

export interface OpenidKeys {
  /** Private keys as JSON Web Keys (RFC 7517): RSA for RS256 and PS256, P-256 for ES256. */
  readonly signing: readonly JsonObject[]
  /** Secrets that sign cookies; the first one signs, all of them verify. */
  readonly cookies: readonly string[]
}

const RSA_BITS = 2_048
const COOKIE_KEY_BYTES = 32

const generate = promisify(generateKeyPair)

/** Makes new keys. */
export async function createKeys(): Promise<OpenidKeys> {
  const rsa = await generate('rsa', { modulusLength: RSA_BITS })
  const ec = await generate('ec', { namedCurve: 'P-256' })
  return {
    signing: [jwkOf(rsa.privateKey), jwkOf(ec.privateKey)],
    cookies: [randomBytes(COOKIE_KEY_BYTES).toString('base64url')],
  }
}

function jwkOf(key: KeyObject): JsonObject {
  return { ...(key.export({ format: 'jwk' }) as JsonObject), kid: randomUUID(), use: 'sig' }
}
