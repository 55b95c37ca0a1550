/** What is written to the mirror on SQLite. */

import type { Findable, Sight } from '../../mirror.ts'
import type { ClientName } from '../../resource.ts'
import type { Database, Row } from '../connection.ts'
import { roundWrites } from './sqlite-mirror-rounds.ts'
import {
  LONG_TEXT,
  type MirrorStatements,
  placeNumber,
  prepareBehind,
  prepareMirror,
  ROWS_OF_PLACE,
} from './sqlite-mirror-schema.ts'

/** The writes, each a part of a transaction. */
export function mirrorWrites(database: Database) {
  const sql = prepareMirror(database)
  const { caughtUp } = prepareBehind(database)
  return {
    caughtUp: (resource: string, at: number): void => {
      caughtUp.run(resource, at)
    },
    put: (sight: Sight & Findable, own: boolean, resource?: string): void => {
      put(sql, sight, own)
      if (resource !== undefined) caughtUp.run(resource, sight.at)
    },
    remove: (client: ClientName, at: number, resource?: string): void => {
      remove(sql, client, at)
      if (resource !== undefined) caughtUp.run(resource, at)
    },
    ...roundWrites(database, { sql, removeRow: (row) => removeRow(sql, row) }),
  }
}

function put(sql: MirrorStatements, sight: Sight & Findable, own: boolean): void {
  const { client, at, tag, text } = sight
  const place = placeNumber(sql, client)
  const isOlder = (stored: Row | undefined) =>
    stored !== undefined && (own ? at < Number(stored.at) : at <= Number(stored.at))
  if (isOlder(sql.removed.get(place, client.id))) return
  const before = sql.client.get(place, client.id)
  if (isOlder(before)) return
  sql.unbury.run(place, client.id)
  if (before === undefined) {
    const row = place * ROWS_OF_PLACE + Number(sql.number.get(place)?.next)
    sql.insert.run(row, place, client.id, at, tag, text)
    return index(sql, row, sight)
  }
  const row = Number(before.row)
  sql.update.run(at, tag, text, row)
  if (before.text !== text) for (const statement of sql.removeText) statement.run(row)
  index(sql, row, sight, before.text !== text)
}

function index(
  sql: MirrorStatements,
  row: number,
  { record, text, terms }: Sight & Findable,
  isNew = true,
): void {
  sql.record.run(row, record)
  if (isNew && Buffer.byteLength(text) > LONG_TEXT) sql.addLong.run(row)
  else if (isNew) sql.addText.run(row, text)
  // Most changes leave most terms, and each that is written is two entries of an index.
  const gone = new Set(sql.terms.all(row).map(({ term }) => String(term)))
  for (const term of terms) if (!gone.delete(term)) sql.addTerm.run(term, row)
  for (const term of gone) sql.removeTerm.run(term, row)
}

function remove(sql: MirrorStatements, client: ClientName, at: number): void {
  const place = placeNumber(sql, client)
  const before = sql.client.get(place, client.id)
  if (before !== undefined && Number(before.at) > at) return
  sql.bury.run(place, client.id, at)
  if (before !== undefined) removeRow(sql, Number(before.row))
}

function removeRow(sql: MirrorStatements, row: number): void {
  for (const statement of sql.remove) statement.run(row)
}
