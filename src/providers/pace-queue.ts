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
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Does the work so many milliseconds later, unless it is called off. */
  after(milliseconds: number, work: () => void): () => void
}

/** A queue in which nobody waits. */
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
        callOff = after(Math.ceil(turn.at - time), serveAll)
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
      const { turns, freeAt } = forecast(lanes.values(), now())
      for (const { one } of turns.filter(isLate)) {
        leave(one.lane, one)
        one.refuse(freeAt(one.lane))
      }
      serveAll()
    },
    freeAt,
    waiting: (first) =>
      [...lanes.values()]
        .filter(({ buckets }) => first === undefined || buckets[0] === first)
        .reduce((sum, { waiting }) => sum + waiting.length, 0),
  }
}
