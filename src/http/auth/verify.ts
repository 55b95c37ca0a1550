/**
 * Verifies access tokens: form, issuer, algorithm, signature, claims, in this order. A token that is
 * not accepted is `unauthenticated`; one that cannot be judged now is `keys_unavailable`.
 */

import { compactVerify } from 'jose/jws/compact/verify'
import { type Algorithm, isAlgorithm } from './algorithms.ts'
import { tokenRefused } from './challenge.ts'
import { tokenFault } from './claims.ts'
import { type Issuer, type IssuerSettings, issuerOf } from './issuers.ts'
import type { KeyHealth } from './keys/key-set.ts'
import { createKeys, type FoundKey, type Keys } from './keys/keys.ts'
import type { FetchDocument, KeyFault } from './keys/published.ts'
import { type Principal, principalOf } from './principal.ts'
import { readToken, type UnverifiedToken } from './token.ts'
import { createVerifiedTokens } from './verified-tokens.ts'

export interface VerifierSettings {
  readonly issuers: readonly IssuerSettings[]
  readonly fetchDocument: FetchDocument
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Hears of each fetch of keys that failed. */
  readonly onKeyFault?: (issuer: string, fault: KeyFault) => void
}

export interface IssuerHealth extends KeyHealth {
  readonly issuer: string
}

/** Gives the caller of a token, or throws. */
export interface Verifier {
  /**
   * The caller; the deadline in epoch milliseconds.
   * @throws ClientError `unauthenticated`, `keys_unavailable`
   */
  (token: string, deadline: number): Promise<Principal>
  /** Fetches the keys of every issuer where that is due; never rejects. */
  renew(): Promise<void>
  /** The state of each issuer's keys. */
  health(): readonly IssuerHealth[]
}

interface KnownIssuer {
  readonly issuer: Issuer
  readonly keys: Keys
}

interface TokenKey extends FoundKey {
  readonly alg: Algorithm
}

/** Builds the verifier; nothing is fetched before the first token or renewal. */
export function createVerifier(settings: VerifierSettings): Verifier {
  const { issuers, fetchDocument, now, onKeyFault } = settings
  const byName = new Map<string, KnownIssuer>()
  for (const one of issuers) {
    const issuer = issuerOf(one)
    const { issuer: name, jwksUrl } = issuer
    if (byName.has(name)) throw new Error(`The issuer ${name} stands twice.`)
    const keys = createKeys({
      issuer: name,
      ...(jwksUrl === undefined ? {} : { jwksUrl }),
      fetchDocument,
      now,
      onFault: (fault) => onKeyFault?.(name, fault),
    })
    byName.set(name, { issuer, keys })
  }
  const verified = createVerifiedTokens(now)
  const isHeld = (issuer: string, keyId: string) => byName.get(issuer)?.keys.holds(keyId) ?? false

  async function verify(token: string, deadline: number): Promise<Principal> {
    const remembered = verified.get(token, isHeld)
    if (remembered !== undefined) return remembered
    const read = readToken(token)
    const { issuer, keys } = issuerOfToken(read, byName)
    const check = async () => {
      const key = await keyOf(read, issuer, keys, deadline)
      await checkSignature(token, key)
      return key
    }
    const key = await check().catch(async (error: unknown) => {
      // Keys that are due for renewal may let a token pass, and refuse none.
      if (keys.isFresh()) throw error
      await keys.renew(deadline)
      if (keys.isFresh()) return check()
      throw error
    })
    const fault = tokenFault({ ...read, issuer, nowSeconds: now() / 1_000 })
    if (fault !== undefined) throw tokenRefused(fault)
    const { audience, scopePrefix: prefix, claimNames } = issuer
    const reading = { prefixed: audience === undefined, prefix, claimNames }
    const principal = principalOf(read.claims, reading)
    verified.put(token, key.id, principal)
    return principal
  }

  return Object.assign(verify, {
    renew: async () => {
      await Promise.all(Array.from(byName.values(), ({ keys }) => keys.renew()))
    },
    health: () => Array.from(byName, ([issuer, { keys }]) => ({ issuer, ...keys.health() })),
  })
}

/** `iss` is compared whole, and only with configured issuers. */
function issuerOfToken(
  { claims }: UnverifiedToken,
  byName: ReadonlyMap<string, KnownIssuer>,
): KnownIssuer {
  const match = typeof claims.iss === 'string' ? byName.get(claims.iss) : undefined
  if (match === undefined) throw tokenRefused('The access token is from an unknown issuer.')
  return match
}

async function keyOf(
  { header }: UnverifiedToken,
  issuer: Issuer,
  keys: Keys,
  deadline: number,
): Promise<TokenKey> {
  const { alg, kid } = header
  if (!isAlgorithm(alg) || !issuer.algorithms.includes(alg)) {
    throw tokenRefused('The access token is signed with an algorithm that is not accepted.')
  }
  const query = { alg, kid: typeof kid === 'string' ? kid : undefined }
  const key = await keys.find(query, deadline)
  if (key === undefined) throw tokenRefused('The access token is signed with an unknown key.')
  return { ...key, alg }
}

/** The claims are those that `readToken` gave: the signature covers the very text. */
async function checkSignature(token: string, { key, alg }: TokenKey): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
  } catch (cause) {
    throw tokenRefused('The access token is not signed by its issuer.', cause)
  }
}
