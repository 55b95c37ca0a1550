/**
 * Which keys of a published key set (RFC 7517) may verify tokens. Keys that must not be trusted are
 * left out, each with a reason; the others go on serving.
 */

import type { JWK } from 'jose'
import { isRecord } from '../../../core/json/json.ts'

/** A public key that may verify tokens, and a text that names its material. */
export interface PublicJwk {
  readonly jwk: JWK
  /** The same for the same key under the same `kid`, and for no other. */
  readonly id: string
}

export interface AcceptedKeys {
  readonly keys: readonly PublicJwk[]
  /** One sentence for each key that was left out, without key material. */
  readonly refused: readonly string[]
  /** The `kid` of those among them that have one. */
  readonly refusedIds: ReadonlySet<string>
}

const MIN_RSA_BITS = 2_048
/** Far more than any issuer publishes; each costs memory and a comparison. */
const MAX_KEYS = 64

/** The members that make up a key (RFC 7638, section 3.2). */
const MATERIAL: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
}

/** Takes a fetched document apart; `undefined` when it is no key set. */
export function acceptKeys(document: unknown): AcceptedKeys | undefined {
  if (!isRecord(document)) return undefined
  const { keys } = document
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) return undefined
  const accepted = new Map<string, PublicJwk>()
  const refused: string[] = []
  keys.forEach((jwk: unknown, index) => {
    const fault = keyFault(jwk)
    if (fault === undefined) {
      const id = materialOf(jwk as JWK)
      accepted.set(id, { jwk: jwk as JWK, id })
    } else refused.push(`Key ${index} ${fault}.`)
  })
  const [unique, doubled] = withoutDoubledIds([...accepted.values()])
  const usable = new Set(unique.map(({ jwk }) => jwk.kid))
  const ids = keys.flatMap((jwk: unknown) =>
    isRecord(jwk) && typeof jwk.kid === 'string' && !usable.has(jwk.kid) ? [jwk.kid] : [],
  )
  return { keys: unique, refused: [...refused, ...doubled], refusedIds: new Set(ids) }
}

function keyFault(jwk: unknown): string | undefined {
  if (!isRecord(jwk)) return 'is not an object'
  if (jwk.kty === 'oct' || 'k' in jwk) return 'is symmetric'
  if ('d' in jwk || 'priv' in jwk) return 'is private and has been published'
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'is not for signatures'
  const operations = jwk.key_ops
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'is not for verifying'
  }
  if (jwk.kid !== undefined && typeof jwk.kid !== 'string') return 'has a kid that is not a string'
  const members = typeof jwk.kty === 'string' ? MATERIAL[jwk.kty] : undefined
  if (members === undefined) return 'is of a type that is not supported'
  if (members.some((name) => typeof jwk[name] !== 'string')) return 'is incomplete'
  return jwk.kty === 'RSA' ? rsaFault(String(jwk.n), String(jwk.e)) : undefined
}

/** Small moduli can be factored; with e = 1 every text is its own signature. */
function rsaFault(modulus: string, exponent: string): string | undefined {
  if (bitLength(modulus) < MIN_RSA_BITS) return `is an RSA key below ${MIN_RSA_BITS} bits`
  const bytes = Buffer.from(exponent, 'base64url')
  const last = bytes.at(-1) ?? 0
  const isBelowThree = bitLength(exponent) < 2
  return isBelowThree || last % 2 === 0 ? 'is an RSA key with an unsafe exponent' : undefined
}

function bitLength(text: string): number {
  const bytes = Buffer.from(text, 'base64url')
  const start = bytes.findIndex((byte) => byte !== 0)
  if (start < 0) return 0
  return (bytes.length - start) * 8 - (Math.clz32(bytes[start] ?? 0) - 24)
}

function materialOf(jwk: JWK): string {
  const members = MATERIAL[jwk.kty ?? ''] ?? []
  const values = members.map((name) => (jwk as Readonly<Record<string, unknown>>)[name])
  return JSON.stringify([jwk.kid ?? null, jwk.kty, jwk.alg ?? null, ...values])
}

/** Two different keys under one `kid`: no one can say which is meant, so neither serves. */
function withoutDoubledIds(keys: readonly PublicJwk[]): [PublicJwk[], string[]] {
  const counts = new Map<string, number>()
  for (const { jwk } of keys) {
    if (jwk.kid !== undefined) counts.set(jwk.kid, (counts.get(jwk.kid) ?? 0) + 1)
  }
  const isDoubled = ({ jwk }: PublicJwk) => (counts.get(jwk.kid ?? '') ?? 0) > 1
  const refused = keys.filter(isDoubled).map(() => 'A key shares its kid with a different key.')
  return [keys.filter((key) => !isDoubled(key)), refused]
}
