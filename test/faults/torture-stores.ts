/** The stores that servers share in `torture.ts`, and what becomes of them. */

import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { createConnections } from '../../src/store/postgres/connections.ts'
import { createPostgresSchema } from '../../src/store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { CREDENTIALS, startDynamodb } from '../contract/dynamodb.ts'
import { findPostgres } from '../postgres/programs.ts'
import { initialize, startServer } from '../postgres/server.ts'

/** A store that several servers share. */
export interface SharedStore {
  /** `store` of their configuration. */
  readonly settings: JsonObject
  /** Variables that they need for it. */
  readonly variables: Readonly<Record<string, string>>
  /** The same store, as the test sees it. */
  readonly store: Store
  /** Loses the database for a moment, as a crash does; absent: its programs are the servers themselves. */
  crash?(): Promise<void>
  close(): Promise<void>
}

async function sqlite(): Promise<SharedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-torture-'))
  const path = join(folder, 'clientry.db')
  const store = createSqliteStore(await openDatabase(path))
  return {
    settings: { type: 'sqlite', path, create: true },
    variables: {},
    store,
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function postgresql(): Promise<SharedStore> {
  const { bin, reason } = await findPostgres()
  if (bin === undefined) throw new TypeError(reason)
  const folder = join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `clientry-${randomUUID()}`)
  initialize({ bin, folder })
  const server = await startServer({ bin, folder })
  const place = { host: '127.0.0.1', port: server.port, database: 'postgres', user: 'root' }
  const connections = createConnections({ ...place, schema: 'clientry', connections: 4 })
  await createPostgresSchema(connections).open(randomUUID)
  const store = createPostgresStore(connections)
  const url = `postgresql://root@127.0.0.1:${server.port}/postgres`
  return {
    settings: { type: 'postgresql', url, create: true },
    variables: {},
    store,
    crash: async () => {
      await server.kill('SIGKILL')
      await server.start()
    },
    close: async () => {
      await store.close()
      await server.close()
    },
  }
}

async function dynamodb(): Promise<SharedStore> {
  const dynamo = await startDynamodb()
  const { table, region, endpoint } = dynamo.settings
  const { accessKeyId, secretAccessKey } = CREDENTIALS
  return {
    settings: { type: 'dynamodb', table, region, endpoint, create: true },
    variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    store: createDynamodbStore(dynamo.settings),
    crash: async () => {
      const listen = await dynamo.stop()
      await listen()
    },
    close: dynamo.close,
  }
}

/** By the type of the configuration. */
export const SHARED_STORES = { sqlite, postgresql, dynamodb } as const

export type SharedStoreName = keyof typeof SHARED_STORES
