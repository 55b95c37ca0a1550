/** The statements over the tables of the log on SQLite (`layout/sqlite-migrations.ts`). */

import { CHECKPOINTS } from '../resource.ts'
import type { Database } from './connection.ts'
import { READABLE } from './layout/sqlite-migrations.ts'

/** Entries that are looked at for the heads of one checkpoint. */
export const HEADS = 1_000

/** What was appended after a position. */
const grown = (which: string) => `
  select position, resource, seq, entry from log
  where position > ? and ${which} order by position limit ${HEADS}`

/** The statements that read. */
export function prepareLogReads(database: Database) {
  const prepare = (sql: string) => database.prepare(sql)
  return {
    oldestFirst: prepare(
      'select resource, seq, entry from log where resource = ? and seq >= ? and seq < ? order by seq limit ?',
    ),
    newestFirst: prepare(
      'select resource, seq, entry from log where resource = ? and seq >= ? and seq < ? order by seq desc limit ?',
    ),
    newest: prepare('select max(seq) as seq from log where resource = ?'),
    // "cross" keeps the order: the planner would rather go through the whole log.
    open: prepare(
      'select resource, seq, log.entry from open_intents cross join log using (resource, seq)',
    ),
    due: prepare('select resource from due where at <= ? order by at, resource'),
    operation: prepare(
      'select resource, seq, entry from operations join log using (position) where operation_id = ?',
    ),
    // One upper bound: of two, the planner searches by the one and walks through the rest.
    search: prepare(
      `select feed.at, feed.position, log.resource, log.seq
        from lanes join feed on feed.lane = lanes.id join log on log.position = feed.position
        where lanes.lane = ? and feed.at >= ? and (feed.at, feed.position) < (?, ?)
        order by feed.at desc, feed.position desc limit ?`,
    ),
    clients: prepare(grown(`resource not like '["$%'`)),
    end: prepare('select max(position) as position from log'),
    others: prepare(grown(`resource like '["$%' and resource <> '${CHECKPOINTS}'`)),
  }
}

/** The statements that write. */
export function prepareLogWrites(database: Database) {
  const prepare = (sql: string) => database.prepare(sql)
  return {
    insert: prepare(
      `insert into log (resource, seq, entry, layout) values (?, ?, ?, ${READABLE.current})
        on conflict do nothing returning position`,
    ),
    newest: prepare('select max(seq) as seq from log where resource = ?'),
    one: prepare('select entry from log where resource = ? and seq = ?'),
    rewrite: prepare('update log set entry = ? where resource = ? and seq = ?'),
    opened: prepare('insert or replace into open_intents (resource, seq) values (?, ?)'),
    closed: prepare('delete from open_intents where resource = ?'),
    dueSet: prepare('insert or replace into due (resource, at) values (?, ?)'),
    dueGone: prepare('delete from due where resource = ?'),
    named: prepare('insert into operations (operation_id, position) values (?, ?)'),
    lane: prepare('insert into lanes (lane) values (?) on conflict do nothing'),
    file: prepare('insert into feed select id, ?, ? from lanes where lane = ?'),
    probe: prepare('insert or replace into probe (id, at) values (1, ?)'),
  }
}
