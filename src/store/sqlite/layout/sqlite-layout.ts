/** The layout of a store in a SQLite file: read, changed in one transaction, and enforced where the store is closed. */

import { currentOf } from '../../layout/closing.ts'
import { closedMessage, type Layout, outdatedMessage } from '../../layout/layout.ts'
import type { LayoutHost, LayoutSession } from '../../layout/migrate.ts'
import { type Database, storing, transactionOf } from '../connection.ts'
import { READABLE, SQLITE_MIGRATIONS } from './sqlite-migrations.ts'
import { recordsIn } from './sqlite-records.ts'

/** What is written where a store is in use; the mirror is a cache, and no part of what is copied. */
const TABLES = ['log', 'documents', 'probe'] as const
const EVENTS = ['insert', 'update', 'delete'] as const

/** The layout of the store in an open file, on a connection that no one else uses meanwhile. */
export function sqliteLayout(
  database: Database,
  place: string,
  migrations = SQLITE_MIGRATIONS,
): LayoutHost<string> {
  const session: LayoutSession<string> = {
    read: async () => layoutIn(database),
    run: async (step) => database.exec(step),
    write: async (layout) => write(database, layout),
    refuseOutdated: async (layout) => refuseOutdated(database, layout),
    records: () => recordsIn(database),
    extent: async () => JSON.stringify(database.prepare(EXTENT).get()),
  }
  const current = migrations.at(-1)?.to ?? READABLE.current
  return {
    place,
    readable: { ...READABLE, current },
    migrations,
    read: async () => storing(() => layoutIn(database)),
    records: () => recordsIn(database),
    exclusively: (work) => transactionOf(database, () => work(session)),
  }
}

const EXTENT = 'select count(*) as entries, sum(seq) as numbers, max(position) as last from log'

/** The layout that a file says it has. */
export function layoutIn(database: Database): Layout {
  const tables = 'select name from sqlite_schema'
  const names = database
    .prepare(tables)
    .all()
    .map(({ name }) => name)
  if (names.includes('layout')) return recordedIn(database)
  const version = Number(database.prepare('pragma user_version').get()?.user_version)
  if (names.length === 0) return { version: 0, readers: 0 }
  // 1 had no version in the file.
  return { version: Math.max(version, 1), readers: Math.max(version, 1) }
}

function recordedIn(database: Database): Layout {
  const row = database.prepare('select version, readers, program, closed from layout').get()
  const { program, closed } = row ?? {}
  return {
    version: Number(row?.version),
    readers: Number(row?.readers),
    ...(typeof program === 'string' ? { program } : {}),
    ...(typeof closed === 'string' ? { closed: JSON.parse(closed) } : {}),
  }
}

function write(database: Database, layout: Layout): void {
  const { version, readers, program, closed } = layout
  database.exec('delete from layout')
  database
    .prepare('insert into layout (version, readers, program, closed) values (?, ?, ?, ?)')
    .run(version, readers, program ?? null, closed === undefined ? null : JSON.stringify(closed))
  database.exec(`pragma user_version = ${readers}`)
  for (const table of TABLES) {
    for (const event of EVENTS) {
      const name = `closed_${table}_${event}`
      database.exec(`drop trigger if exists ${name}`)
      if (closed?.why !== 'copied') continue
      database.exec(refusing(name, `${event} on ${table}`, closedMessage(closed)))
    }
  }
}

/** From now on only programs of this layout, or a later one, may use the file; a part of a transaction. */
export function requireCurrentIn(database: Database): void {
  const next = currentOf(layoutIn(database), READABLE)
  if (next === undefined) return
  write(database, next)
  refuseOutdated(database, next)
}

/** Programs from before the column write none. */
function refuseOutdated(database: Database, layout: Layout): void {
  const isOutdated = `coalesce(new.layout, 0) < ${layout.readers}`
  database.exec('drop trigger if exists outdated')
  database.exec(refusing('outdated', `insert on log when ${isOutdated}`, outdatedMessage(layout)))
}

/** The database itself refuses, whatever program writes. */
const refusing = (name: string, event: string, says: string) =>
  `create trigger ${name} before ${event}
    begin select raise(abort, '${says.replaceAll("'", "''")}'); end`
