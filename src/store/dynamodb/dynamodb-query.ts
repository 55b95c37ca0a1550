/** Putting items, and reading partitions of the table or its index over as many pages as it takes. */

import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { createInvoke, type DynamodbSettings, storeUnavailable } from './dynamodb-call.ts'
import { FEED, FIRST, type Item } from './dynamodb-items.ts'

export interface ItemRange {
  /** Sort keys to begin and to end at, both included. */
  readonly from?: string
  readonly to?: string
  readonly limit?: number
  readonly newestFirst?: boolean
}

/** A part of the index; `equal` names attributes that its items must have. */
export interface IndexRange extends ItemRange {
  /** Absent: what ended or was noticed. */
  readonly partition?: string
  readonly equal: Readonly<Record<string, string>>
}

export interface Queries {
  /** `undefined`: the condition does not hold. */
  put(item: Item, condition?: JsonObject): Promise<JsonObject | undefined>
  /** The items of a partition in the order of their sort keys; strongly consistent. */
  query(partition: string, range?: ItemRange): Promise<readonly Item[]>
  /** The items that have these keys, as far as they are there, so many of them by one call; strongly consistent. */
  getAll(keys: readonly Item[], atOnce: number): Promise<readonly Item[]>
  /** The whole partition, page by page, as `query` orders it. */
  walk(partition: string): AsyncIterable<Item>
  /** Items of the index, which follows the table within a second or so. */
  queryFeed(range: IndexRange): Promise<readonly Item[]>
  /** Every item whose partition begins so. */
  scan(prefix: string): AsyncIterable<Item>
}

/** Sorts after every sort key in use. */
const LAST = '~'

export function createQueries(settings: DynamodbSettings): Queries {
  const invoke = createInvoke(settings)
  const { table } = settings
  /** Asks for page after page, until there is none or `limit` items have come. */
  async function* pages(operation: 'Query' | 'Scan', input: JsonObject): AsyncIterable<Page> {
    for (let start: JsonObject = {}; ; ) {
      const page = await invoke(operation, { ...input, ...start })
      if (!isPage(page)) throw storeUnavailable(new Error(`${operation}: no items in the answer`))
      yield page
      if (page.LastEvaluatedKey === undefined) return
      start = { ExclusiveStartKey: page.LastEvaluatedKey }
    }
  }

  async function collect(input: JsonObject, limit = Number.POSITIVE_INFINITY) {
    const items: Item[] = []
    for await (const page of pages('Query', input)) {
      items.push(...page.Items)
      if (items.length >= limit) break
    }
    return items.slice(0, limit)
  }

  return {
    put: (item, condition = {}) => invoke('PutItem', { Item: item, ...condition }),
    query: (partition, range = {}) => collect(inputOf(partition, range), range.limit),
    getAll: async (keys, atOnce) => {
      const items: Item[] = []
      // A call may leave some for the next one.
      for (let rest = [...keys]; rest.length > 0; ) {
        const some = rest.slice(0, atOnce)
        const input = { RequestItems: { [table]: { Keys: some, ConsistentRead: true } } }
        const output = await invoke('BatchGetItem', input)
        const { [table]: found } = isRecord(output?.Responses) ? output.Responses : {}
        if (!Array.isArray(found)) throw storeUnavailable(new Error('BatchGetItem: no items'))
        items.push(...(found as unknown as Item[]))
        const { [table]: left } = isRecord(output?.UnprocessedKeys) ? output.UnprocessedKeys : {}
        const again = isRecord(left) && Array.isArray(left.Keys) ? left.Keys : []
        rest = [...(again as unknown as Item[]), ...rest.slice(some.length)]
      }
      return items
    },
    walk: async function* (partition) {
      for await (const page of pages('Query', inputOf(partition, {}))) yield* page.Items
    },
    queryFeed: ({
      partition = FEED,
      equal,
      from = FIRST,
      to = LAST,
      limit,
      newestFirst = false,
    }) => {
      const names = Object.keys(equal)
      const filter = names.map((name) => `#${name} = :${name}`).join(' AND ')
      const spelled = Object.fromEntries(names.map((name) => [`#${name}`, name]))
      return collect(
        {
          IndexName: FEED,
          KeyConditionExpression: 'feed = :feed AND feedAt BETWEEN :from AND :to',
          ExpressionAttributeValues: values({ feed: partition, from, to, ...equal }),
          ...(names.length === 0
            ? {}
            : { FilterExpression: filter, ExpressionAttributeNames: spelled }),
          ScanIndexForward: !newestFirst,
        },
        limit,
      )
    },
    scan: async function* (prefix) {
      const input = {
        FilterExpression: 'begins_with(pk, :prefix)',
        ExpressionAttributeValues: values({ prefix }),
        ConsistentRead: true,
      }
      for await (const page of pages('Scan', input)) yield* page.Items
    },
  }
}

function inputOf(partition: string, range: ItemRange): JsonObject {
  const { from = FIRST, to = LAST, limit, newestFirst = false } = range
  return {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: values({ pk: partition, from, to }),
    ConsistentRead: true,
    ScanIndexForward: !newestFirst,
    ...(limit === undefined ? {} : { Limit: limit }),
  }
}

const values = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).map(([name, S]) => [`:${name}`, { S }]))

interface Page {
  readonly Items: readonly Item[]
  readonly LastEvaluatedKey?: JsonObject
}

function isPage(output: JsonObject | undefined): output is JsonObject & Page {
  return Array.isArray(output?.Items)
}
