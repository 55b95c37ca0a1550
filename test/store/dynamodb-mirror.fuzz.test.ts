/** Searching the mirror on DynamoDB, as every mirror is searched. */

import { afterAll, beforeAll } from 'vitest'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'
import { describeSearches } from './mirror-searches.ts'

let dynamodb: Dynamodb
beforeAll(async () => {
  dynamodb = await startDynamodb()
})
afterAll(() => dynamodb.close())
describeSearches(() => {
  const { mirror } = createDynamodbStore(dynamodb.settings)
  if (mirror === undefined) throw new TypeError('no mirror')
  return mirror
}, 10)
