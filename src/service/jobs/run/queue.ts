/**
 * Decides which client of a job is next. Each place (a provider, or a user pool of one) has its own line,
 * so that a place that is slow or asks to wait does not delay the others.
 */

import type { Place } from '../../../providers/call.ts'
import { createWindow, type Window } from './window.ts'

export interface Queue {
  /** Takes the next client that may start at a time; `limit`: how many may have been started in total. */
  next(now: number, limit: number): number | undefined
  /** Marks it as done. */
  done(item: number, waitedMs: number): void
  /**
   * Schedules it again for `at` (epoch ms); `refused`: because it got no turn, which holds for
   * others of its place too.
   */
  again(item: number, at: number, refused: boolean): void
  /** The next time after `now` when a waiting client may start (epoch ms). */
  wakesAt(now: number): number | undefined
}

interface Line {
  /** Positions in `items`, in order. */
  readonly waiting: number[]
  readonly later: { readonly position: number; readonly at: number }[]
  readonly window: Window
  busy: number
  notBefore: number
}

/** A queue of clients (their numbers in the job), in the order in which to start them. */
export function createQueue(
  items: readonly { readonly item: number; readonly place: Place }[],
): Queue {
  const lines = new Map<string, Line>()
  const position = new Map<number, number>()
  for (const [index, { item, place }] of items.entries()) {
    position.set(item, index)
    lineAt(lines, textOf(place)).waiting.push(index)
  }
  const lineOf = (item: number) => {
    const entry = items[position.get(item) ?? -1]
    if (entry === undefined) throw new RangeError(`no client ${item}`)
    return lineAt(lines, textOf(entry.place))
  }
  return {
    next: (now, limit) => {
      for (const line of lines.values()) {
        const index = take(line, now, limit)
        if (index !== undefined) return items[index]?.item
      }
      return undefined
    },
    done: (item, waitedMs) => {
      const line = lineOf(item)
      line.busy -= 1
      line.window.done(waitedMs)
    },
    again: (item, at, refused) => {
      const line = lineOf(item)
      line.busy -= 1
      line.later.push({ position: position.get(item) ?? 0, at })
      if (!refused) return
      line.window.refused()
      line.notBefore = Math.max(line.notBefore, at)
    },
    wakesAt: (now) => {
      const times = [...lines.values()]
        .flatMap(({ later, notBefore }) => [notBefore, ...later.map(({ at }) => at)])
        .filter((time) => time > now)
      return times.length === 0 ? undefined : Math.min(...times)
    },
  }
}

function lineAt(lines: Map<string, Line>, place: string): Line {
  const newLine = { waiting: [], later: [], window: createWindow(), busy: 0, notBefore: 0 }
  const line: Line = lines.get(place) ?? newLine
  lines.set(place, line)
  return line
}

/** The position of the client that the line starts now, if it may start one. */
function take(line: Line, now: number, limit: number): number | undefined {
  if (line.busy >= line.window.size() || now < line.notBefore) return undefined
  const ready = line.later.findIndex(({ at }) => at <= now)
  const again = line.later[ready]
  if (again !== undefined) {
    line.later.splice(ready, 1)
    line.busy += 1
    return again.position
  }
  const [index] = line.waiting
  if (index === undefined || index >= limit) return undefined
  line.waiting.shift()
  line.busy += 1
  return index
}

const textOf = ({ provider, userPoolId }: Place) => JSON.stringify([provider, userPoolId ?? null])
