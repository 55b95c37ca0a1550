/**
 * Opens the store that a configuration names, and no other. A missing store is created only on explicit
 * request, since a new store has no history, no protection and no keys.
 */

import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Config } from '../config/config-parse.ts'
import type { DynamodbSettings } from '../store/dynamodb/dynamodb-call.ts'
import type { StoreKeys } from '../store/keys/keys.ts'
import { createGate } from '../store/layout/closing.ts'
import { checkOpen } from '../store/layout/layout.ts'
import { migrate } from '../store/layout/migrate.ts'
import type { Store } from '../store/store.ts'
import { requiredCredentials } from './aws-credentials.ts'
import type { OpenedStore } from './opened-store.ts'
import { checkId, checkMissing, refusal } from './store-check.ts'

export interface OpeningOptions {
  /** Creates the store if there is none, as `store.create` does. */
  readonly create?: boolean
  /** Writes to a file on a thread of its own, as a server does: a commit then keeps no other request waiting. */
  readonly threaded?: boolean
  /** Also one that is closed to servers, which is then only read. */
  readonly evenClosed?: boolean
}

/** @throws ClientError `store_unavailable`, and `invalid_request` if it is not the intended store */
export async function openStore(
  { store, mode }: Pick<Config, 'store' | 'mode'>,
  options: OpeningOptions = {},
): Promise<OpenedStore> {
  const { create = false, evenClosed = false } = options
  const mayCreate = create || store.create || mode === 'development'
  if (store.type === 'sqlite') return openSqlite(store, { ...options, create: mayCreate })
  if (store.type === 'dynamodb') return openDynamodb(store, { evenClosed, create: mayCreate })
  const { openPostgres } = await import('./open-postgres.ts')
  return openPostgres(store, mayCreate, evenClosed)
}

type Of<T extends Config['store']['type']> = Extract<Config['store'], { readonly type: T }>

async function openSqlite(
  store: Of<'sqlite'>,
  { create = false, threaded = false, evenClosed = false }: OpeningOptions,
): Promise<OpenedStore> {
  const { path } = store
  const formerPath = 'formerPath' in store ? store.formerPath : undefined
  const isNew = !isThere(path)
  if (isNew) {
    if (formerPath !== undefined && isThere(formerPath)) throw moved(path, formerPath)
    checkMissing(store, path, create)
  }
  const { openDatabase, placeOf } = await import('../store/sqlite/database.ts')
  const { layoutIn } = await import('../store/sqlite/layout/sqlite-layout.ts')
  const { createSqliteStore } = await import('../store/sqlite/sqlite.ts')
  const { storeIdIn } = await import('../store/sqlite/layout/sqlite-identity.ts')
  const database = await openDatabase(path)
  try {
    const id = storeIdIn(database, randomUUID)
    checkId(store, path, id)
    if (!evenClosed) checkOpen(placeOf(path), layoutIn(database))
    if (path === ':memory:') {
      // No other instance has it, so that there is nothing to share.
      const { notes: _, ...store } = createSqliteStore(database)
      return { store, id, isNew }
    }
    const writer = threaded
      ? (await import('../store/sqlite/threaded-writer.ts')).startWriter(path)
      : undefined
    const documents = async (keys: StoreKeys) =>
      (await import('../store/sqlite/documents.ts')).createDocuments(database, { keys }, writer)
    return { store: createSqliteStore(database, writer), id, isNew, documents }
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

async function openDynamodb(
  store: Of<'dynamodb'>,
  { create = false, evenClosed = false }: OpeningOptions,
): Promise<OpenedStore> {
  const [{ createDynamodbStore }, { createDynamodbIdentity }, { dynamodbLayout, guardedErase }] =
    await Promise.all([
      import('../store/dynamodb/dynamodb.ts'),
      import('../store/dynamodb/dynamodb-identity.ts'),
      import('../store/dynamodb/dynamodb-layout.ts'),
    ])
  const settings = dynamodbSettingsOf(store)
  const identity = createDynamodbIdentity(settings)
  const place = `the table ${store.table} of ${store.region}`
  const layout = dynamodbLayout(settings)
  const pass = createGate(layout, settings.now)
  let [id, seen] = await Promise.all([identity.read(), evenClosed ? undefined : pass()])
  const isNew = id === undefined && !(await identity.isUsed())
  if (id === undefined) {
    if (isNew) {
      checkMissing(store, place, create)
      await migrate(layout)
      seen = await layout.read()
    }
    id = await identity.claim(randomUUID())
  }
  checkId(store, place, id)
  const { erase, ...opened } = createDynamodbStore(settings)
  if (seen === undefined) return { store: opened, id, isNew }
  // The table refuses nothing by itself.
  const append: Store['append'] = async (entry) => {
    await pass()
    return opened.append(entry)
  }
  const check = async () => {
    await pass()
    await opened.check()
  }
  const removing: typeof erase = async (entries) => {
    await pass()
    return erase(entries)
  }
  const guarded = guardedErase(layout, seen, removing, settings.now)
  const gated = { ...opened, append, check, ...(guarded && { erase: guarded }) }
  return { store: gated, id, isNew }
}

/** How the table of a configuration is called. */
export function dynamodbSettingsOf(store: Of<'dynamodb'>): DynamodbSettings {
  const { table, region, endpoint = `https://dynamodb.${region}.amazonaws.com` } = store
  const credentials = requiredCredentials('the history')
  return { table, region, endpoint, credentials, now: Date.now }
}

const moved = (path: string, formerPath: string) =>
  refusal(
    `store.path is relative to the configuration file. There is no store in ${path}, but there is one in ${formerPath}, below the working directory. Stop the server and move that store with its files -wal and -shm, or set store.path to it.`,
  )
