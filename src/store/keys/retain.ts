/**
 * What a history no longer keeps. Records of clients in their logs are sealed with a key for each part of the time; when
 * all that such a key has sealed is old enough, the key is dropped, and with it every copy of what it has sealed (NIST
 * SP 800-88, cryptographic erase). Then the texts are removed from the store (`service/upkeep/erase.ts`).
 */

import {
  isEarlier,
  isHeld,
  type KeyringCell,
  type KeyWrappers,
  parseRing,
  type Ring,
  type RingKey,
  recordsSince,
  ringText,
} from './keyring.ts'
import { DATA_KEY_DELAY_MS, historyKey } from './rekey.ts'

export interface RetainRequest {
  readonly cell: KeyringCell
  readonly wrappers: KeyWrappers
  /** How long a record is kept at least (milliseconds). */
  readonly keepMs: number
  /** When the oldest change began that is still open: its records are needed. Epoch milliseconds. */
  readonly openSince?: number
  /** Epoch milliseconds. */
  now(): number
}

export interface Retained {
  /** The number of the key that seals from now on; absent: no new one. */
  readonly made?: number
  /** The numbers of the keys that were dropped. */
  readonly dropped: readonly number[]
}

/** A record is kept longer by this part of the time at most. */
const PART = 10
const DAY_MS = 86_400_000

/** Makes the next key and drops those that are over, if it is time; several instances may do so at once. */
export async function retain(request: RetainRequest): Promise<Retained> {
  const { cell, wrappers, now } = request
  for (;;) {
    const text = await cell.read()
    if (text === undefined) return { dropped: [] }
    const ring = parseRing(text)
    const at = now()
    const dropped = overIn(ring, request, at)
    const isDropped = (number: number | undefined) =>
      number !== undefined && dropped.includes(number)
    const left = ring.keys.map((key) => {
      if (!isDropped(key.number)) return key
      const { wrapped: _, ...tombstone } = key
      return { ...tombstone, droppedAt: at }
    })
    const next = isTimeForNext(ring, request.keepMs, at)
      ? await historyKey(ring, wrappers[0], at)
      : undefined
    if (next === undefined && dropped.length === 0) return { dropped }
    const keys = next === undefined ? left : [...left, next]
    // Someone else was first: then it is seen what is left.
    if (!(await cell.replace(text, ringText({ keys })))) continue
    return { ...(next?.number === undefined ? {} : { made: next.number }), dropped }
  }
}

/** Sealed texts of client records that are to be removed from the store. */
export interface OverRecords {
  /** Numbers of the keys that were dropped. */
  readonly dropped: ReadonlySet<number>
  /** Numbers of data keys, and until when they sealed records, which had no keys of their own; epoch milliseconds. */
  readonly earlier: ReadonlySet<number>
  readonly before: number
}

/** What is over, as long as it is not known to be removed; `undefined`: nothing. */
export function overRecords(
  ring: Ring,
  { keepMs, openSince }: Pick<RetainRequest, 'keepMs' | 'openSince'>,
  at: number,
): OverRecords | undefined {
  const dropped = ring.keys.filter(({ droppedAt }) => droppedAt !== undefined)
  const end = (recordsSince(ring)?.usableFrom ?? at) + DATA_KEY_DELAY_MS
  const isEarlierOver = end + keepMs <= at && end <= (openSince ?? at)
  const earlier = isEarlierOver ? ring.keys.filter((key) => isEarlier(ring, key)) : []
  if ([...dropped, ...earlier].every(({ erasedAt }) => erasedAt !== undefined)) return undefined
  return {
    dropped: new Set(dropped.map(numberOf)),
    earlier: new Set(earlier.map(numberOf)),
    before: end,
  }
}

/** Records that what was over is removed. */
export async function markErased(cell: KeyringCell, over: OverRecords, at: number): Promise<void> {
  for (;;) {
    const text = await cell.read()
    if (text === undefined) return
    const ring = parseRing(text)
    const isOver = (key: RingKey) =>
      key.droppedAt === undefined
        ? isEarlier(ring, key) && over.earlier.has(numberOf(key))
        : over.dropped.has(numberOf(key))
    const keys = ring.keys.map((key) =>
      isOver(key) && key.erasedAt === undefined ? { ...key, erasedAt: at } : key,
    )
    if (await cell.replace(text, ringText({ keys }))) return
  }
}

const numberOf = ({ number = 0 }: RingKey) => number

const historyKeys = ({ keys }: Ring) =>
  keys
    .filter(isHeld)
    .filter(({ purpose }) => purpose === 'history')
    .toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0))

function isTimeForNext(ring: Ring, keepMs: number, now: number): boolean {
  const newest = historyKeys(ring).at(-1)
  const period = Math.max(keepMs / PART, DAY_MS)
  return newest === undefined || (newest.usableFrom ?? 0) + period <= now
}

/** The keys all of whose records are old enough. A key seals until every instance uses the one after it. */
function overIn(ring: Ring, { keepMs, openSince }: RetainRequest, at: number): readonly number[] {
  return historyKeys(ring).flatMap(({ number }, index, all) => {
    const usableFrom = all[index + 1]?.usableFrom
    if (number === undefined || usableFrom === undefined) return []
    const end = usableFrom + DATA_KEY_DELAY_MS
    return end + keepMs <= at && end <= (openSince ?? at) ? [number] : []
  })
}
