/** Sealed texts that are old enough are removed from a SQLite file, and its pages are free for what comes next. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { describeErasing } from './erase-cases.ts'

describe('on SQLite', () => {
  describeErasing(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-erase-'))
    const path = join(folder, 'clientry.db')
    const database = await openDatabase(path)
    const rows = database.prepare('select entry from log where resource = ? order by seq')
    const store = createSqliteStore(database)
    return {
      store,
      stored: async (resource) =>
        rows
          .all(resource)
          .map(({ entry }) => String(entry))
          .join(),
      everything: async () => {
        database.exec('pragma wal_checkpoint(truncate)')
        return readFileSync(path, 'latin1')
      },
      close: async () => {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  })
})
