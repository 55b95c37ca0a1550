/**
 * The pace of one provider's account: every call upstream waits here for its turn, and one whose turn
 * cannot come in time is refused at once, before anything is sent. Time comes in, so that all of it
 * runs on any clock.
 */

import { ClientError } from '../core/errors.ts'
import { advance, pause } from './pace-bucket.ts'
import {
  createLane,
  enter,
  forecast,
  isLate,
  type Lane,
  leave,
  nextTurn,
  serve,
  type Waiting,
} from './pace-lanes.ts'
import { type BucketSettings, createSource, type Told } from './pace-source.ts'
import type { Call, PaceState } from './provider.ts'

export interface PaceSettings {
  readonly buckets: readonly BucketSettings[]
  /** Epoch milliseconds. */
  now(): number
  /** Does the work so many milliseconds later, unless it is called off. */
  after?(milliseconds: number, work: () => void): () => void
}

/** A call that has its turn. */
export interface Pass {
  readonly waitedMs: number
  /** Its call has ended; `told` is what the answer tells about the pace. */
  end(told: Told): void
}

export interface Pace {
  /**
   * Waits for a turn in these buckets, the one that refusals are about first.
   * @throws ClientError `provider_throttled` when it cannot come before the call's deadline
   */
  turn(
    buckets: readonly string[],
    call: Pick<Call, 'deadline' | 'caller' | 'urgent'>,
  ): Promise<Pass>
  state(): readonly PaceState[]
}

/** Calls that wait at one time; more are refused, so that memory has a bound. */
export const MAX_WAITING = 1_000
/**
 * A call that had to wait is sent only with this much time left, or half of what it came with: one that
 * is cut off by its deadline helps nobody, and leaves the outcome of a write unknown.
 */
export const CALL_MS = 500

/** A pace on its own clock; all buckets are full at first. */
export function createPace({ buckets, now, after = onTimer }: PaceSettings): Pace {
  const sources = new Map(
    buckets.map((one) => [one.name, { ...counters(), source: createSource(one, now()) }]),
  )
  const lanes = new Map<string, Lane>()
  let served = 0
  let callOff = () => {}

  const find = (name: string) => {
    const found = sources.get(name)
    if (found === undefined) throw new TypeError(`no bucket ${name}`)
    return found
  }

  function laneOf(names: readonly string[]): Lane {
    const key = names.join('\n')
    const lane = lanes.get(key) ?? createLane(names.map((name) => find(name).source.bucket))
    lanes.set(key, lane)
    return lane
  }

  /** Serves whose turn it is, and sleeps until the next. */
  function serveAll(): void {
    callOff()
    for (;;) {
      const time = now()
      const turn = nextTurn(lanes.values(), time)
      if (turn === undefined) return
      if (turn.at > time) {
        callOff = after(Math.ceil(turn.at - time), serveAll)
        return
      }
      const { one, lane } = turn
      if (time > one.since && time > one.latest) {
        leave(lane, one)
        one.refuse(forecast(lanes.values(), time).freeAt(lane))
        continue
      }
      served += 1
      serve(turn, served)
      one.begin(time)
    }
  }

  /** After what makes turns later: refuses those for whom it is too late, and serves the others. */
  function review(): void {
    serveAll()
    const { turns, freeAt } = forecast(lanes.values(), now())
    for (const { one } of turns.filter(isLate)) {
      leave(one.lane, one)
      one.refuse(freeAt(one.lane))
    }
    serveAll()
  }

  function passOf(names: readonly string[], sentAt: number, waitedMs: number): Pass {
    const drawn = names.map((name) => find(name).source)
    const before = drawn.map(({ ended }) => ended)
    for (const source of drawn) source.begun += 1
    return {
      waitedMs,
      end: (told) => {
        const [first] = drawn
        const time = now()
        for (const source of drawn) source.ended += 1
        if (first !== undefined) {
          const inFlight = first.begun - first.ended
          const uncounted = first.begun - (before[0] ?? 0) - 1
          first.feed(told, { now: time, sentAt, inFlight, uncounted })
        }
        for (const { bucket } of told.pauseMs === undefined ? [] : drawn) {
          pause(bucket, time, time + (told.pauseMs ?? 0))
        }
        if (told.throttled) find(names[0] ?? '').throttled += 1
        review()
      },
    }
  }

  return {
    turn: (names, { deadline, caller = '', urgent = false }) =>
      new Promise((resolve, reject) => {
        const lane = laneOf(names)
        const counts = find(names[0] ?? '')
        const since = now()
        const one: Waiting = {
          caller,
          urgent,
          since,
          latest: deadline - Math.min(CALL_MS, (deadline - since) / 2),
          lane,
          round: 0,
          begin: (time) => {
            counts.sent += 1
            counts.waitedMs += time - since
            resolve(passOf(names, time, time - since))
          },
          refuse: (again) => {
            counts.refused += 1
            reject(refusal(Math.max(again - now(), 1)))
          },
        }
        const waiting = [...lanes.values()].reduce((sum, { waiting }) => sum + waiting.length, 0)
        if (waiting >= MAX_WAITING) {
          return one.refuse(forecast(lanes.values(), since).freeAt(lane))
        }
        enter(lane, one)
        review()
      }),
    state: () =>
      [...sources].map(([name, { source, sent, throttled, refused, waitedMs }]) => {
        const { bucket } = source
        advance(bucket, now())
        const waiting = [...lanes]
          .filter(([key]) => key.split('\n')[0] === name)
          .reduce((sum, [, lane]) => sum + lane.waiting.length, 0)
        return {
          name,
          ...(bucket.open ? {} : { perSecond: bucket.rate, tokens: bucket.tokens }),
          pausedUntil: bucket.pausedUntil,
          waiting,
          sent,
          throttled,
          refused,
          waitedMs,
        }
      }),
  }
}

const counters = () => ({ sent: 0, throttled: 0, refused: 0, waitedMs: 0 })

function refusal(milliseconds: number): ClientError {
  return new ClientError(
    'provider_throttled',
    "The provider's request rate leaves no room for this in time; nothing was sent. Try again later.",
    { retryAfter: milliseconds / 1_000 },
  )
}

function onTimer(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds)
  return () => clearTimeout(timer)
}
