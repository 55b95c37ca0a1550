/**
 * The signature algorithms that tokens may use, and the keys that belong to each. All are
 * asymmetric: a public key taken for an HMAC secret is the classic forgery (RFC 8725, section 2.1).
 */

/** JWS algorithm → type and curve of its keys (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export const ALGORITHMS = {
  RS256: { kty: 'RSA', crv: undefined },
  PS256: { kty: 'RSA', crv: undefined },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
} as const

export type Algorithm = keyof typeof ALGORITHMS

/** What is accepted where the configuration does not say. */
export const ALL_ALGORITHMS = Object.keys(ALGORITHMS) as readonly Algorithm[]

/** Narrows the `alg` of a header. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(ALGORITHMS, value)
}
