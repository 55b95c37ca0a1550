/** The file that the tables are in: marked with their version, and refused with another one. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Database,
  OLDEST_VERSION,
  openDatabase,
  openToRead,
  SCHEMA_VERSION,
} from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  path = join(folder, 'clientry.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Makes a file with a table, and with a version of its own. */
async function make(version: number): Promise<void> {
  const database = await openDatabase(path)
  database.exec('create table log (entry text)')
  database.exec(`pragma user_version = ${version}`)
  database.close()
}

it('can be opened again, also while another process has it open', async () => {
  const first = await openDatabase(path)
  first.exec('create table log (entry text)')
  const second = await openDatabase(path)
  expect(second.prepare('select count(*) as n from log').get()).toEqual({ n: 0 })
  first.close()
  second.close()
})

it.each([
  ['before there were versions', 0],
  ['by an earlier version', OLDEST_VERSION - 1],
  ['by a later version', SCHEMA_VERSION + 1],
])('is refused when it was made %s, and the refusal says what to do', async (_, version) => {
  await make(version)
  const refusal = expect.objectContaining({
    code: 'store_unavailable',
    message: expect.stringMatching(/made by another version.*new file.*remove the folder/),
  })
  await expect(openDatabase(path)).rejects.toEqual(refusal)
})

it('brings a file up to date whose tables are a part of those of now', async () => {
  await make(OLDEST_VERSION)
  const database = await openDatabase(path)
  const version = database.prepare('pragma user_version').get()
  expect(version).toEqual({ user_version: SCHEMA_VERSION })
  database.close()
})

it('is read as it is, once it is up to date; before, it is said how it gets so', async () => {
  await make(OLDEST_VERSION)
  await expect(openToRead(path)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/earlier version.*when a server opens it/),
  })
  await createSqliteStore(await openUpToDate()).close()
  const store = createSqliteStore(await openToRead(path))
  expect(await store.last('none')).toBeUndefined()
  await store.close()
})

it('is read as it is where it has no table yet that says what the mirror lacks', async () => {
  const database = await openDatabase(path)
  const before = createSqliteStore(database)
  await before.append(outsideChangeOf('["local",null,"one"]', 1))
  database.exec('drop table mirror_behind')
  await before.close()
  const store = createSqliteStore(await openToRead(path))
  expect(await store.mirror?.behind(10)).toEqual([])
  expect(await store.entries('["local",null,"one"]')).toHaveLength(1)
  await store.close()
  const written = createSqliteStore(await openDatabase(path))
  await written.append(intentOf('["local",null,"two"]', 1))
  await written.append(closingOf('["local",null,"two"]', 2))
  expect(await written.mirror?.behind(10)).toEqual(['["local",null,"two"]'])
  await written.close()
})

/** Opens a file of an earlier version, whose table of this test is none of theirs. */
async function openUpToDate(): Promise<Database> {
  const database = await openDatabase(path)
  database.exec('drop table log')
  return database
}

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
  other.exec(`create table log (x); pragma user_version = ${SCHEMA_VERSION}; begin immediate`)
  const opening = openDatabase(path)
  // SQLite itself gives up at once here; the lock goes while it is tried again.
  setImmediate(() => other.exec('commit'))
  const database = await opening
  expect(database.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
  database.close()
  other.close()
})
