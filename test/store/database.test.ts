/** The file that the tables are in: opened by several processes, and read as it is. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase, openToRead } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  path = join(folder, 'clientry.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('can be opened again, also while another process has it open', async () => {
  const first = await openDatabase(path)
  const second = await openDatabase(path)
  expect(second.prepare('select count(*) as n from log').get()).toEqual({ n: 0 })
  first.close()
  second.close()
})

it('is read as it is, and not written', async () => {
  const store = createSqliteStore(await openDatabase(path))
  await store.append(outsideChangeOf('["local",null,"one"]', 1))
  await store.close()
  const database = await openToRead(path)
  expect(() => database.exec('delete from log')).toThrow('readonly')
  const read = createSqliteStore(database)
  expect(await read.entries('["local",null,"one"]')).toHaveLength(1)
  await read.close()
})

/** The database class itself, to hold a lock as another process does. */
async function rawDatabase(path: string): Promise<Database> {
  const builtin: unknown = process.getBuiltinModule?.('node:sqlite')
  const { DatabaseSync } = (builtin ?? (await import('@photostructure/sqlite'))) as {
    DatabaseSync: new (path: string) => Database
  }
  return new DatabaseSync(path)
}

it('waits for another process that is setting up the same file', async () => {
  const other = await rawDatabase(path)
  other.exec('begin immediate')
  const opening = openDatabase(path)
  // SQLite itself gives up at once here; the lock goes while it is tried again.
  setImmediate(() => other.exec('commit'))
  const database = await opening
  expect(database.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
  database.close()
  other.close()
})
