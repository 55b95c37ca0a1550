/**
 * Remembers tokens that were verified a moment ago. The key is the hash of the whole token, so that
 * no two tokens can share an entry (fast-jwt GHSA-rp9m-7r4c-75qg), and no token is kept in memory.
 */

import { createHash } from 'node:crypto'
import type { Principal } from './principal.ts'

interface Entry {
  readonly principal: Principal
  /** The key that verified it. */
  readonly keyId: string
  /** Epoch milliseconds. */
  readonly until: number
}

export interface VerifiedTokens {
  /** `isHeld` says whether the key of the entry is still published by that issuer. */
  get(token: string, isHeld: (issuer: string, keyId: string) => boolean): Principal | undefined
  put(token: string, keyId: string, principal: Principal): void
}

const MAX_AGE_MS = 5 * 60_000
const MAX_ENTRIES = 5_000

/** An empty memory; the oldest entries make room. */
export function createVerifiedTokens(now: () => number): VerifiedTokens {
  const entries = new Map<string, Entry>()
  return {
    get(token, isHeld) {
      const name = hash(token)
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      if (now() < entry.until && isHeld(entry.principal.issuer, entry.keyId)) return entry.principal
      entries.delete(name)
      return undefined
    },
    put(token, keyId, principal) {
      const [oldest] = entries.keys()
      if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
      const until = Math.min(principal.expiresAt, now() + MAX_AGE_MS)
      entries.set(hash(token), { principal, keyId, until })
    },
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
