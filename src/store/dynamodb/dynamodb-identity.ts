/** The id of the store in a DynamoDB table: one item, `store`, that is put once. */

import { type DynamodbSettings, storeUnavailable } from './dynamodb-call.ts'
import { FIRST, type Item, OPEN, PROBE, STORE } from './dynamodb-items.ts'
import { createQueries } from './dynamodb-query.ts'

export interface DynamodbIdentity {
  /** `undefined` where the table has none: it is new, or was last used before there were ids. */
  read(): Promise<string | undefined>
  /** Whether anything is in the table. */
  isUsed(): Promise<boolean>
  /** Gives the table an id, and returns the one that it has then. */
  claim(id: string): Promise<string>
}

/** Nothing is sent before the first call. */
export function createDynamodbIdentity(settings: DynamodbSettings): DynamodbIdentity {
  const { put, query, queryFeed } = createQueries(settings)
  const idOf = ([item]: readonly Item[]) => item?.id?.S

  return {
    read: async () => idOf(await query(STORE, { limit: 1 })),
    isUsed: async () => {
      const [open, probe, feed] = await Promise.all([
        query(OPEN, { limit: 1 }),
        query(PROBE, { limit: 1 }),
        queryFeed({ equal: {}, limit: 1 }),
      ])
      return open.length + probe.length + feed.length > 0
    },
    claim: async (id) => {
      const item = { pk: { S: STORE }, sk: { S: FIRST }, id: { S: id } }
      await put(item, { ConditionExpression: 'attribute_not_exists(pk)' })
      const storeId = idOf(await query(STORE, { limit: 1 }))
      if (storeId === undefined) throw storeUnavailable(new TypeError('the id is not there'))
      return storeId
    },
  }
}
