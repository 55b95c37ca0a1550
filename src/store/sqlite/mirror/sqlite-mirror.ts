/** The mirror on SQLite, in the file of the log: what is read here, what is written by the writer of the file. */

import { PAGE_CHARACTERS } from '../../../core/patch/bounds.ts'
import {
  type Holders,
  joinedHolders,
  type Knowledge,
  type Mirror,
  type MirrorEntry,
  type Place,
} from '../../mirror.ts'
import type { Database, Row } from '../connection.ts'
import { storing } from '../connection.ts'
import { createWriter, type Writer } from '../writer.ts'
import { createFinder } from './sqlite-mirror-finder.ts'
import { roundReads } from './sqlite-mirror-rounds.ts'
import {
  createBehind,
  type MirrorStatements,
  placeRow,
  prepareMirror,
  ROWS_OF_PLACE,
} from './sqlite-mirror-schema.ts'

/** The mirror on an open database; `writer`: of the same file. */
export function createSqliteMirror(
  database: Database,
  writer: Writer = createWriter(database),
): Mirror {
  const sql = storing(() => prepareMirror(database))
  const finder = createFinder(database)
  const numbered = (place: Place) => placeRow(sql, place)
  const behind = storing(() => createBehind(database))
  const { task } = storing(() => roundReads(database, sql))

  return {
    put: (...values) => writer.write('mirror', 'put', values),
    remove: (...values) => writer.write('mirror', 'remove', values),
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
      storing(() =>
        joinedHolders(
          places.map((place) => holdersAt(sql, term, place, limit)),
          limit,
        ),
      ),
    knowledge: async (places) => storing(() => places.map((place) => knowledgeOf(sql, place))),
    sizes: async (places) =>
      storing(() =>
        places.map((place) => {
          const row = numbered(place)
          return row === undefined ? 0 : Number(sql.size.get(Number(row.number))?.count)
        }),
      ),
    behind: async (limit) => storing(() => behind(limit)),
    caughtUp: (...values) => writer.write('mirror', 'caughtUp', values),
    task: async (place) => storing(() => task(place)),
    claim: (...values) => writer.write('mirror', 'claim', values),
    release: (...values) => writer.write('mirror', 'release', values),
    round: (...values) => writer.write('mirror', 'round', values),
    listed: (...values) => writer.write('mirror', 'listed', values),
    relist: (...values) => writer.write('mirror', 'relist', values),
    settled: (...values) => writer.write('mirror', 'settled', values),
    removeUnseen: (...values) => writer.write('mirror', 'removeUnseen', values),
    forget: (...values) => writer.write('mirror', 'forget', values),
  }
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
