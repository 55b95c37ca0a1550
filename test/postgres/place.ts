/** A schema of its own for a test, on the server of the run, with everything that is opened on it. */

import { randomUUID } from 'node:crypto'
import { describe, it } from 'vitest'
import type { PostgresSettings } from '../../src/store/postgres/connection-settings.ts'
import { type Connections, createConnections } from '../../src/store/postgres/connections.ts'
import { createPostgresSchema } from '../../src/store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import type { Store } from '../../src/store/store.ts'
import { findPostgres } from './programs.ts'
import { queryAt } from './server.ts'
import { sharedServer, TEST_USER } from './shared.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export interface PostgresPlace {
  readonly settings: PostgresSettings
  readonly proxy: TcpProxy
  /** The database as its superuser sees it. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  connect(): Connections
  store(): Store
  close(): Promise<void>
}

/** Makes a schema with the tables of a store. The store reaches the server through a proxy of its own. */
export async function openPlace(): Promise<PostgresPlace> {
  const port = await sharedServer()
  const proxy = await startTcpProxy(port)
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  const settings: PostgresSettings = {
    host: '127.0.0.1',
    port: proxy.port,
    database: 'postgres',
    user: TEST_USER,
    schema,
    connections: 10,
  }
  const open: (() => Promise<void>)[] = []
  function connect(): Connections {
    const connections = createConnections(settings)
    let closed: Promise<void> | undefined
    const close = () => {
      closed ??= connections.close()
      return closed
    }
    open.push(close)
    return { ...connections, close }
  }
  const first = connect()
  await createPostgresSchema(first).open(randomUUID)
  return {
    settings,
    proxy,
    query: (sql) => queryAt(port, `set search_path to ${schema};${sql}`),
    connect,
    store: () => createPostgresStore(connect()),
    close: async () => {
      for (const close of open) await close()
      await proxy.close()
      await queryAt(port, `drop schema ${schema} cascade`)
    },
  }
}

const { reason } = await findPostgres()

/** Runs tests over a real server; where there is none they are skipped, and it is printed why. */
export function describePostgres(name: string, tests: () => void): void {
  if (reason === undefined) {
    describe(name, tests)
    return
  }
  if (process.env.CLIENTRY_PEERS === 'required') {
    it(name, () => {
      throw new TypeError(reason)
    })
    return
  }
  process.stderr.write(`${name} is skipped: ${reason}\n`)
  describe.skip(name, tests)
}
