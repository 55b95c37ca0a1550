/** How fast `clientry store copy` takes a history from one kind of store to the other. */

import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../src/config/config-parse.ts'
import { copyStore } from '../src/program/operate/copy-store.ts'
import { following } from '../src/store/log/chain.ts'
import type { Entry } from '../src/store/log/entry.ts'
import { resourceOf } from '../src/store/resource.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import { findPostgres } from '../test/postgres/programs.ts'
import { initialize, startServer } from '../test/postgres/server.ts'
import { changeOf, clientName, recordsOf } from './records.ts'
import { digits, type Row } from './report.ts'

const SECTION = 'copying a store'
/** Records of each client, and clients that are filled at the same time. */
const RECORDS_OF_CLIENT = 20
const AT_ONCE = 32

type Place = Pick<Config, 'store' | 'keys'>

/** Nothing where there is no PostgreSQL. `records`: of the history that is copied there and back. */
export async function measureCopy(records: number): Promise<readonly Row[]> {
  const { bin } = await findPostgres()
  if (bin === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'clientry-bench-copy-'))
  const data = `${folder}-data`
  initialize({ bin, folder: data })
  const settings = { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' }
  const server = await startServer({ bin, folder: data, settings })
  const keys = [{ key: randomBytes(32), at: 'key' }] as const
  const file = (name: string): Place => ({
    store: { type: 'sqlite', path: join(folder, name), create: true },
    keys,
  })
  const address = { host: '127.0.0.1', port: server.port, database: 'postgres', user: 'root' }
  const database: Place = {
    store: { type: 'postgresql', ...address, schema: 'clientry', connections: 10, create: true },
    keys,
  }
  try {
    await fill(join(folder, 'a.db'), records)
    return [
      await measure('SQLite to PostgreSQL', file('a.db'), database),
      await measure('PostgreSQL to SQLite', database, file('b.db')),
    ]
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(name: string, from: Place, to: Place): Promise<Row> {
  const begun = performance.now()
  const { records } = await copyStore(from, to)
  const seconds = (performance.now() - begun) / 1_000
  const minutes = (seconds / records) * (100_000 / 60)
  return {
    section: SECTION,
    name: `${name}: one record, with both verifications`,
    figure: (seconds * 1_000) / records,
    unit: 'ms',
    detail: `${records} records in ${digits(seconds)} s; 100,000 in ${digits(minutes)} minutes`,
  }
}

/** A history whose chains are right. */
async function fill(path: string, records: number): Promise<void> {
  const store = createSqliteStore(await openDatabase(path))
  const recordOf = recordsOf()
  let next = 0
  const lane = async () => {
    for (let client = next++; client * RECORDS_OF_CLIENT < records; client = next++) {
      const resource = resourceOf(clientName(client % 3, randomUUID()))
      let before: Entry | undefined
      for (let seq = 1; seq < RECORDS_OF_CLIENT; seq += 2) {
        const about = { resource, seq, at: Date.now(), actor: 'bench', outcome: 'applied' as const }
        const { intent, closing } = changeOf({ ...about, ...recordOf(client % 3, seq) })
        for (const one of [intent, closing]) {
          const { previous: _, hash: __, seq: ___, ...body } = one
          const entry = following(before, body) as Entry
          await store.append(entry)
          before = entry
        }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  await store.close()
}
