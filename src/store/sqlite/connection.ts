/**
 * A connection to a SQLite file: by `node:sqlite` where Node has it, else by the package with the same interface.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { closedIn } from '../layout/layout.ts'

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
export const BUSY_TIMEOUT_MS = 2_000

/** What makes connections. */
interface Sqlite {
  readonly DatabaseSync: new (path: string, options?: { readonly readOnly: boolean }) => Database
}

/** The implementation of this Node. */
export async function loadSqlite(): Promise<Sqlite> {
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
export function unwritable(cause: unknown): ClientError {
  const closed = closedIn(cause)
  if (closed !== undefined) return new ClientError('store_unavailable', closed, { cause })
  return new ClientError(
    'store_unavailable',
    'The history cannot be written at the moment, and nothing is changed without it. Try again later.',
    { cause, retryAfter: 5 },
  )
}

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

/** Whether another process has the lock. */
export const isLocked = (error: unknown) =>
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

/** How long work of several turns waits for that of another process, and between two tries (milliseconds). */
const LONG_WAIT_MS = 60_000
const TRY_MS = 10

/**
 * The same for work that takes several turns, on a connection that no one else uses meanwhile. It waits in turns, too:
 * the lock may be that of another connection of this thread.
 */
export async function transactionOf<T>(database: Database, work: () => Promise<T>): Promise<T> {
  await takeLockInTurns(database)
  try {
    const result = await work()
    database.exec('commit')
    return result
  } catch (error) {
    undo(database)
    throw isClientError(error) ? error : unwritable(error)
  }
}

async function takeLockInTurns(database: Database): Promise<void> {
  const until = Date.now() + LONG_WAIT_MS
  for (;;) {
    try {
      // SQLite itself would keep the thread waiting.
      database.exec('pragma busy_timeout = 0')
      return database.exec('begin immediate')
    } catch (error) {
      if (!isLocked(error) || Date.now() >= until) throw unwritable(error)
      await new Promise((resume) => setTimeout(resume, Math.random() * TRY_MS))
    } finally {
      database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    }
  }
}

/** Where SQLite has undone a transaction by itself, as it does when the disk is full, there is nothing to undo. */
function undo(database: Database): void {
  try {
    database.exec('rollback')
  } catch (error) {
    if (!/no transaction is active/.test(String(error))) throw error
  }
}
