/**
 * What an account allows, for one bucket of it: set by the configuration, or learned from what the
 * provider's answers report. A provider puts that into a `RateReport`; what follows from it is here.
 */

import {
  advance,
  type Bucket,
  createBucket,
  halve,
  pause,
  type Rates,
  reservedOf,
  setRates,
  shareOf,
} from './pace-bucket.ts'

export interface BucketSettings {
  /** From a closed set: metrics show it. */
  readonly name: string
  /** Calls a second that the account has; absent: learned. */
  readonly perSecond?: number | undefined
  /** Calls at once; absent: learned. */
  readonly burst?: number | undefined
  /** The part of both that is left for others on the account: 0 to below 1. */
  readonly reserve: number
  /** Each instance has as much for itself. */
  readonly isOwn?: true
}

/** What one answer says about the pace. */
export interface RateReport {
  /** Nothing may be sent for so long, in milliseconds. */
  readonly pauseMs?: number
  /** The call was refused as coming too fast. */
  readonly throttled?: boolean
  /** The account's own bucket, right after the call; `perSecond` is what it has at least. */
  readonly account?: {
    readonly limit: number
    readonly remaining: number
    readonly perSecond: number
  }
  /** A good answer that names no limit. */
  readonly unlimited?: boolean
}

export interface Source {
  readonly bucket: Bucket
  /** What is ours of the account, when nothing holds it down. */
  rates(): Rates
  /** Calls begun and ended, which shows those that an answer cannot have counted. */
  begun: number
  ended: number
  halvedAt: number
  feed(report: RateReport, at: Answered): void
}

/** The times and the place of a call among others, when its answer comes. */
export interface Answered {
  readonly now: number
  readonly sentAt: number
  /** Calls that have not ended. */
  readonly inFlight: number
  /** Calls that the provider may have counted after this one: all that were under way beside it. */
  readonly uncounted: number
}

/** Before anything is known: the lowest of Auth0's plans; one call is left for others, two may go. */
const START: Rates = { perSecond: 2, burst: 3 }
/** A pause after a refusal that names none; ours. */
const MOMENT_MS = 1_000
/** The rate is known well enough once the account's bucket was seen this empty. */
const TELLING_SHARE = 1 / 2

export function createSource(settings: BucketSettings, now: number): Source {
  const { name, reserve } = settings
  const learns = settings.perSecond === undefined
  let { perSecond = START.perSecond, burst } = settings
  const guess = learns ? START.burst : Math.max(perSecond, 1)
  const ours = () => shareOf({ perSecond, burst: burst ?? guess }, reserve)
  const bucket = createBucket(name, ours(), now)
  bucket.guessed = learns

  function learn(
    account: NonNullable<RateReport['account']>,
    { inFlight, uncounted }: Answered,
  ): void {
    // Groups of endpoints have buckets of their own, and the answer describes the one that it drew from.
    const smallest = burst === undefined || account.limit <= burst
    if (settings.burst === undefined && smallest) burst = account.limit
    if (learns) perSecond = Math.max(perSecond, Math.min(account.perSecond, account.limit))
    if (account.remaining <= account.limit * TELLING_SHARE) bucket.guessed = false
    setRates(bucket, ours())
    bucket.open = false
    const level = account.remaining - reservedOf(account.limit, reserve)
    bucket.tokens = Math.min(bucket.tokens, level - inFlight)
    // With a rate of its own the view only sinks. Without, it rises to what is certainly there.
    if (learns && smallest) bucket.tokens = Math.max(bucket.tokens, level - uncounted)
    bucket.tokens = Math.min(bucket.tokens, bucket.burst)
  }

  const source: Source = {
    bucket,
    rates: ours,
    begun: 0,
    ended: 0,
    halvedAt: 0,
    feed: (report, answered) => {
      const { now, sentAt } = answered
      advance(bucket, now)
      if (report.account !== undefined) learn(report.account, answered)
      else if (report.throttled) bucket.open = false
      else if (report.unlimited && bucket.guessed) {
        bucket.open = true
        bucket.guessed = false
      }
      if (!report.throttled) return
      if (report.pauseMs === undefined) pause(bucket, now, now + MOMENT_MS)
      // Where an answer says what is left, that is enough. Calls sent before the last halving met the old
      // rate and say nothing about the new one.
      if (report.account !== undefined || sentAt <= source.halvedAt) return
      source.halvedAt = now
      halve(bucket, now)
    },
  }
  return source
}
