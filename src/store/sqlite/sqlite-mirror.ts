/**
 * The mirror on SQLite, in the file of the log. What it writes need not survive a loss of power, since the
 * next round repairs it, so that its commits do not wait for the disk; they are whole or not there.
 */

import { PAGE_CHARACTERS } from '../../core/patch/bounds.ts'
import type { Findable, Holders, Knowledge, Mirror, MirrorEntry, Place, Sight } from '../mirror.ts'
import type { ClientName } from '../resource.ts'
import type { Database, Row } from './database.ts'
import { storing, transaction } from './database.ts'
import { createFinder } from './sqlite-mirror-finder.ts'
import { createRounds } from './sqlite-mirror-rounds.ts'
import {
  LONG_TEXT,
  type MirrorStatements,
  placeNumber,
  placeRow,
  prepareMirror,
  ROWS_OF_PLACE,
} from './sqlite-mirror-schema.ts'

/** The mirror on an open database. */
export function createSqliteMirror(database: Database): Mirror {
  const sql = storing(() => prepareMirror(database))
  const finder = createFinder(database)
  const write = <T>(work: () => T) => storing(() => loosely(database, work))
  const numbered = (place: Place) => placeRow(sql, place)
  const rounds = createRounds(database, { sql, write, removeRow: (row) => removeRow(sql, row) })

  return {
    put: async (sight, own) => write(() => put(sql, sight, own)),
    remove: async (client, at) => write(() => remove(sql, client, at)),
    find: async (client) =>
      storing(() => {
        const place = numbered(client)
        const row = place && sql.client.get(Number(place.number), client.id)
        return row && entryOf(client, sql.whole.get(Number(row.row)))
      }),
    search: async ({ places, ...search }) => {
      const knowledge = places.flatMap((place) => {
        const row = storing(() => numbered(place))
        return row === undefined ? [] : [{ place, number: Number(row.number) }]
      })
      const { rows, next } = await finder(
        knowledge.map(({ number }) => number),
        search,
      )
      const entries: MirrorEntry[] = []
      let characters = 0
      for (const row of rows) {
        const at = knowledge.find(({ number }) => number === Math.floor(row / ROWS_OF_PLACE))
        const one = at && storing(() => entryOf(at.place, sql.whole.get(row)))
        if (one === undefined) continue
        entries.push(one)
        characters += one.record.length
        if (characters >= PAGE_CHARACTERS && row !== rows.at(-1))
          return { matches: entries, next: row }
      }
      return { matches: entries, ...(next === undefined ? {} : { next }) }
    },
    holders: async (term, places, limit) =>
      storing(() => {
        const each = places.map((place) => holdersAt(sql, term, place, limit))
        const first = each
          .flatMap((one) => one.first)
          .sort((one, other) => one.position - other.position)
        return {
          count: each.reduce((sum, { count }) => sum + count, 0),
          first: first.slice(0, limit),
        }
      }),
    knowledge: async (places) => storing(() => places.map((place) => knowledgeOf(sql, place))),
    ...rounds,
  }
}

/** That of the log. */
const FULL = 2

/**
 * A transaction whose commit does not wait for the disk (https://sqlite.org/pragma.html#pragma_synchronous:
 * in WAL mode it can be lost with the power, and nothing else). Both switches happen within one turn of
 * the event loop, so that no commit of the log is meant.
 */
function loosely<T>(database: Database, work: () => T): T {
  const before = database.prepare('pragma synchronous').get()?.synchronous ?? FULL
  database.exec('pragma synchronous = normal')
  try {
    return transaction(database, work)
  } finally {
    database.exec(`pragma synchronous = ${before}`)
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
  sql.removeTerms.run(row)
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
  for (const term of terms) sql.addTerm.run(term, row)
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

function entryOf(place: Place, row: Row | undefined): MirrorEntry | undefined {
  if (row === undefined) return undefined
  const { provider, userPoolId } = place
  return {
    client: { provider, ...(userPoolId === undefined ? {} : { userPoolId }), id: String(row.id) },
    tag: String(row.tag),
    record: String(row.record),
    at: Number(row.at),
    position: Number(row.row),
  }
}

function holdersAt(sql: MirrorStatements, term: string, place: Place, limit: number): Holders {
  const existing = placeRow(sql, place)
  if (existing === undefined) return { count: 0, first: [] }
  const from = Number(existing.number) * ROWS_OF_PLACE
  const range = [from, from + ROWS_OF_PLACE] as const
  const { provider, userPoolId } = place
  const at = { provider, ...(userPoolId === undefined ? {} : { userPoolId }) }
  return {
    count: Number(sql.count.get(term, ...range)?.count),
    first: sql.holders
      .all(term, ...range, limit)
      .map(({ row, id }) => ({ position: Number(row), client: { ...at, id: String(id) } })),
  }
}

function knowledgeOf(sql: MirrorStatements, place: Place): Knowledge {
  const existing = placeRow(sql, place)
  if (existing === undefined) return { place, complete: false }
  const oldest = sql.oldest.get(Number(existing.number))?.at
  return {
    place,
    complete: existing.complete === 1,
    ...(typeof oldest === 'number' ? { oldest } : {}),
  }
}
