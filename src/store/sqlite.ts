/** The log on SQLite: one table, whose primary key is the "append if absent". */

import type { Database } from './database.ts'
import { storing, transaction } from './database.ts'
import type { Entry, Intent, Store } from './store.ts'

const SCHEMA = `
  create table if not exists log (
    resource text not null,
    seq integer not null,
    kind text not null,
    at integer not null,
    entry text not null,
    primary key (resource, seq)
  ) without rowid;
  create table if not exists open_intents (
    resource text primary key,
    seq integer not null
  ) without rowid;
  create table if not exists probe (id integer primary key, at integer not null);
`

/** A store on an open database; `close` closes the database too. */
export function createSqliteStore(database: Database): Store {
  storing(() => database.exec(SCHEMA))
  const insert = database.prepare(
    'insert into log (resource, seq, kind, at, entry) values (?, ?, ?, ?, ?) on conflict do nothing',
  )
  const newest = database.prepare(
    'select entry from log where resource = ? order by seq desc limit 1',
  )
  const from = database.prepare(
    'select entry from log where resource = ? and seq >= ? order by seq',
  )
  const opened = database.prepare(
    'insert or replace into open_intents (resource, seq) values (?, ?)',
  )
  const closed = database.prepare('delete from open_intents where resource = ?')
  const open = database.prepare(
    'select log.entry from open_intents join log using (resource, seq) order by log.at',
  )
  const probe = database.prepare('insert or replace into probe (id, at) values (1, ?)')

  function append(entry: Entry): boolean {
    const { resource, seq, kind, at } = entry
    return transaction(database, () => {
      const { changes } = insert.run(resource, seq, kind, at, JSON.stringify(entry))
      if (Number(changes) === 0) return false
      if (kind === 'intent') opened.run(resource, seq)
      if (kind === 'outcome') closed.run(resource)
      return true
    })
  }

  return {
    append: async (entry) => storing(() => append(entry)),
    last: async (resource) => storing(() => newest.all(resource).map(entryOf)[0]),
    entries: async (resource, fromSeq = 1) =>
      storing(() => from.all(resource, fromSeq).map(entryOf)),
    openIntents: async () => storing(() => open.all().map((row) => entryOf(row) as Intent)),
    check: async () => {
      storing(() => probe.run(Date.now()))
    },
    close: async () => database.close(),
  }
}

const entryOf = (row: Readonly<Record<string, unknown>>) => JSON.parse(String(row.entry)) as Entry
