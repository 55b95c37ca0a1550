/**
 * The key set of one issuer: fetched from the configured address, kept, renewed, and kept on while
 * the issuer cannot be reached. Limits as jose has them for its own remote key set, which is not used
 * because it needs the global `fetch`.
 */

import { acceptKeys, type PublicJwk } from './jwk.ts'

/** Gives the JSON value at an address; rejects at the deadline (epoch milliseconds) at the latest. */
export type FetchJson = (url: string, deadline: number) => Promise<unknown>

export interface KeySource {
  readonly url: string
  readonly fetchJson: FetchJson
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** For metrics. */
export interface KeyHealth {
  readonly url: string
  /** Epoch milliseconds; `undefined`: never. */
  readonly loadedAt: number | undefined
  /** The keys are older than they should be, since the issuer could not be asked. */
  readonly stale: boolean
  /** Fetches that failed, since the start. */
  readonly failures: number
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
  /** May still be used. */
  isUsable(): boolean
  /** Why the last fetch failed; `undefined` when it did not. */
  failure(): unknown
  /**
   * Fetches unless that was tried a moment ago; joins a fetch under way. Never rejects. `once more`: for a key
   * that may have been published since, one further time.
   */
  renew(deadline: number, again?: 'once more'): Promise<void>
  health(): KeyHealth
}

const FRESH_MS = 10 * 60_000
const USABLE_MS = 24 * 3_600_000
/** Between two fetches that unknown key ids or failures cause. */
const COOLDOWN_MS = 30_000
/** The same while there are no keys at all, and every request fails. */
const EMPTY_COOLDOWN_MS = 1_000
const TIMEOUT_MS = 5_000

/** Keeps a key set. Nothing is fetched before it is asked for. */
export function createKeySet({ url, fetchJson, now }: KeySource): KeySet {
  let keys: readonly PublicJwk[] = []
  let refused: readonly string[] = []
  let refusedIds: ReadonlySet<string> = new Set()
  let mayRepeat = false
  let loadedAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let failures = 0
  let pending: Promise<void> | undefined

  const age = () => now() - loadedAt
  const isFresh = () => age() < FRESH_MS
  const isUsable = () => age() < USABLE_MS
  const mayTry = () => now() - triedAt >= (isUsable() ? COOLDOWN_MS : EMPTY_COOLDOWN_MS)

  async function load(deadline: number): Promise<void> {
    triedAt = now()
    try {
      const accepted = acceptKeys(await fetchJson(url, Math.min(deadline, triedAt + TIMEOUT_MS)))
      if (accepted === undefined) throw new Error('The answer is no JSON Web Key Set.')
      // Keys that must not be used are an answer, and none at all is a mistake that may pass.
      if (accepted.keys.length + accepted.refused.length === 0) {
        throw new Error('The key set is empty.')
      }
      keys = accepted.keys
      refused = accepted.refused
      refusedIds = accepted.refusedIds
      loadedAt = now()
      failure = undefined
    } catch (cause) {
      failure = cause ?? new Error('The fetch failed.')
      failures += 1
    }
  }

  return {
    keys: () => keys,
    isFresh,
    isUsable,
    failure: () => failure,
    refuses: (kid) => refusedIds.has(kid),
    async renew(deadline, again) {
      const isDue = mayTry()
      const repeats = again !== undefined && mayRepeat && failure === undefined
      if (pending === undefined && !isDue && !repeats) return
      if (pending === undefined) mayRepeat = isDue
      pending ??= load(deadline).finally(() => {
        pending = undefined
      })
      await pending
    },
    health: () => ({
      url,
      loadedAt: Number.isFinite(loadedAt) ? loadedAt : undefined,
      stale: Number.isFinite(loadedAt) && !isFresh() && failure !== undefined,
      failures,
      refused,
    }),
  }
}
