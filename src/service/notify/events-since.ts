/** The events of one log that have not been delivered, in their order. */

import type { Entry, Intent } from '../../store/log/entry.ts'
import type { GrownHead } from '../../store/log/heads.ts'
import type { Service } from '../base/service.ts'
import { type ClientEvent, eventOf } from './client-event.ts'
import type { Position } from './position.ts'

/** Entries of a log that are read at once. */
const PAGE = 50
/** So long an entry can be on its way into what the store gives as grown (milliseconds). */
const LATE_MS = 90_000

interface Part {
  readonly head: GrownHead
  /** The newest that was delivered, as far as that is known. */
  readonly after: number | undefined
}

interface Step {
  readonly seq: number
  /** Absent for an entry that is none. */
  readonly event?: ClientEvent
}

/** Every entry up to the head, with its event. */
export async function* eventsSince(
  { store }: Pick<Service, 'store'>,
  position: Pick<Position, 'notBefore' | 'reachedAt'>,
  { head, after }: Part,
): AsyncGenerator<Step> {
  const { resource, seq: last } = head
  let from = after === undefined ? await firstOf({ store }, position, head) : after + 1
  let intent: Intent | undefined
  while (from <= last) {
    const entries = await store.entries(resource, { from, below: last + 1, limit: PAGE })
    for (const entry of entries) {
      if (entry.kind === 'intent') intent = entry
      const isDue = isReported(entry) && entry.at >= position.notBefore
      yield isDue
        ? { seq: entry.seq, event: eventOf(entry, await intentOf({ store }, entry, intent)) }
        : { seq: entry.seq }
    }
    if (entries.length === 0) return
    from = (entries.at(-1)?.seq ?? last) + 1
  }
}

type Reported = Parameters<typeof eventOf>[0]

const isReported = (entry: Entry): entry is Reported =>
  entry.kind === 'outcome' || entry.kind === 'outside_change' || entry.kind === 'overlap'

/** That of an outcome; it may be before the part that was read. */
async function intentOf(
  { store }: Pick<Service, 'store'>,
  entry: Reported,
  read: Intent | undefined,
): Promise<Intent | undefined> {
  if (entry.kind !== 'outcome') return undefined
  if (read?.operationId === entry.operationId) return read
  return store.operation(entry.operationId)
}

/** Where a log begins that nothing is known of: before what is late, too. */
async function firstOf(
  { store }: Pick<Service, 'store'>,
  { reachedAt }: Pick<Position, 'reachedAt'>,
  { resource, first }: GrownHead,
): Promise<number> {
  let from = first
  for (;;) {
    const range = { below: from, newestFirst: true, limit: PAGE }
    const before = await store.entries(resource, range)
    const early = before.findIndex(({ at }) => at < reachedAt - LATE_MS)
    const late = early < 0 ? before : before.slice(0, early)
    from = late.at(-1)?.seq ?? from
    if (early >= 0 || late.length === 0) return from
  }
}
