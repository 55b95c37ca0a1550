/**
 * The items of the DynamoDB table and their keys. One table holds all: `log:<resource>` the entries of
 * a client, `open` a marker for each intent that may be open, `probe` what a readiness check writes.
 */

import { createHash } from 'node:crypto'
import { ClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Entry, Intent } from './store.ts'

/** Every attribute is a string. */
export type Item = Readonly<Record<string, { readonly S: string }>>

export interface Marker {
  readonly resource: string
  readonly seq: number
}

/** Partition of the markers. */
export const OPEN = 'open'
/** Partition of the readiness check. */
export const PROBE = 'probe'
/** Sorts before every sort key in use. */
export const FIRST = '0'

/** The input of `CreateTable`: keys alone, paid by request. */
export function tableDefinition(name: string): JsonObject {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  }
}

/** Partition of a client's log. */
export const logOf = (resource: string) => `log:${resource}`

/** Twelve digits, so that texts sort as numbers do. */
export const sortKeyOf = (seq: number) => String(seq).padStart(12, '0')

/**
 * The item of an entry; `writeId` tells one attempt to append from any other with the same number.
 * @throws ClientError `too_large`
 */
export function entryItem(entry: Entry, writeId: string): Item {
  const item = {
    pk: { S: logOf(entry.resource) },
    sk: { S: sortKeyOf(entry.seq) },
    writeId: { S: writeId },
    entry: { S: JSON.stringify(entry) },
  }
  if (bytesOf(item) <= MAX_ITEM_BYTES) return item
  throw new ClientError(
    'too_large',
    'The record of this change is larger than the history can hold (400 KB).',
  )
}

/** The way back from `entryItem`. */
export const entryOf = (item: Item) => JSON.parse(item.entry?.S ?? '') as Entry

/** Key of a marker: digested, since a sort key ends at 1,024 bytes and a resource need not. */
export function markerKey({ resource, seq }: Marker): Item {
  const digest = createHash('sha256').update(resource).digest('hex')
  return { pk: { S: OPEN }, sk: { S: `${digest}:${sortKeyOf(seq)}` } }
}

export function markerItem({ resource, seq }: Intent): Item {
  const marker: Marker = { resource, seq }
  return { ...markerKey(marker), marker: { S: JSON.stringify(marker) } }
}

/** The way back from `markerItem`. */
export const markerOf = (item: Item) => JSON.parse(item.marker?.S ?? '') as Marker

/** Names and values count, in UTF-8. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const MAX_ITEM_BYTES = 400 * 1024

function bytesOf(item: Item): number {
  return Object.entries(item)
    .flatMap(([name, { S }]) => [name, S])
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}
