/**
 * All that waits for its turn at one provider, lane by lane, served as its time comes. Time comes in, so
 * that all of it runs on any clock.
 */

import type { Bucket } from './pace-bucket.ts'
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

export interface Queue {
  /** The lane of the calls that draw from these buckets. */
  laneOf(buckets: readonly Bucket[]): Lane
  enter(one: Waiting): void
  /** After what makes turns later: refuses those for whom it is too late, and serves the others. */
  review(): void
  /** When a call that comes to the lane then goes at once (epoch milliseconds). */
  freeAt(lane: Lane): number
  /** Calls that wait: those that refusals of one bucket are about, or all. */
  waiting(first?: Bucket): number
  /**
   * Makes sure that a call has a place where it may wait. Where there is none, it or another is refused: of
   * the caller with most calls waiting, the one that came last.
   */
  makePlace(one: Waiting): boolean
}

/** Calls that wait at one time, so that memory has a bound; and those of one caller, so that others find a place. */
export const MAX_WAITING = 1_000
export const MAX_WAITING_OF_CALLER = 200

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Does the work so many milliseconds later, unless it is called off. */
  after(milliseconds: number, work: () => void): () => void
}

/** A queue in which no call waits. */
export function createQueue({ now, after }: Clock): Queue {
  const lanes = new Map<string, Lane>()
  let served = 0
  let callOff = () => {}

  /** Serves whose turn it is, and sleeps until the next. */
  function serveAll(): void {
    callOff()
    for (;;) {
      const time = now()
      const turn = nextTurn(lanes.values(), time)
      if (turn === undefined) return
      if (turn.at > time) {
        callOff = after(turn.at - time, serveAll)
        return
      }
      const { one, lane } = turn
      if (time > one.since && time > one.latest) {
        leave(lane, one)
        one.refuse(freeAt(lane))
        continue
      }
      served += 1
      serve(turn, served)
      one.begin(time)
    }
  }

  const freeAt = (lane: Lane) => forecast(lanes.values(), now()).freeAt(lane)

  function makePlace(one: Waiting): boolean {
    const waiting = [...lanes.values()].flatMap((lane) => lane.waiting)
    // Changes under way are few for each caller, and giving one up costs most.
    const byCaller = groupBy(waiting.filter(({ urgent }) => !urgent))
    const own = one.urgent ? [] : (byCaller.get(one.caller) ?? [])
    if (own.length >= MAX_WAITING_OF_CALLER) {
      one.refuse(freeAt(one.lane), own.length)
      return false
    }
    if (waiting.length < MAX_WAITING) return true
    const most = [...byCaller.values()].reduce(longer, own)
    const last = most.reduce<Waiting | undefined>(later, undefined)
    if (last === undefined || most.length <= own.length + 1) {
      one.refuse(freeAt(one.lane))
      return false
    }
    leave(last.lane, last)
    last.refuse(freeAt(last.lane))
    return true
  }

  return {
    laneOf: (buckets) => {
      const key = buckets.map(({ name }) => name).join('\n')
      const lane = lanes.get(key) ?? createLane(buckets)
      lanes.set(key, lane)
      return lane
    },
    enter: (one) => enter(one.lane, one),
    review: () => {
      serveAll()
      // Mostly no call has to wait.
      if ([...lanes.values()].every(({ waiting }) => waiting.length === 0)) return
      const { turns, freeAt } = forecast(lanes.values(), now())
      for (const { one } of turns.filter(isLate)) {
        leave(one.lane, one)
        one.refuse(freeAt(one.lane))
      }
      serveAll()
    },
    makePlace,
    freeAt,
    waiting: (first) =>
      [...lanes.values()]
        .filter(({ buckets }) => first === undefined || buckets[0] === first)
        .reduce((sum, { waiting }) => sum + waiting.length, 0),
  }
}

function groupBy(waiting: readonly Waiting[]): ReadonlyMap<string, readonly Waiting[]> {
  const groups = new Map<string, Waiting[]>()
  for (const one of waiting) {
    const group = groups.get(one.caller)
    if (group === undefined) groups.set(one.caller, [one])
    else group.push(one)
  }
  return groups
}

const longer = (one: readonly Waiting[], other: readonly Waiting[]) =>
  other.length > one.length ? other : one

const later = (one: Waiting | undefined, other: Waiting) =>
  one === undefined || other.round >= one.round ? other : one
