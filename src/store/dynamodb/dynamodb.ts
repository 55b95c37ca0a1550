/**
 * The log on Amazon DynamoDB: the "append if absent" is a conditional put, and every read is strongly
 * consistent.
 *
 * Lost answers: each append carries an id of its own, and its condition is "absent, or mine". So it can
 * simply be sent again until it is answered: where the first copy has arrived, the second changes nothing
 * and succeeds; where another writer was first, both fail. Reading back would not do: the copy that a read
 * does not find may still be on its way.
 *
 * Open intents: a marker is written before its intent and removed after the outcome, each by a call of its
 * own. Whichever call a crash cuts off, an open intent has its marker; a marker without an open intent is
 * recognized by reading the log and removed. A marker names its sequence number, so removing one never
 * takes that of the next intent. A transaction would write the same at twice the price, and cancel where
 * two instances meet. Where an intent is to be found by its operation is written before it in the same way.
 *
 * What is due: each entry that names a time has a marker, written before it. One that the newest entry of
 * its client does not bear out any more is swept away when its time has come.
 */

import { randomUUID } from 'node:crypto'
import { isClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import { lazy } from '../../core/lazy.ts'
import { dueAfter } from '../log/due.ts'
import type { Entry, Intent } from '../log/entry.ts'
import { createPacking } from '../log/packing.ts'
import { loadedLater, type Mirror } from '../mirror.ts'
import { noteOf } from '../notes.ts'
import type { Range, Store } from '../store.ts'
import { createInvoke, type DynamodbSettings, storeUnavailable } from './dynamodb-call.ts'
import { createFeed } from './dynamodb-feed.ts'
import {
  behindItem,
  DUE,
  dueItem,
  dueKey,
  dueOf,
  entryItem,
  FIRST,
  fits,
  type Item,
  logOf,
  type Marker,
  markerItem,
  markerKey,
  markerOf,
  notePartition,
  OPEN,
  operationItem,
  operationOf,
  PROBE,
  recordOf,
  sortKeyOf,
  timeOf,
} from './dynamodb-items.ts'
import { createKeyringCell } from './dynamodb-keyring.ts'
import { checkInTime } from './dynamodb-orphans.ts'
import { createParts, intact, isOfParts } from './dynamodb-parts.ts'
import { createQueries } from './dynamodb-query.ts'

const dynamodbErase = lazy(() => import('./dynamodb-erase.ts'))
const dynamodbMirror = lazy(() => import('./mirror/dynamodb-mirror.ts'))

/** A store on a table that exists (`tableDefinition`). Nothing is sent before the first call. */
export function createDynamodbStore(
  settings: DynamodbSettings,
): Store & Required<Pick<Store, 'erase'>> {
  const invoke = createInvoke(settings)
  const queries = createQueries(settings)
  const { put, query, scan, walk } = queries
  const { now } = settings
  const feed = createFeed(queries, now)
  let mirror: Mirror | undefined

  const parts = createParts({ put, query, remove, now })
  const packing = createPacking(async (resource, seq) => {
    const at = sortKeyOf(seq)
    const [item] = await query(logOf(resource), { from: at, to: at })
    return item && (await wholeRecord(item)).text
  })

  async function append(entry: Entry): Promise<boolean> {
    const writeId = randomUUID()
    const began = now()
    const { text, remember } = await packing.pack(entry, stringifyJson(entry))
    const whole = entryItem(entry, writeId, text)
    const split = fits(whole) ? undefined : await parts.split(entry, writeId, text)
    const item = split === undefined ? whole : entryItem(entry, writeId, split.text)
    const due = dueAfter(entry)
    await Promise.all([
      ...(entry.kind === 'intent'
        ? [markerItem, operationItem, behindItem].map((itemOf) => put(itemOf(entry)))
        : []),
      ...(due === undefined ? [] : [put(dueItem(entry, due))]),
      ...(split === undefined ? [] : [split.put()]),
    ])
    checkInTime(began, now())
    const appended = await put(item, {
      ConditionExpression: 'attribute_not_exists(pk) OR writeId = :mine',
      ExpressionAttributeValues: { ':mine': { S: writeId } },
    })
    await (appended === undefined ? split?.drop() : split?.keep())
    // A marker stays where the race was lost: the winner's intent has the same one.
    if (appended === undefined) return false
    remember()
    // Nothing comes between an intent and its outcome.
    if (entry.kind === 'outcome')
      await remove(markerKey({ resource: entry.resource, seq: entry.seq - 1 }))
    return true
  }

  /** Never fails, and tries once: a marker that is left over does no harm. */
  async function remove(key: Item, condition: JsonObject = {}): Promise<void> {
    await invoke('DeleteItem', { Key: key, ...condition }, 1).catch(() => undefined)
  }

  async function entries(resource: string, range: Range): Promise<readonly Entry[]> {
    const { from = 1, below, newestFirst, limit } = range
    if (below !== undefined && below <= from) return []
    const items = await query(logOf(resource), {
      from: sortKeyOf(from),
      ...(below === undefined ? {} : { to: sortKeyOf(below - 1) }),
      ...(newestFirst === undefined ? {} : { newestFirst }),
      ...(limit === undefined ? {} : { limit }),
    })
    const records = await Promise.all(items.map(wholeRecord))
    const texts = await packing.unpack(records)
    return texts.map((text = '') => parseJson(text) as unknown as Entry)
  }

  const wholeRecord = async (item: Item) => intact(await parts.joined(recordOf(item)))

  /** The intent of a marker if it is open; a marker that can no longer become true is removed. */
  async function openIntent(marker: Marker): Promise<Intent | undefined> {
    const [entry, next] = await entries(marker.resource, { from: marker.seq, limit: 2 })
    // Its writer is still at it, or died before the intent was durable and so before any effect.
    if (entry === undefined) return undefined
    if (entry.kind === 'intent' && next === undefined) return entry
    await remove(markerKey(marker))
    return undefined
  }

  async function due(time: number): Promise<readonly string[]> {
    const resources = new Set<string>()
    const stale: Item[] = []
    const items = await query(DUE, { to: timeOf(time + 1) })
    for (const item of items.filter(isOfParts)) await parts.sweep(item)
    const markers = items.filter((item) => !isOfParts(item)).map(dueOf)
    // A job leaves a marker with each of its entries; its log is asked once.
    const newest = new Map<string, Entry | undefined>()
    for (const { at, ...marker } of markers) {
      const { resource } = marker
      if (!newest.has(resource)) {
        newest.set(resource, (await entries(resource, { limit: 1, newestFirst: true }))[0])
      }
      const last = newest.get(resource)
      if (last !== undefined && dueAfter(last) === at) resources.add(resource)
      // Before its entry is there, its writer is still at it.
      else if (last !== undefined && last.seq >= marker.seq) stale.push(dueKey(marker, at))
    }
    for (let from = 0; from < stale.length; from += REMOVED_AT_ONCE) {
      await Promise.all(stale.slice(from, from + REMOVED_AT_ONCE).map((key) => remove(key)))
    }
    return [...resources]
  }

  async function operation(operationId: string): Promise<Intent | undefined> {
    const partition = operationOf(operationId)
    if (Buffer.byteLength(partition) > MAX_PARTITION_BYTES) return undefined
    const [item] = await query(partition, { limit: 1 })
    if (item === undefined) return undefined
    const { resource, seq } = markerOf(item)
    const [entry] = await entries(resource, { from: seq, limit: 1 })
    // It is written before its intent, which may have lost the race for that number.
    return entry?.kind === 'intent' && entry.operationId === operationId ? entry : undefined
  }

  return {
    append,
    last: async (resource) => (await entries(resource, { limit: 1, newestFirst: true }))[0],
    entries: (resource, range = {}) => entries(resource, range),
    operation,
    ...feed,
    records: async function* (resource) {
      const items = resource === undefined ? scan(logOf('')) : walk(logOf(resource))
      for await (const item of items) {
        const record = await parts.joined(recordOf(item))
        const [text = ''] = await packing.unpack([record]).catch(unreadable)
        yield { ...record, text }
      }
    },
    openIntents: async () => {
      const intents: Intent[] = []
      for (const marker of (await query(OPEN)).map(markerOf)) {
        const intent = await openIntent(marker)
        if (intent !== undefined) intents.push(intent)
      }
      return intents.sort((one, other) => one.at - other.at)
    },
    due,
    erase: async (entries) => (await dynamodbErase()).eraseOn({ put, query, parts, now }, entries),
    check: async () => {
      const at = String(settings.now())
      await put({ pk: { S: PROBE }, sk: { S: FIRST }, at: { S: at } })
      const items = await query(PROBE)
      if (items.length === 0) throw storeUnavailable(new Error('the probe is not there'))
    },
    notes: {
      read: async (name) => noteOf((await query(notePartition(name), { limit: 1 }))[0]?.note?.S),
      replace: async (name, text, before) => {
        const key = { pk: { S: notePartition(name) }, sk: { S: FIRST } }
        const is = before === undefined ? 'attribute_not_exists(pk)' : 'note = :before'
        const values = before === undefined ? {} : { ':before': { S: before } }
        const done = await put(
          { ...key, note: { S: text } },
          {
            ConditionExpression: is,
            ...(before === undefined ? {} : { ExpressionAttributeValues: values }),
          },
        )
        return done !== undefined
      },
    },
    close: async () => {},
    keyring: createKeyringCell(queries),
    mirror: loadedLater(async () => {
      mirror ??= (await dynamodbMirror()).createDynamodbMirror({ ...queries, remove, now })
      return mirror
    }),
  }
}

/** What is not as it was written yields no text; what cannot be read now says nothing of it. */
function unreadable(error: unknown): readonly undefined[] {
  if (isClientError(error, 'store_unavailable')) throw error
  return []
}

/** Markers that are removed at the same time. */
const REMOVED_AT_ONCE = 16

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_PARTITION_BYTES = 2_048
