/**
 * The key set of one issuer: fetched, kept, renewed beside the requests, and kept on while the issuer
 * cannot be reached. Limits as jose has them for its own remote key set, which is not used because it
 * needs the global `fetch`. Decision 59 has the ages.
 */

import { within } from '../../../service/base/time-limit.ts'
import type { PublicJwk } from './jwk.ts'
import { type FetchDocument, fetchKeys, type KeyAddress, type KeyFault } from './published.ts'

export interface KeySource extends KeyAddress {
  readonly fetchDocument: FetchDocument
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Hears of each fetch that failed. */
  readonly onFault?: (fault: KeyFault) => void
}

/** For metrics, `readyz` and `clientry check`. */
export interface KeyHealth {
  /** Epoch milliseconds; `undefined`: never. */
  readonly loadedAt: number | undefined
  /** The keys are older than they should be, since the issuer could not be asked. */
  readonly stale: boolean
  /** Fetches that failed, since the start. */
  readonly failures: number
  /** Why the last fetch failed; absent when it did not. */
  readonly fault?: KeyFault
  /** One sentence for each published key that is not used. */
  readonly refused: readonly string[]
}

export interface KeySet {
  /** What was accepted last. */
  keys(): readonly PublicJwk[]
  /** Whether a key of this id is published, and must not be used. */
  refuses(kid: string): boolean
  /** Needs no renewal. */
  isFresh(): boolean
  /** A key in it may be used while a renewal is under way. */
  isServing(): boolean
  /** May still be used. */
  isUsable(): boolean
  /** Whether the last fetch failed. */
  hasFailed(): boolean
  /**
   * Fetches unless that was tried a moment ago; joins a fetch under way, and waits no longer than to the
   * deadline. Never rejects. `once more`: for a key that may have been published since, one further time.
   */
  renew(deadline?: number, again?: 'once more'): Promise<void>
  health(): KeyHealth
}

const FRESH_MS = 10 * 60_000
/** How old the last look at the issuer may be where keys serve without a new one. */
const LOOKED_MS = 3_600_000
const USABLE_MS = 24 * 3_600_000
/** Between two fetches that unknown key ids or failures cause. */
const COOLDOWN_MS = 30_000
/** The same while there are no keys at all, and every request fails. */
const EMPTY_COOLDOWN_MS = 1_000
const TIMEOUT_MS = 5_000

/** Keeps a key set. Nothing is fetched before it is asked for. */
export function createKeySet({ fetchDocument, now, onFault, ...address }: KeySource): KeySet {
  let keys: readonly PublicJwk[] = []
  let refused: readonly string[] = []
  let refusedIds: ReadonlySet<string> = new Set()
  let mayRepeat = false
  let loadedAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  /** When the last fetch that has ended began. */
  let lookedAt = Number.NEGATIVE_INFINITY
  let fault: KeyFault | undefined
  let failures = 0
  let pending: Promise<void> | undefined

  const age = () => now() - loadedAt
  const isFresh = () => age() < FRESH_MS
  const isUsable = () => age() < USABLE_MS
  const mayTry = () => now() - triedAt >= (isUsable() ? COOLDOWN_MS : EMPTY_COOLDOWN_MS)

  async function load(): Promise<void> {
    triedAt = now()
    const began = triedAt
    const answer = await fetchKeys(address, fetchDocument, began + TIMEOUT_MS)
    lookedAt = began
    if ('fault' in answer) {
      fault = answer.fault
      failures += 1
      onFault?.(fault)
      return
    }
    keys = answer.accepted.keys
    refused = answer.accepted.refused
    refusedIds = answer.accepted.refusedIds
    // Not when it has ended: a process that was frozen meanwhile would take old keys for new ones.
    loadedAt = began
    fault = undefined
  }

  return {
    keys: () => keys,
    isFresh,
    isServing: () => isUsable() && now() - lookedAt < LOOKED_MS,
    isUsable,
    hasFailed: () => fault !== undefined,
    refuses: (kid) => refusedIds.has(kid),
    async renew(deadline = Number.POSITIVE_INFINITY, again) {
      const isDue = mayTry()
      const repeats = again !== undefined && mayRepeat && fault === undefined
      if (pending === undefined && !isDue && !repeats) return
      if (pending === undefined) mayRepeat = isDue
      pending ??= load().finally(() => {
        pending = undefined
      })
      await untilThen(pending, deadline - now())
    },
    health: () => ({
      loadedAt: Number.isFinite(loadedAt) ? loadedAt : undefined,
      stale: Number.isFinite(loadedAt) && !isFresh() && fault !== undefined,
      failures,
      ...(fault === undefined ? {} : { fault }),
      refused,
    }),
  }
}

/** A fetch ends by its own time; who waits for it may have less. */
async function untilThen(work: Promise<void>, milliseconds: number): Promise<void> {
  if (milliseconds > TIMEOUT_MS) return work
  await within(
    work,
    Math.max(milliseconds, 0),
    () => new DOMException('late', 'TimeoutError'),
  ).catch(() => undefined)
}
