/** The statements that write and find single clients of the mirror on SQLite (`layout/sqlite-migrations.ts`). */

import type { Place } from '../../mirror.ts'
import type { Database, Row } from '../connection.ts'

/**
 * Texts of more bytes are in no index: where a part occurs in them thousands of times, a search would walk
 * through each occurrence.
 */
export const LONG_TEXT = 4_096

/** Clients that a place can ever have had. */
export const ROWS_OF_PLACE = 2 ** 40

export function prepareMirror(database: Database) {
  const prepare = (sql: string) => database.prepare(sql)
  return {
    addPlace: prepare(
      'insert into mirror_places (provider, pool) values (?, ?) on conflict do nothing',
    ),
    place: prepare('select * from mirror_places where provider = ? and pool = ?'),
    number: prepare('update mirror_places set next = next + 1 where number = ? returning next'),
    size: prepare('select count(*) as count from mirror_clients where place = ?'),
    oldest: prepare('select min(at) as at from mirror_clients where place = ?'),

    client: prepare('select row, at, text from mirror_clients where place = ? and id = ?'),
    insert: prepare(
      'insert into mirror_clients (row, place, id, at, tag, text) values (?, ?, ?, ?, ?, ?)',
    ),
    update: prepare('update mirror_clients set at = ?, tag = ?, text = ? where row = ?'),
    record: prepare('insert or replace into mirror_records (row, record) values (?, ?)'),
    addLong: prepare('insert into mirror_long (row) values (?)'),
    addText: prepare('insert into mirror_text (rowid, text) values (?, ?)'),
    addTerm: prepare('insert into mirror_terms (term, row) values (?, ?)'),
    whole: prepare(
      `select row, id, at, tag, record from mirror_clients join mirror_records using (row)
        where row = ?`,
    ),

    remove: [
      'delete from mirror_clients where row = ?',
      'delete from mirror_records where row = ?',
      'delete from mirror_text where rowid = ?',
      'delete from mirror_long where row = ?',
      'delete from mirror_terms where row = ?',
    ].map(prepare),
    removeText: [
      'delete from mirror_text where rowid = ?',
      'delete from mirror_long where row = ?',
    ].map(prepare),
    terms: prepare('select term from mirror_terms where row = ?'),
    removeTerm: prepare('delete from mirror_terms where term = ? and row = ?'),
    removed: prepare('select at from mirror_removed where place = ? and id = ?'),
    bury: prepare(
      `insert into mirror_removed (place, id, at) values (?, ?, ?)
        on conflict do update set at = max(at, excluded.at)`,
    ),
    unbury: prepare('delete from mirror_removed where place = ? and id = ?'),

    holders: prepare(
      `select row, id from mirror_terms join mirror_clients using (row)
        where term = ? and row >= ? and row < ? order by row limit ?`,
    ),
    count: prepare(
      'select count(*) as count from mirror_terms where term = ? and row >= ? and row < ?',
    ),
  }
}

/** What keeps the mirror up with the log. */
export function prepareBehind(database: Database) {
  return {
    fall: database.prepare('insert or replace into mirror_behind (resource, at) values (?, ?)'),
    caughtUp: database.prepare('delete from mirror_behind where resource = ? and at <= ?'),
  }
}

/** Reads what is behind. */
export function createBehind(database: Database): (limit: number) => readonly string[] {
  const statement = database.prepare('select resource from mirror_behind order by at limit ?')
  return (limit) => statement.all(limit).map(({ resource }) => String(resource))
}

export type MirrorStatements = ReturnType<typeof prepareMirror>

/** The row of a place; `undefined` where nothing was ever kept of it. */
export function placeRow(sql: MirrorStatements, place: Place): Row | undefined {
  const { provider, userPoolId = '' } = place
  return sql.place.get(provider, userPoolId)
}

/** The number of a place, which it gets here at the latest. */
export function placeNumber(sql: MirrorStatements, place: Place): number {
  const { provider, userPoolId = '' } = place
  if (placeRow(sql, place) === undefined) sql.addPlace.run(provider, userPoolId)
  return Number(placeRow(sql, place)?.number)
}

/** The statements of a round of reading, each about one place. */
export function prepareRounds(database: Database) {
  const prepare = (sql: string) => database.prepare(sql)
  const owned = 'exists (select 1 from mirror_places where number = ? and claimed_by = ?)'
  return {
    claim: prepare(
      `update mirror_places set claimed_by = ?, claimed_until = ?
        where number = ? and (claimed_by = ? or claimed_until <= ?)`,
    ),
    release: prepare(
      'update mirror_places set claimed_until = 0, claimed_by = null where number = ? and claimed_by = ?',
    ),
    begin: prepare(
      `update mirror_places set started = ?, begun_at = ?, listed = 0, cursor = null
        where number = ? and claimed_by = ?`,
    ),
    saw: prepare(
      `update mirror_clients set seen = ?
        where place = ? and id = ? and ${owned}`,
    ),
    // One that has been read since the round began needs no reading.
    unread: prepare(
      `insert into mirror_unread (place, id) select ?, ? where ${owned}
        and not exists (select 1 from mirror_clients where place = ? and id = ? and at >= ?)
        on conflict do nothing`,
    ),
    turn: prepare(
      `update mirror_places set cursor = ?, listed = ? where number = ? and claimed_by = ?`,
    ),
    next: prepare(
      `select id, tries from mirror_unread where place = ? and tries < ?
        order by tries, position limit 1`,
    ),
    done: prepare(`delete from mirror_unread where place = ? and id = ? and ${owned}`),
    failed: prepare(
      `update mirror_unread set tries = tries + 1 where place = ? and id = ? and ${owned}`,
    ),
    unseen: prepare(
      `select row from mirror_clients where place = ? and seen < ? and at < ? limit ?`,
    ),
    unknown: prepare(
      `select count(*) as count from mirror_unread where place = ?
        and not exists (select 1 from mirror_clients
          where mirror_clients.place = mirror_unread.place and mirror_clients.id = mirror_unread.id)`,
    ),
    end: prepare(
      'update mirror_places set started = null, cursor = null, complete = ? where number = ?',
    ),
    clear: prepare('delete from mirror_unread where place = ?'),
    forgetRemoved: prepare('delete from mirror_removed where place = ? and at < ?'),
    rows: prepare('select row from mirror_clients where place = ?'),
    forget: prepare(
      `update mirror_places set started = null, begun_at = null, cursor = null, complete = 0
        where number = ?`,
    ),
  }
}
