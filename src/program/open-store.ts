/**
 * Opens the store that a configuration names, and no other. A missing store is created only on explicit
 * request, since a new store has no history, no protection and no keys.
 */

import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Config } from '../config/config-parse.ts'
import { awsCredentials } from '../config/environment.ts'
import { ClientError } from '../core/errors.ts'
import type { DynamodbSettings } from '../store/dynamodb/dynamodb-call.ts'
import type { Store } from '../store/store.ts'
import { checkId, checkMissing, refusal } from './store-check.ts'

export interface OpenedStore {
  readonly store: Store
  /** The id that `store.id` of the configuration pins. */
  readonly id: string
  /** It was made just now. */
  readonly isNew: boolean
}

export interface OpeningOptions {
  /** Creates the store if there is none, as `store.create` does. */
  readonly create?: boolean
  /** Writes to a file on a thread of its own, as a server does: a commit then keeps no other request waiting. */
  readonly threaded?: boolean
}

/** @throws ClientError `store_unavailable`, and `invalid_request` if it is not the intended store */
export async function openStore(
  { store, mode }: Pick<Config, 'store' | 'mode'>,
  { create = false, threaded = false }: OpeningOptions = {},
): Promise<OpenedStore> {
  const mayCreate = create || store.create || mode === 'development'
  if (store.type === 'sqlite') return openSqlite(store, mayCreate, threaded)
  if (store.type === 'dynamodb') return openDynamodb(store, mayCreate)
  const { openPostgres } = await import('./open-postgres.ts')
  return openPostgres(store, mayCreate)
}

type Of<T extends Config['store']['type']> = Extract<Config['store'], { readonly type: T }>

async function openSqlite(
  store: Of<'sqlite'>,
  mayCreate: boolean,
  threaded: boolean,
): Promise<OpenedStore> {
  const { path } = store
  const formerPath = 'formerPath' in store ? store.formerPath : undefined
  const isNew = !isThere(path)
  if (isNew) {
    if (formerPath !== undefined && isThere(formerPath)) throw moved(path, formerPath)
    checkMissing(store, path, mayCreate)
  }
  const { openDatabase } = await import('../store/sqlite/database.ts')
  const { createSqliteStore } = await import('../store/sqlite/sqlite.ts')
  const { storeIdIn } = await import('../store/sqlite/sqlite-identity.ts')
  const database = await openDatabase(path)
  try {
    const id = storeIdIn(database, randomUUID)
    checkId(store, path, id)
    if (!threaded || path === ':memory:') return { store: createSqliteStore(database), id, isNew }
    const { startWriter } = await import('../store/sqlite/threaded-writer.ts')
    return { store: createSqliteStore(database, startWriter(path)), id, isNew }
  } catch (error) {
    database.close()
    throw error
  }
}

/** A failed start leaves an empty file behind, which does not count as a store. */
function isThere(path: string): boolean {
  try {
    return statSync(path).size > 0
  } catch {
    return false
  }
}

async function openDynamodb(store: Of<'dynamodb'>, mayCreate: boolean): Promise<OpenedStore> {
  const [{ createDynamodbStore }, { createDynamodbIdentity }] = await Promise.all([
    import('../store/dynamodb/dynamodb.ts'),
    import('../store/dynamodb/dynamodb-identity.ts'),
  ])
  const { table, region, endpoint = `https://dynamodb.${region}.amazonaws.com` } = store
  const credentials = async () => {
    const awsKeys = awsCredentials()
    if (awsKeys !== undefined) return awsKeys
    throw new ClientError('store_unavailable', 'There are no AWS credentials for the history.')
  }
  const settings: DynamodbSettings = { table, region, endpoint, credentials, now: Date.now }
  const identity = createDynamodbIdentity(settings)
  const place = `the table ${table} of ${region}`
  let id = await identity.read()
  const isNew = id === undefined && !(await identity.isUsed())
  if (id === undefined) {
    if (isNew) checkMissing(store, place, mayCreate)
    id = await identity.claim(randomUUID())
  }
  checkId(store, place, id)
  return { store: createDynamodbStore(settings), id, isNew }
}

const moved = (path: string, formerPath: string) =>
  refusal(
    `store.path is relative to the configuration file. There is no store in ${path}, but there is one in ${formerPath}, below the working directory. Stop the server and move that store with its files -wal and -shm, or set store.path to it.`,
  )
