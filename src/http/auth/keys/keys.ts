/**
 * Finds the key that a token is signed with. That a key cannot be fetched is never held against the
 * token: the answer is then `keys_unavailable`, which is 503 and not 401.
 */

import type { CryptoKey } from 'jose'
import { importJWK } from 'jose/key/import'
import { ClientError } from '../../../core/errors.ts'
import { ALGORITHMS, type Algorithm } from '../algorithms.ts'
import { tokenRefused } from '../challenge.ts'
import type { PublicJwk } from './jwk.ts'
import { createKeySet, type KeyHealth, type KeySource } from './key-set.ts'

/** What the header of a token says about its key. */
export interface KeyWanted {
  readonly alg: Algorithm
  readonly kid: string | undefined
}

export interface FoundKey {
  /** Names the key and its material. */
  readonly id: string
  readonly key: CryptoKey
}

export interface Keys {
  /**
   * The key for a token; `undefined` when the issuer publishes none such.
   * @throws ClientError `keys_unavailable`; `unauthenticated` for one that is published but may not be used
   */
  find(query: KeyWanted, deadline: number): Promise<FoundKey | undefined>
  /** Whether a found key is still published, by a set that needs no renewal. */
  holds(id: string): boolean
  /** Whether the keys need no renewal. */
  isFresh(): boolean
  /** Fetches where that is due, without a token that asks for it. */
  renew(deadline?: number): Promise<void>
  health(): KeyHealth
}

/** Keeps the keys of one issuer. Nothing is fetched before the first token comes. */
export function createKeys(source: KeySource): Keys {
  const set = createKeySet(source)
  /** By the published key, so that keys of an older set go with it. */
  const imported = new WeakMap<PublicJwk, Map<Algorithm, Promise<CryptoKey>>>()

  async function published(query: KeyWanted, deadline: number): Promise<PublicJwk | undefined> {
    const renewal = set.isFresh() ? undefined : set.renew(deadline)
    if (!set.isServing()) await renewal
    // A fetch that was under way when the process was frozen is no look at the issuer of today.
    if (set.isUsable() && !set.isServing()) await set.renew(deadline)
    if (!set.isUsable()) throw unavailable()
    // An issuer that hangs holds up no one whose key is known.
    const cached = matching(set.keys(), query)
    if (cached !== undefined) return cached
    const isRefused = () => query.kid !== undefined && set.refuses(query.kid)
    // An unknown id may be new, and newer than the last fetch. One that was found unusable leaves that fetch to it
    await (isRefused() ? set.renew(deadline) : set.renew(deadline, 'once more'))
    const match = matching(set.keys(), query)
    if (match === undefined && isRefused()) throw notUsable()
    // Whether the token is good cannot be known now, so it must not be called bad
    if (match === undefined && set.hasFailed()) throw unavailable()
    return match
  }

  async function usable(publicKey: PublicJwk, alg: Algorithm): Promise<FoundKey> {
    const byAlgorithm = imported.get(publicKey) ?? new Map<Algorithm, Promise<CryptoKey>>()
    imported.set(publicKey, byAlgorithm)
    // Symmetric keys, which come as bytes, were left out
    const key = byAlgorithm.get(alg) ?? (importJWK(publicKey.jwk, alg) as Promise<CryptoKey>)
    byAlgorithm.set(alg, key)
    try {
      return { id: publicKey.id, key: await key }
    } catch (cause) {
      throw notUsable(cause)
    }
  }

  return {
    async find(query, deadline) {
      const key = await published(query, deadline)
      return key === undefined ? undefined : usable(key, query.alg)
    },
    holds: (id) => set.isFresh() && set.keys().some((one) => one.id === id),
    isFresh: set.isFresh,
    renew: async (deadline) => {
      if (!set.isFresh()) await set.renew(deadline)
    },
    health: set.health,
  }
}

/** The one key that fits; without a `kid` in the header there must be no second. */
function matching(keys: readonly PublicJwk[], { alg, kid }: KeyWanted): PublicJwk | undefined {
  const { kty, crv } = ALGORITHMS[alg]
  const [first, second] = keys.filter(
    ({ jwk }) =>
      jwk.kty === kty &&
      (crv === undefined || jwk.crv === crv) &&
      (jwk.alg === undefined || jwk.alg === alg) &&
      (kid === undefined || jwk.kid === kid),
  )
  return second === undefined ? first : undefined
}

const notUsable = (cause?: unknown) =>
  tokenRefused(
    'The access token is signed with a key that is published but may not be used.',
    cause,
  )

const unavailable = () =>
  new ClientError(
    'keys_unavailable',
    'The keys that verify access tokens cannot be fetched now, so the token was not checked. Try again later.',
    { retryAfter: 5 },
  )
