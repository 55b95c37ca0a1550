/**
 * A token bucket: so many calls at once, refilled at a steady rate, with pauses in which nothing is
 * given. A rate that was halved comes back step by step. Times are epoch milliseconds, rates are
 * calls a second.
 */

export interface Rates {
  readonly perSecond: number
  /** Size of the bucket, in calls; 1 at least. */
  readonly burst: number
}

export interface Bucket {
  readonly name: string
  /** Gives without limit. */
  open: boolean
  /** The rates are a guess until the provider's answers say more; no call is refused on a guess. */
  guessed: boolean
  /** The rate when nothing holds it down. */
  full: number
  rate: number
  burst: number
  /** Below zero where the provider reported that there is less than was thought. */
  tokens: number
  /** The time for which `tokens` and `rate` hold. */
  at: number
  pausedUntil: number
}

/** A rate is never held below this part of the full one. */
const LOWEST_SHARE = 1 / 8
/** What comes back each second, as a part of the full rate. */
const RECOVERY_SHARE = 1 / 10
/** Sums of fractions miss a whole by less than this. */
const ALMOST = 1 - 1e-6
/** Epoch milliseconds as doubles miss by a quarter of this. */
const NOISE_MS = 1e-3

/**
 * The part of an account's rates that is ours. The rest is for others, and one call of the burst at least,
 * since a bucket that we may empty has nothing for anyone.
 */
export function shareOf({ perSecond, burst }: Rates, reserve: number): Rates {
  return {
    perSecond: perSecond * (1 - reserve),
    burst: Math.max(1, burst - reservedOf(burst, reserve)),
  }
}

/** How many calls of a burst are left for others. */
export function reservedOf(burst: number, reserve: number): number {
  return reserve === 0 ? 0 : Math.max(1, burst * reserve)
}

/** A full bucket. */
export function createBucket(name: string, { perSecond, burst }: Rates, now: number): Bucket {
  const rates = { full: perSecond, rate: perSecond, burst, tokens: burst }
  return { name, open: false, guessed: false, ...rates, at: now, pausedUntil: 0 }
}

/** Brings tokens and rate up to `now`; a clock that was set back changes nothing. */
export function advance(bucket: Bucket, now: number): void {
  // A pause gathers one call at most: what comes after it begins slowly, not with a burst.
  refill(bucket, Math.min(now, bucket.pausedUntil), Math.min(1, bucket.burst))
  refill(bucket, now, bucket.burst)
}

function refill(bucket: Bucket, now: number, most: number): void {
  const seconds = (now - bucket.at) / 1_000
  if (seconds <= 0) return
  const { full, rate, tokens } = bucket
  const slope = full * RECOVERY_SHARE
  const rising = Math.min(seconds, (full - rate) / slope)
  const gained = rate * rising + (slope * rising ** 2) / 2 + full * (seconds - rising)
  bucket.tokens = Math.min(most, tokens + gained)
  bucket.rate = Math.min(full, rate + slope * rising)
  bucket.at = now
}

/**
 * The earliest time at which one call may go: a whole millisecond, as the clock and timers have them.
 * Calls that become ready within one millisecond are ready together, so their order in a forecast is
 * the order in which they go.
 */
export function readyAt({ open, full, rate, tokens, at, pausedUntil }: Bucket): number {
  const need = 1 - tokens
  if (open || tokens >= ALMOST) return Math.ceil(pausedUntil)
  const slope = full * RECOVERY_SHARE
  const rising = (full - rate) / slope
  const meanwhile = rate * rising + (slope * rising ** 2) / 2
  const seconds =
    need > meanwhile
      ? rising + (need - meanwhile) / full
      : (Math.sqrt(rate ** 2 + 2 * slope * need) - rate) / slope
  return Math.ceil(Math.max(pausedUntil, at + seconds * 1_000 - NOISE_MS))
}

/** One call goes. */
export function take(bucket: Bucket, now: number): void {
  advance(bucket, now)
  if (!bucket.open) bucket.tokens -= 1
}

/** Gives nothing until then. */
export function pause(bucket: Bucket, now: number, until: number): void {
  advance(bucket, now)
  bucket.pausedUntil = Math.max(bucket.pausedUntil, until)
  bucket.tokens = Math.min(bucket.tokens, 1)
}

/** Other rates from now on; a rate that is held down stays so. */
export function setRates(bucket: Bucket, { perSecond, burst }: Rates): void {
  bucket.rate = bucket.rate < bucket.full ? Math.min(bucket.rate, perSecond) : perSecond
  bucket.full = perSecond
  bucket.burst = burst
  bucket.tokens = Math.min(bucket.tokens, burst)
}

/** Half the rate: with the steady way back, decrease and increase of Chiu and Jain (1989). */
export function halve(bucket: Bucket, now: number): void {
  advance(bucket, now)
  bucket.rate = Math.max(bucket.rate / 2, bucket.full * LOWEST_SHARE)
  bucket.tokens = Math.min(bucket.tokens, 1)
}
