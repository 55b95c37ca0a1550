/** The keyring in a DynamoDB table: one item, which a conditional put replaces. */

import type { KeyringCell } from '../keys/keyring.ts'
import { FIRST, KEYRING } from './dynamodb-items.ts'
import type { Queries } from './dynamodb-query.ts'

export function createKeyringCell({ put, query }: Pick<Queries, 'put' | 'query'>): KeyringCell {
  return {
    read: async () => (await query(KEYRING, { limit: 1 }))[0]?.ring?.S,
    replace: async (before, after) => {
      const isThere = before === undefined ? 'attribute_not_exists(pk)' : 'ring = :before'
      // Each wrapping is another text: where ours is there, the first copy of this call has put it there.
      const replaced = await put(
        { pk: { S: KEYRING }, sk: { S: FIRST }, ring: { S: after } },
        {
          ConditionExpression: `${isThere} OR ring = :after`,
          ExpressionAttributeValues: {
            ':after': { S: after },
            ...(before === undefined ? {} : { ':before': { S: before } }),
          },
        },
      )
      return replaced !== undefined
    },
  }
}
