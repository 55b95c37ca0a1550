/**
 * Who waits and whose turn is next. Calls that draw from the same buckets wait in one lane: those of
 * changes under way first, then callers in turn. Each call gets a round when it comes, one after its
 * caller's last and never before the present one (self-clocked fair queueing, Golestani 1994), so that
 * a thousand waiting calls of one caller hold another up by one call. Lanes take turns too.
 */

import { type Bucket, readyAt, take } from './pace-bucket.ts'

export interface Waiting {
  readonly caller: string
  readonly urgent: boolean
  readonly since: number
  /** Past this time (epoch milliseconds) it is no use any more. */
  readonly latest: number
  readonly lane: Lane
  /** 0 when urgent. */
  round: number
  begin(now: number): void
  /** `again`: when it would go at once; `waiting`: so many of its caller's wait, as many as may. */
  refuse(again: number, waiting?: number): void
}

export interface Lane {
  /** The narrowest first. */
  readonly buckets: readonly Bucket[]
  /** In the order of their turns. */
  readonly waiting: Waiting[]
  /** The round that was served last. */
  round: number
  /** Number of the turn in which it was served last. */
  served: number
}

export function createLane(buckets: readonly Bucket[]): Lane {
  return { buckets, waiting: [], round: 0, served: 0 }
}

/** Puts a call in its place. */
export function enter(lane: Lane, one: Waiting): void {
  const rounds = lane.waiting
    .filter(({ caller, urgent }) => caller === one.caller && !urgent)
    .map(({ round }) => round)
  one.round = one.urgent ? 0 : Math.max(lane.round, ...rounds) + 1
  const later = lane.waiting.findIndex(({ round }) => round > one.round)
  lane.waiting.splice(later === -1 ? lane.waiting.length : later, 0, one)
}

/** Takes a call out, served or not. */
export function leave({ waiting }: Lane, one: Waiting): void {
  waiting.splice(waiting.indexOf(one), 1)
}

export interface Turn {
  readonly one: Waiting
  readonly lane: Lane
  /** The earliest time for it, `now` or later. */
  readonly at: number
}

/** The next turn of all lanes; `undefined` when no call waits. */
export function nextTurn(lanes: Iterable<Lane>, now: number): Turn | undefined {
  let next: Turn | undefined
  for (const lane of lanes) {
    const [one] = lane.waiting
    if (one === undefined) continue
    const turn = { one, lane, at: Math.max(now, ...lane.buckets.map(readyAt)) }
    if (next === undefined || isBefore(turn, next)) next = turn
  }
  return next
}

function isBefore(turn: Turn, other: Turn): boolean {
  if (turn.at !== other.at) return turn.at < other.at
  if (turn.one.urgent !== other.one.urgent) return turn.one.urgent
  return turn.lane.served < other.lane.served
}

/** The turn is taken: its call leaves the lane with a token of each bucket. */
export function serve({ one, lane, at }: Turn, count: number): void {
  leave(lane, one)
  lane.round = Math.max(lane.round, one.round)
  lane.served = count
  for (const bucket of lane.buckets) take(bucket, at)
}

export interface Forecast {
  /** Every waiting call with the time of its turn, in order. */
  readonly turns: readonly Turn[]
  /** When a call that comes then goes at once: no call is before it any more. */
  freeAt(lane: Lane): number
}

/**
 * What happens if no other call comes, played on copies. A call whose turn is too late goes without a
 * token, and those behind it move up.
 */
export function forecast(lanes: Iterable<Lane>, now: number): Forecast {
  const copies = new Map<Bucket, Bucket>()
  const copyOf = (bucket: Bucket) => {
    const copy = copies.get(bucket) ?? { ...bucket, open: bucket.open || bucket.guessed }
    copies.set(bucket, copy)
    return copy
  }
  const played = [...lanes].map((lane) => ({
    ...lane,
    buckets: lane.buckets.map(copyOf),
    waiting: [...lane.waiting],
  }))
  const turns: Turn[] = []
  let count = Math.max(0, ...played.map(({ served }) => served))
  for (let time = now; ; ) {
    const turn = nextTurn(played, time)
    if (turn === undefined) break
    time = turn.at
    count += 1
    if (isLate(turn)) leave(turn.lane, turn.one)
    else serve(turn, count)
    turns.push(turn)
  }
  // A bucket that no call drew from has stood still before now.
  const freeAt = ({ buckets }: Lane) =>
    Math.max(now, ...buckets.map(copyOf).flatMap((copy) => [copy.at, readyAt(copy)]))
  return { turns, freeAt }
}

/** Whether it comes when the call is no use any more. */
export const isLate = ({ one, at }: Turn) => at > one.latest
