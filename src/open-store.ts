/** Opens the store that a configuration names. */

import { awsCredentials } from './config.ts'
import type { Config } from './config-parse.ts'
import { ClientError } from './core/errors.ts'
import type { Store } from './store/store.ts'

/** @throws ClientError `store_unavailable` */
export async function openStore({ store }: Pick<Config, 'store'>): Promise<Store> {
  if (store.type === 'sqlite') {
    const { openDatabase } = await import('./store/database.ts')
    const { createSqliteStore } = await import('./store/sqlite.ts')
    return createSqliteStore(await openDatabase(store.path))
  }
  const { createDynamodbStore } = await import('./store/dynamodb.ts')
  const { table, region, endpoint = `https://dynamodb.${region}.amazonaws.com` } = store
  const credentials = async () => {
    const found = awsCredentials()
    if (found !== undefined) return found
    throw new ClientError('store_unavailable', 'There are no AWS credentials for the history.')
  }
  return createDynamodbStore({ table, region, endpoint, credentials, now: Date.now })
}
