/**
 * The items of the DynamoDB table and their keys. One table holds all: `log:<resource>` the entries of a
 * log, `part:<hash>:<writeId>` the parts of one that is larger than an item, `store` its id, `keyring` its
 * wrapped keys, `open` a marker for each intent that may be open, `due` one for each entry that names a time,
 * `operation:<id>` where an intent is, `mirror` and what begins so the clients as they were last seen, `probe` what a readiness check writes. The index `feed` lists what ended or was noticed, in the order of time, and beside that what else a checkpoint names.
 */

import { createHash } from 'node:crypto'
import type { JsonObject } from '../../core/json/json.ts'
import type { Entry, Intent } from '../log/entry.ts'
import { filingOf } from '../log/lanes.ts'
import type { Place, RawRecord } from '../store.ts'

/** Every attribute is a string; those that hold a part of an entry are binary, in base64 as they travel. */
export type Item = Readonly<Record<string, { readonly S?: string; readonly B?: string }>>

export interface Marker {
  readonly resource: string
  readonly seq: number
}

/** Partition of the markers. */
export const OPEN = 'open'
/** Partition of the markers that say when something has to be done by itself. */
export const DUE = 'due'
/** Partition of the id of the store. */
export const STORE = 'store'
/** Partition of the wrapped keys. */
export const KEYRING = 'keyring'
/** Partition of a note. */
export const notePartition = (name: string) => `note:${name}`
/** Partition of the mirror: its manifest, its steps, and a marker for each log that it may be behind. */
export const MIRROR = 'mirror'
/** Partition of the readiness check. */
export const PROBE = 'probe'
/** Sorts before every sort key in use. */
export const FIRST = '0'
/** Name of the index, and its partition of what ended or was noticed. */
export const FEED = 'feed'
/** The partition of the index for all other entries that a checkpoint names. */
export const OTHERS = 'others'
/** What the index holds beside the keys. */
export const FEED_ATTRIBUTES = ['provider', 'actor', 'outcome', 'hash'] as const

/** The input of `CreateTable`: keys alone, paid by request. */
export function tableDefinition(name: string): JsonObject {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'feed', AttributeType: 'S' },
      { AttributeName: 'feedAt', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: FEED,
        KeySchema: [
          { AttributeName: 'feed', KeyType: 'HASH' },
          { AttributeName: 'feedAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: FEED_ATTRIBUTES },
      },
    ],
  }
}

/** Partition of a log. */
export const logOf = (resource: string) => `log:${resource}`

/** The way back from `logOf`. */
export const resourceOfItem = (item: Item) => (item.pk?.S ?? '').slice(logOf('').length)

/** Partition of the items that say where an intent is. */
export const operationOf = (operationId: string) => `operation:${operationId}`

/** Twelve digits, so that texts sort as numbers do. */
export const sortKeyOf = (seq: number) => String(seq).padStart(12, '0')

/**
 * The item of an entry that is stored as `text`; `writeId` distinguishes one attempt to append from any
 * other with the same number.
 */
export const entryItem = (entry: Entry, writeId: string, text: string): Item => ({
  pk: { S: logOf(entry.resource) },
  sk: { S: sortKeyOf(entry.seq) },
  writeId: { S: writeId },
  entry: { S: text },
  ...feedOf(entry),
})

/** What puts an entry into the index, where it belongs there. */
function feedOf(entry: Entry): Item {
  const filing = filingOf(entry)
  const mark = `${digestOf(entry.resource)}:${sortKeyOf(entry.seq)}`
  const feedAt = { S: feedAtOf({ at: entry.at, mark }) }
  if (filing === undefined) {
    // The outcome of an intent comes after it, and names the same log.
    if (entry.kind === 'intent' || entry.kind === 'checkpoint') return {}
    return { feed: { S: OTHERS }, feedAt, hash: { S: entry.hash } }
  }
  const { provider, actor, outcome } = filing
  return {
    feed: { S: FEED },
    feedAt,
    provider: { S: provider },
    ...(actor === undefined ? {} : { actor: { S: actor } }),
    outcome: { S: outcome },
    hash: { S: entry.hash },
  }
}

/** Fifteen digits of time, then what distinguishes entries of one millisecond. */
export const feedAtOf = ({ at, mark }: Place) => `${timeOf(at)}:${mark}`

/** The way back from `feedAtOf`. */
export function placeOf(item: Item): Place {
  const text = item.feedAt?.S ?? ''
  const colon = text.indexOf(':')
  return { at: Number(text.slice(0, colon)), mark: text.slice(colon + 1) }
}

const digestOf = (resource: string) => createHash('sha256').update(resource).digest('hex')

/** An entry as an item stores it. */
export const recordOf = (item: Item): RawRecord => ({
  resource: resourceOfItem(item),
  seq: Number(item.sk?.S),
  text: item.entry?.S ?? '',
})

/** Key of a marker: digested, since a sort key ends at 1,024 bytes and a resource need not. */
export function markerKey({ resource, seq }: Marker): Item {
  return { pk: { S: OPEN }, sk: { S: `${digestOf(resource)}:${sortKeyOf(seq)}` } }
}

/** Key of the marker that says that the mirror may be behind a log. */
export const mirrorMarkerKey = (resource: string): Item => ({
  pk: { S: MIRROR },
  sk: { S: `2:${digestOf(resource)}` },
})

/** The marker of an intent that is going to be written. */
export const behindItem = ({ resource, seq, at }: Intent): Item => ({
  ...mirrorMarkerKey(resource),
  marker: { S: JSON.stringify({ resource, seq }) },
  at: { S: timeOf(at) },
})

export function markerItem({ resource, seq }: Intent): Item {
  const marker: Marker = { resource, seq }
  return { ...markerKey(marker), marker: { S: JSON.stringify(marker) } }
}

/** Key of the marker of a time; no other entry has the same one, so removing it never takes another's. */
export function dueKey({ resource, seq }: Marker, at: number): Item {
  return { pk: { S: DUE }, sk: { S: `${timeOf(at)}:${digestOf(resource)}:${sortKeyOf(seq)}` } }
}

/** Fifteen digits, so that texts sort as times do: before everything of that time, and after everything before it. */
export const timeOf = (at: number) => String(at).padStart(15, '0')

export function dueItem({ resource, seq }: Marker, at: number): Item {
  return { ...dueKey({ resource, seq }, at), marker: { S: JSON.stringify({ resource, seq }) } }
}

/** The way back from `dueItem`. */
export const dueOf = (item: Item) => ({
  ...markerOf(item),
  at: Number((item.sk?.S ?? '').split(':')[0]),
})

/** Says where the intent of an operation is, once it is there. */
export function operationItem({ operationId, resource, seq }: Intent): Item {
  const marker: Marker = { resource, seq }
  const key = { pk: { S: operationOf(operationId) }, sk: { S: FIRST } }
  return { ...key, marker: { S: JSON.stringify(marker) } }
}

/** The way back from `markerItem` and `operationItem`. */
export const markerOf = (item: Item) => JSON.parse(item.marker?.S ?? '') as Marker

/** Names and values count, in UTF-8. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const MAX_ITEM_BYTES = 400 * 1024

/** Whether an item of strings is one that DynamoDB takes. */
export const fits = (item: Item): boolean =>
  Object.entries(item)
    .flatMap(([name, { S = '' }]) => [name, S])
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= MAX_ITEM_BYTES
