/**
 * Finding in the mirror on SQLite. One index leads, in the order of rows, and whatever else is asked for
 * is checked row by row. All of it is done in slices, between which others have their turn, and a page
 * looks at a bounded number of rows and characters. What that bound cuts off comes with the next page.
 */

import { setImmediate as turnOfOthers } from 'node:timers/promises'
import type { MirrorSearch } from '../../mirror.ts'
import { type Database, type Statement, storing, type Value } from '../connection.ts'
import { LONG_TEXT, ROWS_OF_PLACE } from './sqlite-mirror-schema.ts'

/** Rows, and characters of texts, that are looked at for one page. */
const BUDGET = { rows: 2_000, characters: 4_194_304 }
/** Rows, and characters of long texts, that are looked at in one slice. */
const SLICE = { rows: 100, characters: 262_144 }
/** Rows of a place that the index of texts is searched through in one slice, and slices of one page. */
const WINDOW = 16_384
const MAX_SLICES = 100
/** An index with fewer rows leads in any case. */
const FEW = 500
/** What the index of texts takes at least, in characters. */
const GRAM = 3
/** Parts of a text that the index is asked for; the text itself decides. */
const MAX_GRAMS = 8

type Query = Omit<MirrorSearch, 'places'>

/** Rows in order, and the last one that was looked at where there may be more. */
export interface Rows {
  readonly rows: readonly number[]
  readonly next?: number
}

/** Rows that may be right, in order; `to`: all up to there (exclusive) are among them. */
interface Candidates {
  readonly rows: readonly number[]
  readonly to: number
}

/** The rows from one on, before another, that an index knows. */
type Lead = (from: number, before: number) => Candidates

/** What one page has cost so far. */
interface Spent {
  rows: number
  characters: number
  slices: number
}

/** Finds in the places with these numbers. */
export function createFinder(
  database: Database,
): (places: readonly number[], query: Query) => Promise<Rows> {
  const prepared = new Map<string, Statement>()
  const all = (sql: string, ...values: readonly Value[]) =>
    storing(() => {
      const statement = prepared.get(sql) ?? database.prepare(sql)
      prepared.set(sql, statement)
      return statement.all(...values)
    })
  const rowsOf = (sql: string, ...values: readonly Value[]) =>
    all(sql, ...values).map(({ row }) => Number(row))

  /** The first rows of an index; `to` is behind the last one where there may be more. */
  function firstOf(sql: string, values: readonly Value[], before: number): Candidates {
    const rows = rowsOf(`${sql} order by row limit ${SLICE.rows}`, ...values)
    const last = rows.at(-1)
    return { rows, to: last === undefined || rows.length < SLICE.rows ? before : last + 1 }
  }

  const byTerm =
    (term: string): Lead =>
    (from, before) =>
      firstOf(
        'select row from mirror_terms where term = ? and row >= ? and row < ?',
        [term, from, before],
        before,
      )

  const everyone: Lead = (from, before) =>
    firstOf('select row from mirror_clients where row >= ? and row < ?', [from, before], before)

  /**
   * Numbers of JavaScript are bound as floats, by which FTS5 does not search: it would walk along from the
   * first row. Long texts are in no index, and so always looked at.
   */
  const byText =
    (text: string): Lead =>
    (from, before) => {
      const end = Math.min(from + WINDOW, before)
      const indexed = firstOf(
        `select rowid as row from mirror_text where mirror_text match ?
          and rowid >= cast(? as integer) and rowid < cast(? as integer)`,
        [gramsOf(text), from, end],
        end,
      )
      const long = firstOf(
        'select row from mirror_long where row >= ? and row < ?',
        [from, end],
        end,
      )
      const to = Math.min(indexed.to, long.to)
      const rows = [...new Set([...indexed.rows, ...long.rows])].filter((row) => row < to)
      return { rows: rows.sort((one, other) => one - other), to }
    }

  /** How many rows have a term, counted up to a few. */
  function sizeOf(term: string, from: number, before: number): number {
    const sql = `select count(*) as count from
      (select 1 from mirror_terms where term = ? and row >= ? and row < ? limit ${FEW})`
    return Number(all(sql, term, from, before)[0]?.count)
  }

  /** The index that leads, and the terms that are left to be checked. */
  function leadOf({ text, terms }: Query, from: number, before: number) {
    const sizes = terms.map((term) => ({ term, size: sizeOf(term, from, before) }))
    const rarest = sizes.sort((one, other) => one.size - other.size)[0]
    const indexed = text !== undefined && [...text].length >= GRAM
    if (indexed && (rarest === undefined || rarest.size === FEW)) {
      return { lead: byText(text), terms }
    }
    const lead = rarest === undefined ? everyone : byTerm(rarest.term)
    return { lead, terms: terms.filter((term) => term !== rarest?.term) }
  }

  const hasTerm = (row: number, term: string) =>
    all('select 1 from mirror_terms where term = ? and row = ?', term, row).length > 0

  /** The searched texts of rows; `undefined` for a long one, which is read by itself. */
  const shortTexts = (rows: readonly number[]) =>
    new Map(
      all(
        `select row, iif(octet_length(text) > ${LONG_TEXT}, null, text) as text
          from json_each(?) cross join mirror_clients on row = value`,
        JSON.stringify(rows),
      ).map(({ row, text }) => [Number(row), text === null ? undefined : String(text)] as const),
    )

  const longText = (row: number) =>
    String(all('select text from mirror_clients where row = ?', row)[0]?.text ?? '')

  /** Which of some candidates are right; stops early where it has looked at too much. */
  async function check(
    { rows, to }: Candidates,
    { text, terms }: Query,
    spent: Spent,
  ): Promise<Candidates> {
    const fitting = rows.filter((row) => terms.every((term) => hasTerm(row, term)))
    spent.rows += rows.length
    if (text === undefined) return { rows: fitting, to }
    const right: number[] = []
    let inSlice = 0
    for (const [row, short] of shortTexts(fitting)) {
      const searched = short ?? longText(row)
      spent.characters += searched.length
      if (searched.includes(text)) right.push(row)
      if (short !== undefined) continue
      if (spent.characters >= BUDGET.characters) return { rows: right, to: row + 1 }
      inSlice += searched.length
      if (inSlice < SLICE.characters) continue
      inSlice = 0
      await turnOfOthers()
    }
    return { rows: right, to }
  }

  async function inPlace(number: number, query: Query, spent: Spent): Promise<Rows> {
    const start = number * ROWS_OF_PLACE
    const [last] = all(
      'select max(row) as row from mirror_clients where row >= ? and row < ?',
      start,
      start + ROWS_OF_PLACE,
    )
    const before = Number(last?.row ?? -1) + 1
    const { lead, terms } = leadOf(query, start, before)
    const rows: number[] = []
    for (let at = Math.max(start, (query.after ?? -1) + 1); at < before; ) {
      const passing = await check(lead(at, before), { ...query, terms }, spent)
      rows.push(...passing.rows)
      at = passing.to
      if (rows.length >= query.limit) return { rows: rows.slice(0, query.limit) }
      if (at >= before) break
      spent.slices += 1
      if (isSpent(spent)) return { rows, next: at - 1 }
      await turnOfOthers()
    }
    return { rows }
  }

  return async (places, query) => {
    const spent: Spent = { rows: 0, characters: 0, slices: 0 }
    const rows: number[] = []
    for (const number of [...places].sort((one, other) => one - other)) {
      if ((query.after ?? 0) >= (number + 1) * ROWS_OF_PLACE) continue
      // One more than asked for shows whether there is a next page.
      const limit = query.limit + 1 - rows.length
      const matches = await inPlace(number, { ...query, limit }, spent)
      rows.push(...matches.rows)
      if (rows.length > query.limit) {
        const page = rows.slice(0, query.limit)
        return { rows: page, next: page.at(-1) ?? 0 }
      }
      if (matches.next !== undefined) return { rows, next: matches.next }
    }
    return { rows }
  }
}

const isSpent = ({ rows, characters, slices }: Spent) =>
  rows >= BUDGET.rows || characters >= BUDGET.characters || slices >= MAX_SLICES

/**
 * A query for texts that have some of the trigrams of a text, each asked for once: a phrase of all of them
 * costs by the square of a run of one character.
 */
function gramsOf(text: string): string {
  const characters = [...text]
  const grams = new Set(
    characters
      .slice(0, 1 - GRAM || undefined)
      .map((_, at) => characters.slice(at, at + GRAM).join('')),
  )
  const each = [...grams].filter((gram) => [...gram].length === GRAM)
  const step = Math.max(1, each.length / MAX_GRAMS)
  const some = Array.from(
    { length: Math.min(each.length, MAX_GRAMS) },
    (_, index) => each[Math.floor(index * step)],
  )
  return some.map((gram) => `"${gram?.replaceAll('"', '""')}"`).join(' AND ')
}
