/** The searches of `list.ts` on a PostgreSQL of its own, which syncs as a real one does. */

import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnections } from '../src/store/postgres/connections.ts'
import { createPostgresSchema } from '../src/store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../src/store/postgres/postgres.ts'
import { findPostgres } from '../test/postgres/programs.ts'
import { initialize, startServer } from '../test/postgres/server.ts'
import { fill, fillsRow, measureSearches, serviceOn } from './list.ts'
import type { Row } from './report.ts'

const SECTION = 'list, PostgreSQL mirror'
const CONNECTIONS = 8
const SYNCED = { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' }

/** Nothing where there is no PostgreSQL. */
export async function measurePostgresList(
  clients: number,
  rounds: number,
): Promise<readonly Row[]> {
  const { bin } = await findPostgres()
  if (bin === undefined) return []
  const folder = join(tmpdir(), `clientry-bench-${randomUUID()}`)
  initialize({ bin, folder })
  const server = await startServer({ bin, folder, settings: SYNCED })
  const connections = createConnections({
    host: '127.0.0.1',
    port: server.port,
    database: 'postgres',
    user: 'root',
    schema: 'clientry',
    connections: CONNECTIONS,
  })
  await createPostgresSchema(connections).open(randomUUID)
  const service = serviceOn(createPostgresStore(connections))
  try {
    const filled = await fill(service, clients, CONNECTIONS)
    // As autovacuum does by itself after a while.
    await server.query('vacuum analyze')
    const rows = await measureSearches(service, SECTION, rounds, clients)
    return [...rows, fillsRow(SECTION, filled)]
  } finally {
    await service.store.close()
    await server.close()
  }
}
