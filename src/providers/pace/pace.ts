/**
 * The pace of one provider's account: every call upstream waits here for its turn, and one whose turn
 * cannot come in time is refused at once, before anything is sent. Time comes in, so that all of it
 * runs on any clock.
 */

import { ClientError } from '../../core/errors.ts'
import type { Call } from '../call.ts'
import type { PaceState } from '../provider.ts'
import { advance, type Bucket, pause } from './pace-bucket.ts'
import type { Waiting } from './pace-lanes.ts'
import { type Clock, createQueue, type Queue } from './pace-queue.ts'
import { type BucketSettings, createSource, type RateReport, type Source } from './pace-source.ts'

export interface PaceSettings extends Pick<Clock, 'now'>, Partial<Pick<Clock, 'after'>> {
  readonly buckets: readonly BucketSettings[]
}

/** A call that has its turn. */
export interface Pass {
  readonly waitedMs: number
  /** Its call has ended; `report` is what the answer says about the pace. */
  end(report: RateReport): void
}

export interface Pace {
  /**
   * Waits for a turn in these buckets, the one that refusals are about first. A call that leaves more to others than
   * a bucket does (`reserve`) also waits until that much is left.
   * @throws ClientError `provider_throttled` when it cannot come before the call's deadline
   */
  turn(
    buckets: readonly string[],
    call: Pick<Call, 'deadline' | 'caller' | 'urgent' | 'reserve'>,
  ): Promise<Pass>
  state(): readonly PaceState[]
}

/**
 * A call that had to wait is sent only with this much time left, or half of what it came with: one that is
 * cut off by its deadline helps no one, and leaves the outcome of a write unknown.
 */
export const CALL_MS = 500

/** A pace on its own clock; all buckets are full at first. */
export function createPace({ buckets, now, after = onTimer }: PaceSettings): Pace {
  const metered = new Map(buckets.map((one) => [one.name, createMeter(one, now())]))
  const queue = createQueue({ now, after })

  const find = (name: string) => {
    const entry = metered.get(name)
    if (entry === undefined) throw new TypeError(`no bucket ${name}`)
    return entry
  }

  return {
    turn: (names, { deadline, caller = '', urgent = false, reserve = 0 }) =>
      new Promise((resolve, reject) => {
        const drawn = names.map(find)
        const first = find(names[0] ?? '')
        const since = now()
        const one: Waiting = {
          caller,
          urgent,
          since,
          latest: deadline - Math.min(CALL_MS, (deadline - since) / 2),
          lane: queue.laneOf(drawn.flatMap((meter) => bucketsOf(meter, reserve, since))),
          round: 0,
          begin: (time) => {
            first.sent += 1
            first.waitedMs += time - since
            resolve({ waitedMs: time - since, end: sentBy(drawn, time, { now, queue }) })
          },
          refuse: (again, waiting) => {
            first.refused += 1
            reject(refusal(Math.max(again - now(), 1), waiting))
          },
        }
        if (!queue.makePlace(one)) return
        queue.enter(one)
        queue.review()
      }),
    state: () => [...metered.values()].map((meter) => stateOf(meter, now(), queue)),
  }
}

/** A bucket with what is counted of the calls that refusals of it are about. */
interface Meter {
  readonly source: Source
  readonly settings: BucketSettings
  /** What is left when more than its own reserve is left to others, by that reserve. */
  readonly shares: Map<number, Source>
  sent: number
  throttled: number
  refused: number
  waitedMs: number
}

function createMeter(settings: BucketSettings, now: number): Meter {
  const counts = { sent: 0, throttled: 0, refused: 0, waitedMs: 0 }
  return { source: createSource(settings, now), settings, shares: new Map(), ...counts }
}

/** What a call draws from that leaves so much to others. */
function bucketsOf({ source, settings, shares }: Meter, reserve: number, now: number): Bucket[] {
  if (reserve <= settings.reserve) return [source.bucket]
  const name = `${settings.name}, ${reserve} left to others`
  const share = shares.get(reserve) ?? createSource({ ...settings, name, reserve }, now)
  shares.set(reserve, share)
  return [source.bucket, share.bucket]
}

/** Counts a call as sent; what is given takes in its answer. */
function sentBy(
  drawn: readonly Meter[],
  sentAt: number,
  { now, queue }: Pick<Clock, 'now'> & { readonly queue: Queue },
): Pass['end'] {
  const [meter] = drawn
  const before = meter?.source.ended ?? 0
  for (const { source } of drawn) source.begun += 1
  return (report) => {
    const time = now()
    for (const { source } of drawn) source.ended += 1
    if (meter !== undefined) {
      const { source } = meter
      const inFlight = source.begun - source.ended
      const uncounted = source.begun - before - 1
      for (const one of [source, ...meter.shares.values()]) {
        one.feed(report, { now: time, sentAt, inFlight, uncounted })
      }
      if (report.throttled) meter.throttled += 1
    }
    if (report.pauseMs !== undefined) {
      for (const { source } of drawn) pause(source.bucket, time, time + report.pauseMs)
    }
    queue.review()
  }
}

function stateOf(
  { source: { bucket }, sent: sentCount, throttled, refused, waitedMs }: Meter,
  now: number,
  queue: Queue,
): PaceState {
  advance(bucket, now)
  return {
    name: bucket.name,
    ...(bucket.open ? {} : { perSecond: bucket.rate, tokens: bucket.tokens }),
    pausedUntil: bucket.pausedUntil,
    waiting: queue.waiting(bucket),
    sent: sentCount,
    throttled,
    refused,
    waitedMs,
  }
}

function refusal(milliseconds: number, waiting: number | undefined): ClientError {
  const says =
    waiting === undefined
      ? "The provider's rate limit leaves no room for this request in time. Nothing was sent. Try again later."
      : `This caller has ${waiting} calls waiting for the provider, which is the limit for one caller. Nothing was sent. Send fewer at a time, and try again later.`
  return new ClientError('provider_throttled', says, { retryAfter: milliseconds / 1_000 })
}

function onTimer(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds)
  return () => clearTimeout(timer)
}
