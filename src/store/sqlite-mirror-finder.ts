/**
 * Finding in the mirror on SQLite. One index leads, in the order of rows, and whatever else is asked for
 * is checked row by row; so a page costs what it shows, and at most a bounded number of rows that do not
 * fit. What that bound cuts off comes with the next page.
 */

import type { Database, Statement, Value } from './database.ts'
import type { MirrorSearch } from './mirror.ts'
import { ROWS_OF_PLACE } from './sqlite-mirror-schema.ts'

/** Rows that are checked for one page. */
const BUDGET = 2_000
/** An index with fewer rows leads in any case. */
const FEW = 500
/** What the index of texts takes at least, in characters. */
const GRAM = 3

type Asked = Omit<MirrorSearch, 'places'>

/** Rows in order, and the last one that was looked at where there may be more. */
interface Rows {
  readonly rows: readonly number[]
  readonly next?: number
}

/** A piece of SQL with the values that it takes. */
interface Part {
  readonly sql: string
  readonly values: readonly Value[]
}

/** Finds in the places with these numbers. */
export function createFinder(
  database: Database,
): (places: readonly number[], asked: Asked) => Rows {
  const prepared = new Map<string, Statement>()
  const all = ({ sql, values }: Part) => {
    const statement = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, statement)
    return statement.all(...values)
  }

  function count(part: Part): number {
    return Number(all({ ...part, sql: `select count(*) as count from (${part.sql})` })[0]?.count)
  }

  function inPlace(number: number, asked: Asked, limit: number): Rows {
    const from = number * ROWS_OF_PLACE
    const range = [Math.max(from, (asked.after ?? -1) + 1), from + ROWS_OF_PLACE] as const
    const { lead, checks } = planOf(asked, range, count)
    const where = checks.map(({ sql }) => ` and ${sql}`).join('')
    const values = [...lead.values, ...checks.flatMap((check) => check.values), limit]
    const sql = `select led.row from (${lead.sql}) as led cross join mirror_clients using (row)
      where true${where} order by led.row limit ?`
    const rows = all({ sql, values }).map(({ row }) => Number(row))
    if (rows.length === limit) return { rows, next: rows.at(-1) ?? 0 }
    const looked = all({
      ...lead,
      sql: `select count(*) as count, max(row) as last from (${lead.sql})`,
    })[0]
    return Number(looked?.count) < BUDGET ? { rows } : { rows, next: Number(looked?.last) }
  }

  return (places, asked) => {
    const rows: number[] = []
    const ordered = [...places].sort((one, other) => one - other)
    for (const number of ordered) {
      if ((asked.after ?? 0) >= (number + 1) * ROWS_OF_PLACE) continue
      // One more than asked for tells whether there is a next page.
      const found = inPlace(number, asked, asked.limit + 1 - rows.length)
      rows.push(...found.rows)
      if (rows.length > asked.limit) {
        const shown = rows.slice(0, asked.limit)
        return { rows: shown, next: shown.at(-1) ?? 0 }
      }
      if (found.next !== undefined) return { rows, next: found.next }
    }
    return { rows }
  }
}

type Range = readonly [from: number, to: number]

/** The index that leads, and what is checked of each row. */
function planOf(
  { text, terms }: Asked,
  range: Range,
  count: (part: Part) => number,
): { readonly lead: Part; readonly checks: readonly Part[] } {
  const byTerm = (term: string, limit = BUDGET): Part => ({
    sql: `select row from mirror_terms where term = ? and row >= ? and row < ?
      order by row limit ${limit}`,
    values: [term, ...range],
  })
  const sizes = terms.map((term) => ({ term, size: count(byTerm(term, FEW)) }))
  const rarest = sizes.sort((one, other) => one.size - other.size)[0]
  const indexed = text !== undefined && [...text].length >= GRAM
  const byText = indexed && (rarest === undefined || rarest.size === FEW)
  const leading = byText ? undefined : rarest?.term
  const checks = terms.filter((term) => term !== leading).map(hasTerm)
  if (byText) return { lead: withText(text, range), checks }
  const lead = leading === undefined ? everyone(range) : byTerm(leading)
  return { lead, checks: text === undefined ? checks : [...checks, holdsText(text)] }
}

/**
 * All trigrams of a text in their order are the text itself. Numbers of JavaScript are bound as floats,
 * by which FTS5 does not search: it would walk along from the first row.
 */
const withText = (text: string, range: Range): Part => ({
  sql: `select rowid as row from mirror_text where mirror_text match ?
    and rowid >= cast(? as integer) and rowid < cast(? as integer) order by rowid limit ${BUDGET}`,
  values: [`"${text.replaceAll('"', '""')}"`, ...range],
})

const everyone = (range: Range): Part => ({
  sql: `select row from mirror_clients where row >= ? and row < ? order by row limit ${BUDGET}`,
  values: [...range],
})

const hasTerm = (term: string): Part => ({
  sql: 'exists (select 1 from mirror_terms as one where one.term = ? and one.row = led.row)',
  values: [term],
})

const holdsText = (text: string): Part => ({
  sql: 'instr(mirror_clients.text, ?) > 0',
  values: [text],
})
