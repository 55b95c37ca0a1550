/**
 * The log on Amazon DynamoDB: the "append if absent" is a conditional put, and every read is strongly
 * consistent.
 *
 * Lost answers: each append carries an id of its own, and its condition is "absent, or mine". So it can
 * simply be sent again until it is answered: where the first copy has arrived, the second changes
 * nothing and succeeds; where somebody else was first, both fail. Reading back would not do: the copy
 * that a read does not find may still be on its way.
 *
 * Open intents: a marker is written before its intent and removed after the outcome, each by a call of
 * its own. Whichever call a crash cuts off, an open intent has its marker; a marker without an open
 * intent is told by the log itself and swept away. A marker names its sequence number, so removing one
 * never takes that of the next intent. A transaction would write the same at twice the price, and
 * cancel where two instances meet.
 */

import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../core/json.ts'
import { createInvoke, type DynamodbSettings, storeUnavailable } from './dynamodb-call.ts'
import {
  entryItem,
  entryOf,
  FIRST,
  type Item,
  logOf,
  type Marker,
  markerItem,
  markerKey,
  markerOf,
  OPEN,
  PROBE,
  sortKeyOf,
} from './dynamodb-items.ts'
import type { Entry, Intent, Store } from './store.ts'

/** A store on a table that exists (`tableDefinition`). Nothing is sent before the first call. */
export function createDynamodbStore(settings: DynamodbSettings): Store {
  const invoke = createInvoke(settings)
  const put = (item: Item, condition: JsonObject = {}) =>
    invoke('PutItem', { Item: item, ...condition })

  async function append(entry: Entry): Promise<boolean> {
    const writeId = randomUUID()
    const item = entryItem(entry, writeId)
    if (entry.kind === 'intent') await put(markerItem(entry))
    const appended = await put(item, {
      ConditionExpression: 'attribute_not_exists(pk) OR writeId = :mine',
      ExpressionAttributeValues: { ':mine': { S: writeId } },
    })
    // A marker stays where the race was lost: the winner's intent has the same one.
    if (appended === undefined) return false
    // Nothing comes between an intent and its outcome.
    if (entry.kind === 'outcome') await unmark({ resource: entry.resource, seq: entry.seq - 1 })
    return true
  }

  /** Never fails, and tries once: a marker that is left over does no harm. */
  async function unmark(marker: Marker): Promise<void> {
    await invoke('DeleteItem', { Key: markerKey(marker) }, 1).catch(() => undefined)
  }

  /** The items of a partition in the order of their sort keys, over as many pages as it takes. */
  async function query(
    partition: string,
    { from = FIRST, limit, newestFirst = false }: Range = {},
  ): Promise<readonly Item[]> {
    const items: Item[] = []
    let start: JsonObject = {}
    for (;;) {
      const page = await invoke('Query', {
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': { S: partition }, ':from': { S: from } },
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
        ...(limit === undefined ? {} : { Limit: limit }),
        ...start,
      })
      if (!isPage(page)) throw storeUnavailable(new Error('Query: no items in the answer'))
      items.push(...page.Items)
      if (page.LastEvaluatedKey === undefined || items.length === limit) return items
      start = { ExclusiveStartKey: page.LastEvaluatedKey }
    }
  }

  /** The intent of a marker if it is open; a marker that can no longer become true is removed. */
  async function openIntent(marker: Marker): Promise<Intent | undefined> {
    const from = sortKeyOf(marker.seq)
    const [entry, next] = (await query(logOf(marker.resource), { from, limit: 2 })).map(entryOf)
    // Its writer is still at it, or died before the intent was durable and so before any effect.
    if (entry === undefined) return undefined
    if (entry.kind === 'intent' && next === undefined) return entry
    await unmark(marker)
    return undefined
  }

  return {
    append,
    last: async (resource) =>
      (await query(logOf(resource), { limit: 1, newestFirst: true })).map(entryOf)[0],
    entries: async (resource, fromSeq = 1) =>
      (await query(logOf(resource), { from: sortKeyOf(fromSeq) })).map(entryOf),
    openIntents: async () => {
      const found: Intent[] = []
      for (const marker of (await query(OPEN)).map(markerOf)) {
        const intent = await openIntent(marker)
        if (intent !== undefined) found.push(intent)
      }
      return found.sort((one, other) => one.at - other.at)
    },
    check: async () => {
      const at = String(settings.now())
      await put({ pk: { S: PROBE }, sk: { S: FIRST }, at: { S: at } })
      const items = await query(PROBE)
      if (items.length === 0) throw storeUnavailable(new Error('the probe is not there'))
    },
    close: async () => {},
  }
}

interface Range {
  /** Sort key to begin at. */
  readonly from?: string
  readonly limit?: number
  readonly newestFirst?: boolean
}

interface Page {
  readonly Items: readonly Item[]
  readonly LastEvaluatedKey?: JsonObject
}

function isPage(output: JsonObject | undefined): output is JsonObject & Page {
  return Array.isArray(output?.Items)
}
