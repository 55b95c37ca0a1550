/**
 * The mirror on PostgreSQL, in the schema of the log. Its commits do not wait for the disk: what a crash of the server takes, the
 * log and the next round bring again.
 */

import { PAGE_CHARACTERS } from '../../../core/patch/bounds.ts'
import {
  type Holders,
  joinedHolders,
  type Knowledge,
  type Mirror,
  type MirrorEntry,
  type Place,
} from '../../mirror.ts'
import type { Access, Row, Session } from '../connections.ts'
import { named } from '../statements.ts'
import { find } from './finder.ts'
import { FIND } from './finder-statements.ts'
import * as rounds from './mirror-rounds.ts'
import { caughtUp, put, remove, termKey } from './mirror-writes.ts'
import { clientKey, nameAt, placeText, ROWS_OF_PLACE } from './places.ts'

const SQL = named('mirror read', {
  client: `
    select row, id, tag, record, mirror_clients.at from mirror_places
    join mirror_clients on mirror_clients.place = number
    join mirror_records using (row) where mirror_places.place = $1 and client = $2`,
  count: 'select count(*) as count from mirror_terms where term = $1 and row >= $2 and row < $3',
  holders: `
    select row, id from mirror_terms join mirror_clients using (row)
    where term = $1 and row >= $2 and row < $3 order by row limit $4`,
  knowledge: `
    select place, complete, (
      select min(at) from mirror_clients where mirror_clients.place = mirror_places.number
    ) as oldest from mirror_places where place = any($1::text[])`,
  sizes: `
    select place, (
      select count(*) from mirror_clients where mirror_clients.place = mirror_places.number
    ) as size from mirror_places where place = any($1::text[])`,
  behind: 'select resource from mirror_behind order by at limit $1',
})

/** The mirror within the time of its user. */
export function createPostgresMirror(access: Access): Mirror {
  const reading: Session = { run: async (...call) => (await access.run(...call)).result }
  const writing =
    <V extends readonly unknown[], R>(write: (session: Session, ...values: V) => Promise<R>) =>
    (...values: V): Promise<R> =>
      access.transaction('loose', (session) => write(session, ...values))

  /** Those places of which anything was ever kept, from a row on. */
  async function known(places: readonly Place[], from = 0) {
    const named = new Map(places.map((place) => [placeText(place), place]))
    const rows = await reading.run(FIND.places, [[...named.keys()], from])
    return rows.flatMap(({ place: text, number, last, long }) => {
      const place = named.get(String(text))
      const end = typeof last === 'number' ? last : null
      return place === undefined
        ? []
        : [{ place, number: Number(number), last: end, hasLong: long !== null }]
    })
  }

  async function holdersAt(
    term: string,
    { place, number }: { readonly place: Place; readonly number: number },
    limit: number,
  ): Promise<Holders> {
    const start = number * ROWS_OF_PLACE
    const range = [termKey(term), start, start + ROWS_OF_PLACE] as const
    const [counted] = await reading.run(SQL.count, range)
    const rows = await reading.run(SQL.holders, [...range, limit])
    const first = rows.map(({ row, id }) => ({ position: Number(row), client: nameAt(place, id) }))
    return { count: Number(counted?.count), first }
  }

  return {
    put: writing(put),
    remove: writing(remove),
    find: async (client) => {
      const [row] = await reading.run(SQL.client, [placeText(client), clientKey(client)])
      return row && entryOf(client, row)
    },
    search: async ({ places, ...search }) => {
      const extents = await known(places, (search.after ?? -1) + 1)
      const { rows, next } = await find(access, extents, search)
      const entries =
        rows.length === 0 ? [] : await reading.run(FIND.entries, [rows, PAGE_CHARACTERS])
      const matches = entries.flatMap((row) => {
        const at = extents.find(
          ({ number }) => number === Math.floor(Number(row.row) / ROWS_OF_PLACE),
        )
        return at === undefined ? [] : [entryOf(at.place, row)]
      })
      const last = matches.at(-1)?.position
      // The lengths of records have cut the page off.
      if (last !== undefined && last !== rows.at(-1)) return { matches, next: last }
      return { matches, ...(next === undefined ? {} : { next }) }
    },
    holders: async (term, places, limit) => {
      const each: Holders[] = []
      for (const one of await known(places)) each.push(await holdersAt(term, one, limit))
      return joinedHolders(each, limit)
    },
    knowledge: async (places) => {
      const rows = await reading.run(SQL.knowledge, [places.map(placeText)])
      const rowOf = new Map(rows.map((row) => [String(row.place), row]))
      return places.map((place) => knowledgeOf(place, rowOf.get(placeText(place))))
    },
    sizes: async (places) => {
      const rows = await reading.run(SQL.sizes, [places.map(placeText)])
      const sizeOf = new Map(rows.map(({ place, size }) => [String(place), Number(size)]))
      return places.map((place) => sizeOf.get(placeText(place)) ?? 0)
    },
    behind: async (limit) =>
      (await reading.run(SQL.behind, [limit])).map(({ resource }) => String(resource)),
    caughtUp: writing(caughtUp),
    task: (place) => rounds.task(reading, place),
    claim: writing(rounds.claim),
    release: writing(rounds.release),
    round: writing(rounds.round),
    listed: writing(rounds.listed),
    relist: writing(rounds.relist),
    settled: writing(rounds.settled),
    removeUnseen: writing(rounds.removeUnseen),
    forget: writing(rounds.forget),
  }
}

function entryOf(place: Place, { row, id, tag, record, at }: Row): MirrorEntry {
  return {
    client: nameAt(place, id),
    tag: String(tag),
    record: String(record),
    at: Number(at),
    position: Number(row),
  }
}

function knowledgeOf(place: Place, row: Row | undefined): Knowledge {
  const oldest = row?.oldest
  return {
    place,
    complete: row?.complete === true,
    ...(typeof oldest === 'number' ? { oldest } : {}),
  }
}
