/**
 * Finding in the mirror on PostgreSQL. One index leads, in the order of rows, and whatever else is asked for is checked
 * row by row. All of it is done in slices, and a page looks at a bounded number of rows and bytes. What that bound cuts
 * off comes with the next page.
 */

import type { MirrorSearch } from '../../mirror.ts'
import type { Access, Row, Statement, Value } from '../connections.ts'
import { BUDGET, FEW, FIND, SLICE } from './finder-statements.ts'
import { askedGrams, BLOCK, blockOf, GRAM, numberOf } from './grams.ts'
import { termKey } from './mirror-writes.ts'
import { ROWS_OF_PLACE, searchable } from './places.ts'

/** Blocks that the index of texts is asked for in one statement: more of them as long as little is found. */
const MOST_BLOCKS = 32
const MORE_BLOCKS = 4
/** The same for one page. */
const BLOCKS_OF_PAGE = 512

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

const isSpent = ({ rows, blocks }: Spent) => rows >= BUDGET.rows || blocks >= BLOCKS_OF_PAGE

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
  const isIndexed = text !== undefined && [...text].length >= GRAM
  if (isIndexed && (rarest === undefined || rarest.size === FEW)) {
    return byText(access, text, terms, extent)
  }
  if (rarest === undefined) {
    return sliced(access, text === undefined ? FIND.everyone : FIND.textsOfEveryone, query, [])
  }
  const others = { ...query, terms: terms.filter((one) => one !== rarest.term) }
  return sliced(access, text === undefined ? FIND.ofTerm : FIND.textsOfTerm, others, [rarest.term])
}

async function rarestOf(access: Access, terms: readonly Buffer[], { from, before }: Stretch) {
  const { result } = await access.run(FIND.sizes, [terms, from, before])
  const sizes = result.flatMap(({ at, size }) => {
    const term = terms[Number(at) - 1]
    return term === undefined ? [] : [{ term, size: Number(size) }]
  })
  return sizes.sort((one, other) => one.size - other.size)[0]
}

/** Goes along the rows that a statement leads with. */
function sliced(
  access: Access,
  statement: Statement,
  { text, terms }: Pick<Query, 'text' | 'terms'>,
  leading: readonly Value[],
): Lead {
  const isFree = text === undefined && terms.length === 0
  return async (from, before, wanted) => {
    const count = isFree ? Math.min(wanted, SLICE) : SLICE
    const values = [from, before, count, text ?? null, terms, ...leading]
    const { result } = await access.run(statement, values)
    return foundIn(result, count, before)
  }
}

/** A slice that is not full has come to the end, unless the lengths of texts have cut it off. */
function foundIn(result: readonly Row[], count: number, before: number): Found {
  const last = result.at(-1)
  const leads = Number(last?.leads ?? result.length)
  const isWhole = last === undefined || (leads < count && result.length === leads)
  const rows = result.filter(({ fits }) => fits === true).map(({ row }) => Number(row))
  return { rows, to: isWhole ? before : Number(last.row) + 1, looked: result.length }
}

/** Goes along the blocks of rows, more of them at a time as long as little is found. */
function byText(
  access: Access,
  text: string,
  terms: readonly Buffer[],
  { hasLong, spent }: Stretch,
): Lead {
  const grams = askedGrams(text)
  let blocks = 1
  return async (from, before, wanted) => {
    const first = blockOf(from)
    const to = Math.min((first + blocks) * BLOCK, before)
    const numbers = Array.from(
      { length: blockOf(to - 1) - first + 1 },
      (_, index) => `{${grams.map((gram) => numberOf(gram, first + index)).join(',')}}`,
    )
    const indexed = await access.run(FIND.indexed, [numbers, from, to, text, terms, wanted])
    const rows = indexed.result.map(({ row }) => Number(row))
    spent.blocks += numbers.length
    blocks = Math.min(blocks * MORE_BLOCKS, MOST_BLOCKS)
    const full = rows.length === wanted ? (rows.at(-1) ?? 0) + 1 : to
    if (!hasLong) return { rows, to: full, looked: rows.length }
    const { result } = await access.run(FIND.long, [from, full, SLICE, text, terms])
    const long = foundIn(result, SLICE, full)
    const both = [...rows, ...long.rows].filter((row) => row < long.to)
    return {
      rows: both.sort((one, other) => one - other),
      to: long.to,
      looked: rows.length + long.looked,
    }
  }
}
