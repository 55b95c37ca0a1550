/**
 * One SQLite file, opened for durability: what is committed survives a crash of the process and of
 * the machine. `node:sqlite` where Node has it, else the package with the same interface.
 */

import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { ClientError, isClientError } from '../../core/errors.ts'

/** The part of `node:sqlite`'s `DatabaseSync` that is used. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export interface Statement {
  run(...values: readonly Value[]): { readonly changes: number | bigint }
  get(...values: readonly Value[]): Row | undefined
  all(...values: readonly Value[]): readonly Row[]
}

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** How long a writer waits for another process before it gives up (milliseconds). */
const BUSY_TIMEOUT_MS = 2_000
/** Between two tries to set up a file that another process sets up (milliseconds, with jitter). */
const LONGEST_PAUSE_MS = 50
const OWNER_ONLY = 0o600
/**
 * Of the tables and of what their columns hold, kept in the file as `user_version`. 1 had none there.
 * A change of either counts it up.
 */
export const SCHEMA_VERSION = 3
/** Since this one tables were only added: a file from then is brought up to date as it is opened. */
export const OLDEST_VERSION = 2

/**
 * Opens (and creates) a database; `:memory:` for one that lives as long as the process.
 * @throws ClientError `store_unavailable`
 */
export async function openDatabase(path: string): Promise<Database> {
  const { DatabaseSync } = await loadSqlite()
  const database = storing(() => {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const opened = new DatabaseSync(path)
    // Its write-ahead log gets the rights of the file.
    if (path !== ':memory:') chmodSync(path, OWNER_ONLY)
    opened.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    return opened
  })
  await untilUnlocked(() => {
    checkVersion(database, path)
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = full')
  })
  return database
}

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
 * Opens a file that is there and must stay as it is.
 * @throws ClientError `store_unavailable`
 */
export async function openToRead(path: string): Promise<Database> {
  const { DatabaseSync } = await loadSqlite()
  return storing(() => {
    const database = new DatabaseSync(path, { readOnly: true })
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    const { version, tables } = versionOf(database)
    if (tables === 0) {
      database.close()
      throw new ClientError('store_unavailable', `There is no history in ${path}.`)
    }
    if (!isKnown(version)) throw otherVersion(database, path, version)
    if (version < SCHEMA_VERSION) throw notUpToDate(database, path)
    return database
  })
}

/** Marks a new file or an older one, and refuses one whose tables another version of the program has made. */
function checkVersion(database: Database, path: string): void {
  const { version, tables } = versionOf(database)
  if (version === SCHEMA_VERSION) return
  if (isKnown(version) || (version === 0 && tables === 0)) {
    database.exec(`pragma user_version = ${SCHEMA_VERSION}`)
    return
  }
  throw otherVersion(database, path, version)
}

const isKnown = (version: number) => version >= OLDEST_VERSION && version <= SCHEMA_VERSION

function versionOf(database: Database): { readonly version: number; readonly tables: number } {
  const row = database
    .prepare(
      'select user_version, (select count(*) from sqlite_schema) as tables from pragma_user_version',
    )
    .get()
  return { version: Number(row?.user_version), tables: Number(row?.tables) }
}

/** What is only read gets no new tables, without which nothing here can be asked for. */
function notUpToDate(database: Database, path: string): ClientError {
  database.close()
  return new ClientError(
    'store_unavailable',
    `The database ${path} was made by an earlier version of this program, and is brought up to date when a server opens it. To leave it as it is, let a server open a copy, and read that.`,
  )
}

function otherVersion(database: Database, path: string, version: number): ClientError {
  database.close()
  return new ClientError(
    'store_unavailable',
    `The database ${path} was made by another version of this program (its tables are version ${version === 0 ? 1 : version}, here they are ${SCHEMA_VERSION}). Name a new file in store.path; for development remove the folder of the file.`,
  )
}

interface Sqlite {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly: boolean }) => Database
}

async function loadSqlite(): Promise<Sqlite> {
  const builtin = withoutWarnings(() => {
    const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown }
    return getBuiltinModule?.('node:sqlite') as Sqlite | undefined
  })
  if (builtin !== undefined && hasTextIndex(builtin)) return builtin
  return (await import('@photostructure/sqlite')) as unknown as Sqlite
}

/** The mirror needs FTS5, without which early releases of Node's own SQLite were built. */
function hasTextIndex({ DatabaseSync }: Sqlite): boolean {
  const database = new DatabaseSync(':memory:')
  const sql = "select 1 as found from pragma_compile_options where compile_options = 'ENABLE_FTS5'"
  const hasRow = database.prepare(sql).get() !== undefined
  database.close()
  return hasRow
}

/**
 * Node warns on standard error that its SQLite may change. That is ours to follow, by running the suite on
 * each Node; those who run a command of ours have no use for it.
 */
function withoutWarnings<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Runs a piece of work on the store; whatever fails there is `store_unavailable`. */
export function storing<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (isClientError(cause)) throw cause
    throw unwritable(cause)
  }
}

/** That the store cannot do something; `cause`: what the database says. */
export const unwritable = (cause: unknown) =>
  new ClientError(
    'store_unavailable',
    'The history cannot be written at the moment, and nothing is changed without it. Try again later.',
    { cause, retryAfter: 5 },
  )

/** Between two looks whether another process has given the lock back: less than a sync of a fast disk (milliseconds). */
const LOCK_PAUSE_MS = 0.25
const sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** Blocks its thread for so long, to a part of a millisecond, which no timer does. */
export const rest = (milliseconds: number) => Atomics.wait(sleeper, 0, 0, milliseconds)

/**
 * Takes the write lock, and blocks its thread until it has it. SQLite itself would look after 1, 2, 5, 10 and up to
 * 100 ms (`sqliteDefaultBusyCallback` in its main.c), so that of two servers that write all the time one waits for
 * long after the other's lock is gone.
 */
function takeLock(database: Database, onWait: () => void): void {
  const until = Date.now() + BUSY_TIMEOUT_MS
  database.exec('pragma busy_timeout = 0')
  try {
    for (;;) {
      try {
        return database.exec('begin immediate')
      } catch (error) {
        if (!isLocked(error) || Date.now() >= until) throw error
        onWait()
        rest(LOCK_PAUSE_MS)
      }
    }
  } finally {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
  }
}

const isLocked = (error: unknown) =>
  error instanceof Error && /database is locked/.test(error.message)

/**
 * Runs statements as one transaction that holds the write lock from its start; `onWait`: another process has it.
 */
export function transaction<T>(database: Database, work: () => T, onWait = () => {}): T {
  takeLock(database, onWait)
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
