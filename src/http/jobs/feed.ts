/**
 * What the event streams of one process share: each page of a job's log is read and written as events
 * once, however many follow that job, and between two pages of a stream the others have their turn.
 */

import { openEntry } from '../../service/base/record-storage.ts'
import type { Service } from '../../service/base/service.ts'
import type { JobEntry, JobProgress } from '../../service/jobs/log.ts'
import { textOf } from './event-text.ts'

/** Some entries of a job's log as events, one after the other. */
export interface EventPage {
  /** The number of its first entry, and of the first one after it. */
  readonly first: number
  readonly next: number
  /** Where the event of each entry begins. */
  readonly starts: readonly number[]
  readonly bytes: Buffer
  /** The progress in its last entry; `undefined`: there is no entry. */
  readonly progress: JobProgress | undefined
}

export interface EventFeed {
  /** Takes one of the caller's places for a stream and gives what frees it; `undefined`: none is free. */
  enter(caller: string): (() => void) | undefined
  /**
   * The page with an entry, which may have others before it; `known`: an entry that is there, `isLimited`: as `resultBody`
   * has it.
   */
  page(
    service: Service,
    resource: string,
    place: { from: number; known: number; isLimited: boolean },
  ): Promise<EventPage>
}

/** Streams that one caller may have open at once. */
export const MAX_STREAMS = 20
/** How often a stream looks at the end of its log (milliseconds). */
export const LOOK_MS = 500
/** How old may be what it finds there (milliseconds). */
const SHARED_MS = 250
/** Entries that are read at once: each holds ten results at most. */
const PAGE = 20
/** Pages that are kept (bytes). */
const KEPT_BYTES = 8 * 1_024 * 1_024

interface CachedPage {
  readonly page: Promise<EventPage>
  readonly at: number
  /** Absent while it is read. */
  found?: EventPage
}

/** An empty feed; an application has one. */
export function createEventFeed(): EventFeed {
  const streams = new Map<string, number>()
  const pages = new Map<string, CachedPage>()
  const turn = createTurns()
  let bytes = 0

  function drop(key: string, cached: CachedPage): void {
    if (pages.get(key) !== cached) return
    pages.delete(key)
    bytes -= cached.found?.bytes.length ?? 0
  }

  function keep(key: string, cached: CachedPage): void {
    const old = pages.get(key)
    if (old !== undefined) drop(key, old)
    pages.set(key, cached)
    const settle = (eventPage: EventPage) => {
      if (pages.get(key) !== cached) return
      cached.found = eventPage
      bytes += eventPage.bytes.length
      for (const [oldest, one] of pages) {
        if (bytes <= KEPT_BYTES) break
        drop(oldest, one)
      }
    }
    cached.page.then(settle, () => drop(key, cached))
  }

  return {
    enter: (caller) => {
      const open = streams.get(caller) ?? 0
      if (open >= MAX_STREAMS) return undefined
      streams.set(caller, open + 1)
      let entered = true
      return () => {
        if (!entered) return
        entered = false
        const remaining = (streams.get(caller) ?? 0) - 1
        if (remaining > 0) streams.set(caller, remaining)
        else streams.delete(caller)
      }
    },
    page: async (service, resource, { from, known: newest, isLimited }) => {
      await turn()
      const first = from - ((from - 1) % PAGE)
      const key = `${first} ${isLimited} ${resource}`
      const now = service.now()
      const cached = pages.get(key)
      if (cached !== undefined && isGood(cached, { newest, now })) return cached.page
      const page = readPage(service, resource, { first, isLimited })
      keep(key, { page, at: now })
      return page
    },
  }
}

/** A whole page never changes; of another one only a new reading shows whether it has grown. */
function isGood(
  { found: content, at }: CachedPage,
  { newest, now }: { newest: number; now: number },
): boolean {
  if (content === undefined) return true
  if (content.next - content.first === PAGE) return true
  return now - at < SHARED_MS && content.next > newest
}

/** The events of a page from an entry on. */
export function eventsFrom({ first, next, starts, bytes }: EventPage, from: number): Buffer {
  return from >= next ? bytes.subarray(bytes.length) : bytes.subarray(starts[from - first])
}

async function readPage(
  service: Service,
  resource: string,
  { first, isLimited }: { first: number; isLimited: boolean },
): Promise<EventPage> {
  const range = { from: first, limit: PAGE }
  const entries = (await service.store.entries(resource, range)) as readonly JobEntry[]
  const texts = entries.map((entry) => Buffer.from(textOf(openEntry(service, entry), isLimited)))
  const starts: number[] = []
  let length = 0
  for (const text of texts) {
    starts.push(length)
    length += text.length
  }
  const progress = entries.at(-1)?.progress
  return { first, next: first + entries.length, starts, bytes: Buffer.concat(texts), progress }
}

/** One after the other, each in a turn of the event loop of its own. */
function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  const next = () => {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(next)
  }
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(next)
    })
}
