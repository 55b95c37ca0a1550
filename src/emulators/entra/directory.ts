/**
 * The directory: applications, removed ones and service principals. Reads may come from a copy that is behind (`lagMs`):
 * they show what was there so long ago, and what is newer than that cannot be worked on yet.
 */

import { copyOf } from '../copy.ts'
import type { Application } from './members.ts'

interface Version {
  readonly at: number
  /** `undefined`: removed. */
  readonly record: Application | undefined
}

/** Removed applications are kept for 30 days (Microsoft Graph, "Restore deleted item"). */
const KEPT_MS = 30 * 86_400_000

export interface Directory {
  /** Stores a record, which reads show after the lag; `undefined` removes it. */
  write(id: string, record: Application | undefined): void
  /** Stores a record as if it had been there for long. */
  put(id: string, record: Application): void
  /** As it is. */
  latest(id: string): Application | undefined
  /** As a read shows it. */
  shown(id: string): Application | undefined
  /** All as they are. */
  all(): readonly Application[]
  /** All as a list shows them. */
  listed(): readonly Application[]
  /** Whether a call may work on it already. */
  isKnown(id: string): boolean
  /** Another call begins, which another copy may answer. */
  turn(): void
  clear(): void
}

/** How far reads are behind, and which: each, or every second one and so on. */
export interface Lag {
  readonly ms: number
  readonly every: number
}

export function createDirectory(now: () => number, lag: () => Lag): Directory {
  let calls = 0
  const lagMs = () => (calls % lag().every === 0 ? lag().ms : 0)
  const versions = new Map<string, readonly Version[]>()
  const latest = (id: string) => versions.get(id)?.at(-1)?.record
  const shown = (id: string) =>
    lagMs() === 0
      ? latest(id)
      : versions.get(id)?.findLast(({ at }) => at <= now() - lagMs())?.record
  const every = (of: (id: string) => Application | undefined) =>
    [...versions.keys()].map(of).filter((one) => one !== undefined)
  return {
    write: (id, record) =>
      void versions.set(id, [
        ...(versions.get(id) ?? []),
        { at: now(), record: record && copyOf(record) },
      ]),
    put: (id, record) => void versions.set(id, [{ at: 0, record: copyOf(record) }]),
    latest,
    shown,
    all: () => every(latest),
    listed: () => every(shown),
    isKnown: (id) => shown(id) !== undefined,
    turn: () => {
      calls += 1
    },
    clear: () => versions.clear(),
  }
}

/** Whether a removed application is still kept. */
export const isKept = ({ deletedDateTime: at }: Application, now: number): boolean =>
  Date.parse(String(at)) > now - KEPT_MS
