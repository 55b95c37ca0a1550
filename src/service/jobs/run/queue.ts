/**
 * Which client of a job comes next. Each place (a provider, or a user pool of one) has a line of its own,
 * so that one that is slow or asks to wait holds up no other.
 */

import type { Place } from '../../../providers/call.ts'
import { createWindow, type Window } from './window.ts'

export interface Queue {
  /** Takes the next client that may begin at a time; `limit`: how many of all may have begun. */
  next(now: number, limit: number): number | undefined
  /** It is done. */
  done(item: number, waitedMs: number): void
  /** It is to be begun again at `at` (epoch ms); `refused`: for want of a turn, as others of its place would be. */
  again(item: number, at: number, refused: boolean): void
  /** The next time after `now` at which one that has to wait may begin (epoch ms). */
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

/** A queue of clients (their numbers in the job), given in the order in which they shall be begun. */
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
    const found = items[position.get(item) ?? -1]
    if (found === undefined) throw new RangeError(`no client ${item}`)
    return lineAt(lines, textOf(found.place))
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
  const made = { waiting: [], later: [], window: createWindow(), busy: 0, notBefore: 0 }
  const line: Line = lines.get(place) ?? made
  lines.set(place, line)
  return line
}

/** The position of the client that the line begins now, if it may. */
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
