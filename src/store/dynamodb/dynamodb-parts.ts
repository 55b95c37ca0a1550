/**
 * Entries that are larger than an item may be: compressed, cut into parts, and put before the entry itself, whose item
 * then says where they are. Its conditional put decides, as for any other entry. Until then a marker, which is due an hour
 * later, stands for the parts: where a crash came in between, or another writer was first, they are removed. Each attempt
 * has parts of its own, so that no one removes those of another. A request is refused five minutes after it was signed, so
 * no entry arrives after its parts were removed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { ClientError } from '../../core/errors.ts'
import type { Entry } from '../log/entry.ts'
import type { RawRecord } from '../store.ts'
import { DUE, type Item, logOf, recordOf, sortKeyOf, timeOf } from './dynamodb-items.ts'
import { ORPHAN_MS } from './dynamodb-orphans.ts'
import type { Queries } from './dynamodb-query.ts'

const compress = promisify(gzip)
const expand = promisify(gunzip)

/** Bytes of a part: an item, with room for its keys. */
const PART_BYTES = 384 * 1024
/** More parts has no entry. */
const MOST_PARTS = 16
/** No text is longer: a part that someone has changed must not fill the memory (bytes). */
const LONGEST = 64 * 2 ** 20
/** Parts that are on their way at the same time. */
const AT_ONCE = 4

/** Begins the text of an entry in parts; an earlier program refuses it, as it does what begins so. */
const MARK = '~{"parts":'

/** Partition of the parts of one attempt to write an entry. */
export const partsOf = (hash: string, writeId: string) => `part:${hash}:${writeId}`

/** An entry on its way in parts. */
export interface SplitEntry {
  /** What its item has as its text. */
  readonly text: string
  /** Puts the parts. */
  put(): Promise<void>
  /** The item is there: its marker has no meaning any more. */
  keep(): Promise<void>
  /** Someone else was first. */
  drop(): Promise<void>
}

interface Place {
  readonly writeId: string
  readonly count: number
  readonly hash: string
}

/** What says that parts may have no entry. */
interface Orphan extends Place {
  readonly resource: string
  readonly seq: number
}

interface Calls extends Pick<Queries, 'put' | 'query'> {
  /** Removes an item; never fails. */
  remove(key: Item): Promise<void>
  now(): number
}

export type Parts = ReturnType<typeof createParts>

export function createParts({ put, query, remove, now }: Calls) {
  const keyOf = ({ hash, writeId }: Place, index: number): Item => ({
    pk: { S: partsOf(hash, writeId) },
    sk: { S: sortKeyOf(index) },
  })

  async function removeParts(place: Place): Promise<void> {
    await inTurns(place.count, (index) => remove(keyOf(place, index)))
  }

  /** @throws ClientError `too_large` */
  async function split(
    entry: Pick<Entry, 'resource' | 'seq' | 'hash'>,
    writeId: string,
    text: string,
  ): Promise<SplitEntry> {
    const bytes = await compress(text)
    const count = Math.ceil(bytes.length / PART_BYTES)
    if (count > MOST_PARTS || Buffer.byteLength(text) > LONGEST) throw tooLarge()
    const { resource, seq, hash } = entry
    const orphan: Orphan = { writeId, count, hash, resource, seq }
    const marker = markerOf(orphan)
    return {
      text: `${MARK}${JSON.stringify([writeId, count])},"hash":${JSON.stringify(hash)}}`,
      put: async () => {
        await put(marker)
        await inTurns(count, async (index) => {
          const part = bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES)
          await put({ ...keyOf(orphan, index), part: { B: part.toString('base64') } })
        })
      },
      keep: () => remove(keyIn(marker)),
      drop: async () => {
        await removeParts(orphan)
        await remove(keyIn(marker))
      },
    }
  }

  /** What says that parts have no entry, from an hour later on. */
  const markerOf = (orphan: Orphan): Item => ({
    pk: { S: DUE },
    sk: { S: `${timeOf(now() + ORPHAN_MS)}:${orphan.writeId}` },
    parts: { S: JSON.stringify(orphan) },
  })

  /** The parts of an item that is about to be stored anew go an hour later: a reader that is at them finds them. */
  async function retire(item: Item): Promise<void> {
    const { resource, seq, text } = recordOf(item)
    const place = text.startsWith(MARK) ? placeIn(text) : undefined
    if (place !== undefined) await put(markerOf({ ...place, resource, seq }))
  }

  /** A record with the text of its entry; or with its damage. */
  async function joined(record: RawRecord): Promise<RawRecord> {
    if (!record.text.startsWith(MARK)) return record
    const place = placeIn(record.text)
    if (place === undefined) return damaged(record, 'it does not say where its parts are')
    const items = await query(partsOf(place.hash, place.writeId))
    const found = new Map(items.map(({ sk, part }) => [Number(sk?.S), part?.B]))
    const parts = Array.from({ length: place.count }, (_, index) => found.get(index))
    const missing = parts.indexOf(undefined)
    if (missing >= 0) return damaged(record, `part ${missing + 1} of ${place.count} is missing`)
    const bytes = Buffer.concat(parts.map((part = '') => Buffer.from(part, 'base64')))
    const whole = await expand(bytes, { maxOutputLength: LONGEST }).catch(() => undefined)
    if (whole === undefined) return damaged(record, 'its parts were changed')
    return { ...record, text: whole.toString() }
  }

  /** Removes the parts that a marker stands for, unless their entry is there; and the marker. */
  async function sweep(item: Item): Promise<void> {
    const orphan = JSON.parse(item.parts?.S ?? '') as Orphan
    const at = sortKeyOf(orphan.seq)
    const [head] = await query(logOf(orphan.resource), { from: at, to: at })
    if (head?.writeId?.S !== orphan.writeId) await removeParts(orphan)
    await remove(keyIn(item))
  }

  return { split, joined, retire, sweep }
}

const keyIn = ({ pk = {}, sk = {} }: Item): Item => ({ pk, sk })

/** Whether a marker of what is due stands for parts. */
export const isOfParts = (item: Item): boolean => item.parts !== undefined

function placeIn(text: string): Place | undefined {
  try {
    const { parts, hash } = JSON.parse(text.slice(1)) as {
      readonly parts: readonly [string, number]
      readonly hash: string
    }
    const [writeId, count] = parts
    return count > MOST_PARTS ? undefined : { writeId, count, hash }
  } catch {
    return undefined
  }
}

/** Does something for each of the first numbers, a few at a time. */
async function inTurns(count: number, work: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from)
    await Promise.all(Array.from({ length }, (_, index) => work(from + index)))
  }
}

const damaged = (record: RawRecord, damage: string): RawRecord => ({ ...record, text: '', damage })

/**
 * A record that can be read.
 * @throws ClientError `internal`
 */
export function intact(record: RawRecord): RawRecord {
  const { resource, seq, damage } = record
  if (damage === undefined) return record
  throw new ClientError(
    'internal',
    `Record ${seq} of ${resource} cannot be read: ${damage}. Run \`clientry verify\`, and restore a backup in which it is.`,
  )
}

const tooLarge = () =>
  new ClientError(
    'too_large',
    'The record of this change is larger than the history can hold (6 MB compressed).',
  )
