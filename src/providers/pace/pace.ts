/**
 * The pace of one provider's account: every call upstream waits here for its turn, and one whose turn
 * cannot come in time is refused at once, before anything is sent. Time comes in, so that all of it
 * runs on any clock.
 */

import { ClientError } from '../../core/errors.ts'
import type { Call } from '../call.ts'
import type { PaceState } from '../provider.ts'
import { advance, pause } from './pace-bucket.ts'
import type { Budget } from './pace-budget.ts'
import type { Waiting } from './pace-lanes.ts'
import type { Lease } from './pace-lease.ts'
import { type Clock, createQueue, type Queue } from './pace-queue.ts'
import { type BucketSettings, createSource, type RateReport, type Source } from './pace-source.ts'

/** The clock of a pace, and what divides the account between instances; absent: this one has all that is ours of it. */
export interface PaceSurroundings extends Pick<Clock, 'now'>, Partial<Pick<Clock, 'after'>> {
  readonly budget?: Budget | undefined
}

export interface PaceSettings extends PaceSurroundings {
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
export function createPace({ buckets, now, after = onTimer, budget }: PaceSettings): Pace {
  const queue = createQueue({ now, after })
  const drawing: Drawing = { now, budget, onChange: () => queue.review() }
  const metered = new Map(buckets.map((one) => [one.name, createMeter(one, drawing)]))

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
        const sources = drawn.flatMap((meter) => drawnFrom(meter, reserve, drawing))
        const leases = sources.flatMap(({ lease }) => lease ?? [])
        const one: Waiting = {
          caller,
          urgent,
          since,
          latest: deadline - Math.min(CALL_MS, (deadline - since) / 2),
          lane: queue.laneOf([
            ...sources.map(({ source }) => source.bucket),
            ...leases.map(({ bucket }) => bucket),
          ]),
          round: 0,
          begin: (time) => {
            first.sent += 1
            first.waitedMs += time - since
            for (const lease of leases) lease.begin()
            resolve({ waitedMs: time - since, end: sentBy(drawn, time, { now, queue }) })
          },
          refuse: (again, waiting) => {
            first.refused += 1
            for (const lease of leases) lease.leave()
            reject(refusal(Math.max(again - now(), 1), waiting))
          },
        }
        for (const lease of leases) lease.enter()
        if (!queue.makePlace(one)) return
        queue.enter(one)
        queue.review()
      }),
    state: () => [...metered.values()].map((meter) => stateOf(meter, now(), queue)),
  }
}

/** What all paces of a provider have. */
interface Drawing {
  now(): number
  readonly budget: Budget | undefined
  onChange(): void
}

/** The account's bucket, and this instance's share of it. */
interface Drawn {
  readonly source: Source
  readonly lease?: Lease
}

/** A bucket with what is counted of the calls that refusals of it are about. */
interface Meter extends Drawn {
  readonly settings: BucketSettings
  /** What is left when more than its own reserve is left to others, by that reserve. */
  readonly larger: Map<number, Drawn>
  sent: number
  throttled: number
  refused: number
  waitedMs: number
}

function createMeter(settings: BucketSettings, drawing: Drawing): Meter {
  const counts = { sent: 0, throttled: 0, refused: 0, waitedMs: 0 }
  return { ...createDrawn(settings, drawing), settings, larger: new Map(), ...counts }
}

function createDrawn(settings: BucketSettings, { now, budget, onChange }: Drawing): Drawn {
  const source = createSource(settings, now())
  if (budget === undefined || settings.isOwn) return { source }
  return { source, lease: budget.lease(settings.name, source, onChange) }
}

/** What a call draws from that leaves so much to others. */
function drawnFrom(meter: Meter, reserve: number, drawing: Drawing): readonly Drawn[] {
  const { settings, larger } = meter
  if (reserve <= settings.reserve) return [meter]
  const name = `${settings.name}, ${reserve} left to others`
  const drawn = larger.get(reserve) ?? createDrawn({ ...settings, name, reserve }, drawing)
  larger.set(reserve, drawn)
  return [meter, drawn]
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
      for (const one of [meter, ...meter.larger.values()]) {
        one.source.feed(report, { now: time, sentAt, inFlight, uncounted })
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
  { source: { bucket }, lease, sent: sentCount, throttled, refused, waitedMs }: Meter,
  now: number,
  queue: Queue,
): PaceState {
  const limits = [bucket, ...(lease === undefined ? [] : [lease.bucket])].filter(
    ({ open }) => !open,
  )
  for (const one of limits) advance(one, now)
  const least = (values: readonly number[]) => Math.min(...values)
  return {
    name: bucket.name,
    ...(limits.length === 0
      ? {}
      : {
          perSecond: least(limits.map(({ rate }) => rate)),
          tokens: least(limits.map(({ tokens }) => tokens)),
          burst: least(limits.map(({ burst }) => burst)),
        }),
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
