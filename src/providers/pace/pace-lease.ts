/**
 * What one instance has of an account's rate while several share it: a bucket that its calls draw from beside the account's
 * own. It gives without limit where nothing is known of the account yet, or where the store cannot be reached.
 */

import { advance, type Bucket, createBucket, type Rates, setRates } from './pace-bucket.ts'
import { LIFE_MS, type Renewal, type Renewed } from './pace-shares.ts'

/** An account's bucket as sharing needs it. */
export interface Shareable {
  readonly bucket: Bucket
  /** What all instances may use together. */
  rates(): Rates
}

/** How calls use a lease. */
export interface Lease {
  readonly bucket: Bucket
  /** A call waits for its turn; it has it, or was refused. */
  enter(): void
  begin(): void
  leave(): void
}

/** What the budget does with a lease. */
export interface HeldLease extends Lease {
  /** Before the account's rate is known there is nothing to divide. */
  isUnknown(): boolean
  /** Whether it was used, or is waited for, since it was renewed. */
  isActive(): boolean
  isWaitedFor(): boolean
  isHeld(now: number): boolean
  /** Not renewed for so long that what it has is of no use any more. */
  isStale(now: number): boolean
  rates(): Rates
  /** One call goes at once, from what is left for others: what there is is known a moment later. */
  first(now: number): void
  /** What is to be reported at a renewal. */
  report(now: number): Omit<Renewal, 'id' | 'now'>
  /** The renewal has ended that began then. */
  renewed(share: Granted, begun: number, now: number): void
  /** A larger rate until it is renewed. */
  grow(rate: number, now: number): void
  /** It was given back. */
  release(): void
  /** Gives without limit until it is renewed. */
  open(): void
}

/** A share as it was taken; `isWritten`: others see it. */
export interface Granted extends Pick<Renewed, 'rate' | 'tokens'> {
  readonly isWritten: boolean
}

/** A store that is slow or fails once ends no share: it goes on at its rate for so long (milliseconds). */
const STALE_MS = 3_000
/** So that what is out of reach has a time, and no timer a time beyond its own. */
const LOWEST_SHARE = 1 / 100
/** Renewals while calls waited after which the rate is what there is, and calls may be refused by it. */
const CERTAIN = 2

export interface LeaseSettings {
  readonly name: string
  readonly source: Shareable
  now(): number
  /** A call came. */
  onUse(lease: HeldLease): void
}

/** It gives without limit at first. */
export function createLease({ name, source, now, onUse }: LeaseSettings): HeldLease {
  const bucket = createBucket(`${name}, share`, { perSecond: 1, burst: 1 }, now())
  bucket.open = true
  bucket.guessed = true
  let spent = 0
  let reported = { spent: 0, tokens: 0 }
  let waiting = 0
  let waitedFor = 0
  let heldUntil = Number.NEGATIVE_INFINITY
  let isFirst = false
  let isWritten = false

  function set(rate: number, time: number): void {
    const { perSecond, burst } = source.rates()
    advance(bucket, time)
    setRates(bucket, {
      perSecond: Math.max(rate, perSecond * LOWEST_SHARE),
      burst: Math.max(1, (burst * rate) / perSecond),
    })
  }

  const lease: HeldLease = {
    bucket,
    enter: () => {
      waiting += 1
      onUse(lease)
    },
    begin: () => {
      waiting -= 1
      spent += 1
    },
    leave: () => {
      waiting -= 1
    },
    isUnknown: () => source.bucket.open || source.bucket.guessed,
    isActive: () => spent > 0 || waiting > 0,
    isWaitedFor: () => waiting > 0,
    isHeld: (time) => time < heldUntil,
    isStale: (time) => time >= heldUntil + STALE_MS,
    rates: source.rates,
    first: (time) => {
      if (isFirst) return
      isFirst = true
      const rate = source.rates().perSecond * LOWEST_SHARE
      Object.assign(bucket, { full: rate, rate, burst: 1, tokens: 1, at: time })
      bucket.open = false
      bucket.guessed = true
    },
    report: (time) => {
      advance(bucket, time)
      reported = { spent, tokens: bucket.open ? 0 : bucket.tokens }
      return { ...reported, want: spent + waiting, permitted: source.rates(), isWritten }
    },
    renewed: ({ rate, tokens, ...share }, begun, time) => {
      isWritten = share.isWritten
      waitedFor = waiting > 0 && begun < heldUntil ? waitedFor + 1 : 0
      const wasOpen = bucket.open
      set(rate, time)
      // What came and went while the store was asked stays so.
      const gained = wasOpen ? tokens - bucket.tokens : tokens - reported.tokens
      bucket.tokens = Math.min(bucket.burst, bucket.tokens + gained)
      bucket.open = false
      bucket.guessed = waitedFor < CERTAIN
      spent -= reported.spent
      heldUntil = begun + LIFE_MS
      isFirst = false
    },
    grow: set,
    release: () => {
      heldUntil = Number.NEGATIVE_INFINITY
      isFirst = false
      isWritten = false
    },
    open: () => {
      spent = 0
      isFirst = false
      isWritten = false
      if (bucket.open) return
      // What was gathered meanwhile is others' as well.
      source.bucket.tokens = Math.min(source.bucket.tokens, 1)
      bucket.open = true
    },
  }
  return lease
}
