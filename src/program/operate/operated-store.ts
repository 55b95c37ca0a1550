/** A store as its operator works on it, beside the servers: its layout, and whether it is closed. */

import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Config } from '../../config/config-parse.ts'
import type { PostgresPlace } from '../../config/store/config-store.ts'
import type { DocumentTable } from '../../store/document-table.ts'
import type { DynamodbSettings } from '../../store/dynamodb/dynamodb-call.ts'
import { requireCurrent, setClosed } from '../../store/layout/closing.ts'
import type { Closed, Layout } from '../../store/layout/layout.ts'
import {
  type LayoutHost,
  type MigrationPlan,
  migrate,
  planMigration,
} from '../../store/layout/migrate.ts'
import type { Store } from '../../store/store.ts'
import { dynamodbSettingsOf } from '../open-store.ts'
import { refusal } from '../store-check.ts'

type Progress = (records: number) => void

/** Every call rejects with `ClientError` `store_unavailable` where the store cannot do it. */
export interface OperatedStore {
  /** As messages name it. */
  readonly place: string
  layout(): Promise<Layout>
  /** What bringing it up to date would do. It only reads. */
  plan(progress?: Progress): Promise<MigrationPlan>
  migrate(progress?: Progress): Promise<MigrationPlan>
  /** From now on only programs that know this layout may use it. */
  requireCurrent(): Promise<void>
  /** Closes it to all servers, or opens it again; `check` may refuse when it sees what it is. */
  setClosed(closed: Closed | undefined, check?: (layout: Layout) => void): Promise<void>
  /** How long a server may go on to write to it after it was closed (milliseconds). */
  readonly closedAfterMs: number
  /** What is in it, once it is up to date. */
  open(): Promise<Contents>
  close(): Promise<void>
}

/** What a store holds that can be had from nowhere else. */
export interface Contents {
  readonly id: string
  readonly store: Store
  /** Absent where the store cannot have any. */
  readonly documents?: DocumentTable
}

interface Access {
  /** The store must stay as it is. */
  readonly readOnly?: boolean
  /** It may be made. */
  readonly create?: boolean
}

/**
 * Reaches the store that a configuration names, which must be there.
 * @throws ClientError `store_unavailable`, and `invalid_request` where there is none
 */
export async function operateOn(
  settings: Config['store'],
  access: Access = {},
): Promise<OperatedStore> {
  const store = await reached(settings, access)
  try {
    if (access.create !== true && (await store.layout()).version === 0) throw missing(store.place)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

async function reached(settings: Config['store'], access: Access): Promise<OperatedStore> {
  if (settings.type === 'sqlite') return onSqlite(settings.path, access)
  if (settings.type === 'dynamodb') return onDynamodb(dynamodbSettingsOf(settings))
  return onPostgres(settings)
}

async function onSqlite(path: string, { readOnly, create }: Access): Promise<OperatedStore> {
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() === true
  if (create !== true && !isThere) throw missing(`The database ${path}`)
  const [{ connect, openToRead, placeOf }, { sqliteLayout }, { createSqliteStore }] =
    await Promise.all([
      import('../../store/sqlite/database.ts'),
      import('../../store/sqlite/layout/sqlite-layout.ts'),
      import('../../store/sqlite/sqlite.ts'),
    ])
  const { storeIdIn } = await import('../../store/sqlite/layout/sqlite-identity.ts')
  const { documentTableIn } = await import('../../store/sqlite/document-table.ts')
  const database = await (readOnly === true ? openToRead : connect)(path)
  return operated(sqliteLayout(database, placeOf(path)), {
    open: async () => ({
      id: storeIdIn(database, randomUUID),
      store: createSqliteStore(database),
      documents: documentTableIn(database),
    }),
    close: async () => database.close(),
  })
}

async function onDynamodb(settings: DynamodbSettings): Promise<OperatedStore> {
  const [{ CLOSED_AFTER_MS, dynamodbLayout }, { createDynamodbIdentity }, { createDynamodbStore }] =
    await Promise.all([
      import('../../store/dynamodb/dynamodb-layout.ts'),
      import('../../store/dynamodb/dynamodb-identity.ts'),
      import('../../store/dynamodb/dynamodb.ts'),
    ])
  return operated(dynamodbLayout(settings), {
    closedAfterMs: CLOSED_AFTER_MS,
    open: async () => ({
      id: await createDynamodbIdentity(settings).claim(randomUUID()),
      store: createDynamodbStore(settings),
    }),
    close: async () => {},
  })
}

async function onPostgres(place: PostgresPlace): Promise<OperatedStore> {
  const [{ connectionsTo }, { postgresLayout }, { createPostgresSchema }, { createPostgresStore }] =
    await Promise.all([
      import('../open-postgres.ts'),
      import('../../store/postgres/layout/postgres-layout.ts'),
      import('../../store/postgres/layout/postgres-schema.ts'),
      import('../../store/postgres/postgres.ts'),
    ])
  const { documentTableOn } = await import('../../store/postgres/document-table.ts')
  const connections = connectionsTo(place)
  let opened: Store | undefined
  return operated(postgresLayout(connections), {
    open: async () => {
      const id = await createPostgresSchema(connections).open(randomUUID)
      opened ??= createPostgresStore(connections)
      return { id, store: opened, documents: documentTableOn(connections) }
    },
    // The store closes its connections.
    close: async () => (opened ?? connections).close(),
  })
}

function operated<S>(
  host: LayoutHost<S>,
  rest: Pick<OperatedStore, 'open' | 'close'> & Partial<Pick<OperatedStore, 'closedAfterMs'>>,
): OperatedStore {
  return {
    place: host.place,
    layout: host.read,
    plan: (progress) => planMigration(host, progress),
    migrate: (progress) => migrate(host, progress),
    requireCurrent: () => requireCurrent(host),
    setClosed: (closed, check) => setClosed(host, closed, check),
    closedAfterMs: 0,
    ...rest,
  }
}

const missing = (place: string) =>
  refusal(`${place} has no store. Correct \`store\` of the configuration.`)
