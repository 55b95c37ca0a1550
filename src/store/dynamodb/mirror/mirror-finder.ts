/** Finding in the mirror as it is in the memory. A page looks at a bounded number of clients, and characters of texts. */

import { setImmediate as turnOfOthers } from 'node:timers/promises'
import type { Holders, MirrorSearch, Place } from '../../mirror.ts'
import {
  clientOf,
  type MirrorState,
  type PlaceState,
  placeIn,
  placeKey,
  positionOf,
  ROWS_OF_PLACE,
  type Row,
  rowsWith,
} from './mirror-state.ts'

/** Clients with the first of some terms, and characters of texts, that are looked at for one page. */
const BUDGET = { rows: 2_000, characters: 16 * 2 ** 20 }
/** Characters that are looked at before others have their turn. */
const SLICE = 2 ** 20

/** Clients that are right, in the order of the mirror, and where there may be more. */
export interface Matches {
  readonly rows: readonly { readonly place: PlaceState; readonly row: Row }[]
  readonly next?: number
}

/** What one page has cost so far. */
interface Spent {
  rows: number
  characters: number
}

/** Finds clients; one more than asked for shows whether there is a next page. */
export async function findRows(
  state: MirrorState,
  { places, text, terms, after = -1, limit }: MirrorSearch,
): Promise<Matches> {
  const spent: Spent = { rows: 0, characters: 0 }
  const found: { readonly place: PlaceState; readonly row: Row }[] = []
  let inSlice = 0
  for (const place of statesOf(state, places)) {
    const begin = place.number * ROWS_OF_PLACE
    if (after >= begin + ROWS_OF_PLACE) continue
    for (const row of rowsAfter(place, after - begin)) {
      const position = begin + row.offset
      const isRight = terms.every((term) => row.terms.includes(term))
      spent.rows += terms[0] !== undefined && row.terms.includes(terms[0]) ? 1 : 0
      if (text !== undefined) {
        spent.characters += row.text.length
        inSlice += row.text.length
      }
      if (isRight && (text === undefined || row.text.includes(text))) {
        if (found.length === limit) {
          const last = found.at(-1)
          return { rows: found, next: last === undefined ? 0 : positionOf(last.place, last.row) }
        }
        found.push({ place, row })
      }
      if (spent.rows >= BUDGET.rows || spent.characters >= BUDGET.characters)
        return { rows: found, next: position }
      if (inSlice < SLICE) continue
      inSlice = 0
      await turnOfOthers()
    }
  }
  return { rows: found }
}

/** In the order of their numbers, each once. */
function statesOf(state: MirrorState, places: readonly Place[]): readonly PlaceState[] {
  return [...new Set(places.map(placeKey))]
    .flatMap((key) => state.places.get(key) ?? [])
    .sort((one, other) => one.number - other.number)
}

/** The clients of a place after an offset, in their order. */
function* rowsAfter({ rows }: PlaceState, after: number): Iterable<Row> {
  for (let offset = Math.max(after + 1, 0); offset < rows.length; offset += 1) {
    const row = rows[offset]
    if (row !== undefined) yield row
  }
}

/** Clients with a term at one place. */
export function holdersAt(state: MirrorState, term: string, at: Place, limit: number): Holders {
  const place = placeIn(state, at)
  if (place === undefined) return { count: 0, first: [] }
  const rows = rowsWith(state, term)
    .filter((row) => place.ids.get(row.id) === row)
    .sort((one, other) => one.offset - other.offset)
  return {
    count: rows.length,
    first: rows
      .slice(0, limit)
      .map((row) => ({ position: positionOf(place, row), client: clientOf(place, row) })),
  }
}
