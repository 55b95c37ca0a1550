/**
 * Finding in the mirror on PostgreSQL. One index leads, in the order of rows, and whatever else is asked for is checked
 * row by row, until the page is full. A page looks at a bounded number of rows and bytes; what that bound cuts off comes with the
 * next page.
 */

import type { MirrorSearch } from '../../mirror.ts'
import type { Access, Statement, Value } from '../connections.ts'
import { BUDGET, FEW, FIND } from './finder-statements.ts'
import { askedGrams, BLOCK, blockOf, GRAM, numberOf } from './grams.ts'
import { termKey } from './mirror-writes.ts'
import { ROWS_OF_PLACE, searchable } from './places.ts'

/** Blocks that the index of texts is asked for in one statement, and for one page. */
const BLOCKS = { statement: 64, page: 512 }

type Query = Pick<MirrorSearch, 'text' | 'after' | 'limit'> & { readonly terms: readonly Buffer[] }

/** Rows in order, and the last one that was looked at where there may be more. */
export interface Rows {
  readonly rows: readonly number[]
  readonly next?: number
}

/** Rows that are right, in order; all up to `to` (exclusive) were looked at, and so many of them one by one. */
interface Found {
  readonly rows: readonly number[]
  readonly to: number
  readonly looked: number
}

/** Looks on from a row, before another; `wanted`: so many rows are enough. */
type Lead = (from: number, before: number, wanted: number) => Promise<Found>

/** What one page has cost so far. */
interface Spent {
  rows: number
  blocks: number
}

/** A place that is known, and where its rows end. */
export interface Extent {
  readonly number: number
  /** The last row; `null`: there is none. */
  readonly last: number | null
  /** Whether there are texts in it that are in no index. */
  readonly hasLong: boolean
}

/** Finds in places, in the order of their numbers. */
export async function find(
  access: Access,
  places: readonly Extent[],
  { text, terms, after, limit }: Omit<MirrorSearch, 'places'>,
): Promise<Rows> {
  const query = {
    terms: terms.map(termKey),
    ...(text === undefined ? {} : { text: searchable(text) }),
    ...(after === undefined ? {} : { after }),
  }
  const spent: Spent = { rows: 0, blocks: 0 }
  const rows: number[] = []
  for (const extent of places) {
    // One more than asked for shows whether there is a next page.
    const matches = await inPlace(
      access,
      extent,
      { ...query, limit: limit + 1 - rows.length },
      spent,
    )
    rows.push(...matches.rows)
    if (rows.length > limit) {
      const page = rows.slice(0, limit)
      return { rows: page, next: page.at(-1) ?? 0 }
    }
    if (matches.next !== undefined) return { rows, next: matches.next }
  }
  return { rows }
}

async function inPlace(
  access: Access,
  { number, last, hasLong }: Extent,
  query: Query,
  spent: Spent,
): Promise<Rows> {
  if (last === null) return { rows: [] }
  const from = Math.max(number * ROWS_OF_PLACE, (query.after ?? -1) + 1)
  const before = last + 1
  const lead = await leadOf(access, query, { from, before, hasLong, spent })
  const rows: number[] = []
  for (let at = from; at < before; ) {
    const found = await lead(at, before, query.limit - rows.length)
    rows.push(...found.rows)
    spent.rows += found.looked
    at = found.to
    if (rows.length >= query.limit) return { rows: rows.slice(0, query.limit) }
    if (at < before && isSpent(spent)) return { rows, next: at - 1 }
  }
  return { rows }
}

const isSpent = ({ rows, blocks }: Spent) => rows >= BUDGET.rows || blocks >= BLOCKS.page

/** Where it is looked, and what that has cost so far. */
interface Stretch extends Pick<Extent, 'hasLong'> {
  readonly from: number
  readonly before: number
  readonly spent: Spent
}

/** The index that leads. */
async function leadOf(access: Access, query: Query, extent: Stretch): Promise<Lead> {
  const { text, terms } = query
  const rarest = terms.length === 0 ? undefined : await rarestOf(access, terms, extent)
  const { spent } = extent
  if (
    text !== undefined &&
    [...text].length >= GRAM &&
    (rarest === undefined || rarest.size === FEW)
  ) {
    return byText(access, { text, terms }, extent)
  }
  if (rarest === undefined) {
    return along(access, text === undefined ? FIND.everyone : FIND.textsOfEveryone, query, spent)
  }
  const others = { ...query, terms: terms.filter((one) => one !== rarest.term) }
  const statement = text === undefined ? FIND.ofTerm : FIND.textsOfTerm
  return along(access, statement, others, spent, [rarest.term])
}

async function rarestOf(access: Access, terms: readonly Buffer[], { from, before }: Stretch) {
  const { result } = await access.run(FIND.sizes, [terms, from, before])
  const sizes = result.flatMap(({ at, size }) => {
    const term = terms[Number(at) - 1]
    return term === undefined ? [] : [{ term, size: Number(size) }]
  })
  return sizes.sort((one, other) => one.size - other.size)[0]
}

/** What is looked through, and how much of it. */
interface Look {
  readonly from: number
  readonly before: number
  /** Rows that are looked at, at most. */
  readonly count: number
  /** So many right ones are enough. */
  readonly wanted: number
}

/** Runs one of the statements that look at rows; `leading`: what its index is asked for. */
async function look(
  access: Access,
  statement: Statement,
  { text, terms }: Pick<Query, 'text' | 'terms'>,
  { from, before, count, wanted }: Look,
  leading: readonly Value[] = [],
): Promise<Found> {
  const values = [from, before, count, text ?? null, terms, wanted, ...leading]
  const { result } = await access.run(statement, values)
  const rows = result.filter(({ fits }) => fits === true).map(({ row }) => Number(row))
  const last = result.at(-1)
  if (last === undefined) return { rows, to: before, looked: 0 }
  const looked = Number(last.looked)
  const isWhole = rows.length < wanted && looked < count && last.isCut !== true
  return { rows, to: isWhole ? before : Number(last.row) + 1, looked }
}

const rowsLeft = ({ rows }: Spent) => Math.max(BUDGET.rows - rows, 1)

/** Goes along the rows that a statement leads with. */
const along =
  (
    access: Access,
    statement: Statement,
    query: Pick<Query, 'text' | 'terms'>,
    spent: Spent,
    leading: readonly Value[] = [],
  ): Lead =>
  (from, before, wanted) =>
    look(access, statement, query, { from, before, count: rowsLeft(spent), wanted }, leading)

/** Goes along the blocks of rows. */
function byText(
  access: Access,
  query: { readonly text: string; readonly terms: readonly Buffer[] },
  { hasLong, spent }: Pick<Stretch, 'hasLong' | 'spent'>,
): Lead {
  const grams = askedGrams(query.text)
  return async (from, before, wanted) => {
    const first = blockOf(from)
    const to = Math.min((first + BLOCKS.statement) * BLOCK, before)
    const numbers = Array.from(
      { length: blockOf(to - 1) - first + 1 },
      (_, index) => `{${grams.map((gram) => numberOf(gram, first + index)).join(',')}}`,
    )
    const asked = { from, before: to, count: rowsLeft(spent), wanted }
    const indexed = await look(access, FIND.indexed, query, asked, [numbers])
    spent.blocks += numbers.length
    if (!hasLong) return indexed
    const long = await look(access, FIND.long, query, { ...asked, before: indexed.to })
    const both = [...indexed.rows, ...long.rows].filter((row) => row < long.to)
    return {
      rows: both.sort((one, other) => one - other),
      to: long.to,
      looked: indexed.looked + long.looked,
    }
  }
}
