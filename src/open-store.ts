/** Opens the store that a configuration names. */

import { awsCredentials } from './config.ts'
import type { Config } from './config-parse.ts'
import { ClientError } from './core/errors.ts'
import { type Database, openDatabase } from './store/database.ts'
import { createSqliteStore } from './store/sqlite.ts'
import type { Store } from './store/store.ts'

export interface OpenedStore {
  readonly store: Store
  /** Where the store is SQLite: the file, which the local provider shares. */
  readonly database?: Database
}

/** @throws ClientError `store_unavailable` */
export async function openStore({ store }: Pick<Config, 'store'>): Promise<OpenedStore> {
  if (store.type === 'sqlite') {
    const database = await openDatabase(store.path)
    return { store: createSqliteStore(database), database }
  }
  const { createDynamodbStore } = await import('./store/dynamodb.ts')
  const { table, region, endpoint = `https://dynamodb.${region}.amazonaws.com` } = store
  const credentials = async () => {
    const found = awsCredentials()
    if (found !== undefined) return found
    throw new ClientError('store_unavailable', 'There are no AWS credentials for the history.')
  }
  return { store: createDynamodbStore({ table, region, endpoint, credentials, now: Date.now }) }
}
