/**
 * One SQLite file, opened for durability: what is committed survives a crash of the process and of
 * the machine. It is brought up to date as it is opened.
 */

import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { ClientError, isClientError } from '../../core/errors.ts'
import { checkLayout } from '../layout/layout.ts'
import { migrate } from '../layout/migrate.ts'
import { BUSY_TIMEOUT_MS, type Database, isLocked, loadSqlite, storing } from './connection.ts'
import { layoutIn, sqliteLayout } from './layout/sqlite-layout.ts'
import { READABLE } from './layout/sqlite-migrations.ts'

export type { Database } from './connection.ts'

/** Between two tries to set up a file that another process sets up (milliseconds, with jitter). */
const LONGEST_PAUSE_MS = 50
const OWNER_ONLY = 0o600

/**
 * Opens (and creates) a database; `:memory:` for one that lives as long as the process.
 * @throws ClientError `store_unavailable`
 */
export async function openDatabase(path: string): Promise<Database> {
  const database = await connect(path)
  try {
    await migrate(sqliteLayout(database, placeOf(path)))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * The same without bringing it up to date.
 * @throws ClientError `store_unavailable` where this program cannot use it; then it is not touched
 */
export async function connect(path: string): Promise<Database> {
  const { DatabaseSync } = await loadSqlite()
  const database = storing(() => {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const opened = new DatabaseSync(path)
    // Its write-ahead log gets the rights of the file.
    if (path !== ':memory:') chmodSync(path, OWNER_ONLY)
    opened.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    return opened
  })
  try {
    await untilUnlocked(() => {
      checkLayout(placeOf(path), layoutIn(database), READABLE)
      database.exec('pragma journal_mode = wal')
      database.exec('pragma synchronous = full')
    })
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A file, as messages name it. */
export const placeOf = (path: string) => `The database ${path}`

/**
 * Where several processes open a new file at once, SQLite gives up the change of the journal mode at
 * once, whatever the busy time-out (seen, and tested), so the work is done again.
 */
async function untilUnlocked(work: () => void): Promise<void> {
  const until = Date.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      return storing(work)
    } catch (error) {
      const { cause } = isClientError(error) ? error.details : {}
      if (!isLocked(cause) || Date.now() >= until) throw error
      await new Promise((resume) => setTimeout(resume, Math.random() * LONGEST_PAUSE_MS))
    }
  }
}

/**
 * Opens a file that is there and must stay as it is, of any layout that can be brought up to date.
 * @throws ClientError `store_unavailable`
 */
export async function openToRead(path: string): Promise<Database> {
  const { DatabaseSync } = await loadSqlite()
  return storing(() => {
    const database = new DatabaseSync(path, { readOnly: true })
    try {
      database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
      const layout = layoutIn(database)
      if (layout.version === 0) {
        throw new ClientError('store_unavailable', `There is no history in ${path}.`)
      }
      checkLayout(placeOf(path), layout, READABLE)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}
