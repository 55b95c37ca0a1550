/**
 * The statements that find in the mirror on PostgreSQL. Each goes through candidates in the order of rows, and stops where it has what is
 * wanted: nothing in it counts or sorts all of them first. The index of texts gives its candidates block by block, each of which is sorted.
 */

import { named } from '../statements.ts'
import { ROWS_OF_PLACE } from './places.ts'

/** Rows, and bytes of texts, that are looked at for one page. */
export const BUDGET = { rows: 2_000, bytes: 4_194_304 }
/** An index with fewer rows leads in any case. */
export const FEW = 500

/** Whether a row has all of some terms. */
const HAS_TERMS = `not exists (
  select from unnest($5::bytea[]) as other (term)
  where not exists (
    select from mirror_terms
    where mirror_terms.term = other.term and mirror_terms.row = candidate.row))`

/**
 * Those of some candidates that are right, and the last one that was looked at, unless enough were found before; `looked`: the how many-th
 * it is; `isCut`: the length of the texts so far is enough for a page. At least one text is looked at, however long.
 * 1 the first row, 2 the first one that no longer belongs to it, 3 how many are looked at, 4 a part of the text, or null, 5 terms,
 * 6 how many are wanted
 */
const lookedAt = (candidates: string, order = 'row') => `
  select row, fits, looked, "isCut" from (
    select ${order}, ($4::text is null or strpos(text, $4) > 0) and ${HAS_TERMS} as fits,
      row_number() over along as looked, lead(row) over along is null as "isLast",
      sum(octet_length(text)) over along >= ${BUDGET.bytes} as "isCut",
      sum(octet_length(text)) over along - octet_length(text) < ${BUDGET.bytes} as "isWithin"
    from (${candidates}) as candidate
    window along as (order by ${order} rows unbounded preceding)
  ) as one
  where "isWithin" and (fits or "isLast" or "isCut") order by ${order} limit $6`

const inRange = (columns: string, table: string, where = 'true') => `
  select ${columns} from ${table} where ${where} and row >= $1 and row < $2 order by row limit $3`

const NO_TEXT = "row, ''::text as text"
const OF_TERM = 'term = $7'

export const FIND = named('find', {
  /**
   * Those places of which anything was ever kept, each with its last row and the first one whose text is in no index; 2 the
   * first row that is asked for.
   */
  places: `
    select number, place, (
      select max(row) from mirror_clients
      where row >= greatest($2, first) and row < first + ${ROWS_OF_PLACE}
    ) as last, (
      select min(row) from mirror_texts
      where grams is null and row >= greatest($2, first) and row < first + ${ROWS_OF_PLACE}
    ) as long
    from (
      select number, place, number * ${ROWS_OF_PLACE} as first from mirror_places
      where place = any($1::text[])
    ) as known order by number`,
  /** How many rows have each of some terms, counted up to a few. */
  sizes: `
    select at, (
      select count(*) from (
        select from mirror_terms
        where mirror_terms.term = asked.term and row >= $2 and row < $3 limit ${FEW}) as few
    ) as size
    from unnest($1::bytea[]) with ordinality as asked (term, at)`,
  everyone: lookedAt(inRange(NO_TEXT, 'mirror_clients')),
  /** 7 the term that leads */
  ofTerm: lookedAt(inRange(NO_TEXT, 'mirror_terms', OF_TERM)),
  textsOfEveryone: lookedAt(inRange('row, text', 'mirror_texts')),
  /** By itself the planner may read all texts, and hash them: `offset` has each of them looked up. */
  textsOfTerm: lookedAt(`
    select lead.row, of_row.text from (${inRange('row', 'mirror_terms', OF_TERM)}) as lead
    cross join lateral (
      select text from mirror_texts where mirror_texts.row = lead.row offset 0
    ) as of_row`),
  /** Texts that are in no index. */
  long: lookedAt(inRange('row, text', 'mirror_texts', 'grams is null')),
  /**
   * 7 the numbers of the trigrams in each block. By itself the planner, which knows nothing of how rare a number is, goes through the
   * rows and looks at every text: so `offset` keeps the blocks apart, and `row + 0` is in no other index (seen by `explain` on 15).
   * Where the first blocks are enough, it asks for no other.
   */
  indexed: lookedAt(
    `
    select at, of_block.row, of_block.text from unnest($7::text[]) with ordinality as block (grams, at)
    cross join lateral (
      select row, text from mirror_texts
      where grams @> block.grams::int[] and row + 0 >= $1 and row + 0 < $2 offset 0
    ) as of_block
    order by at, of_block.row limit $3`,
    'at, row',
  ),
  entries: `
    select row, id, tag, record, at from (
      select row, id, tag, record, at, octet_length(record) as own,
        sum(octet_length(record)) over (order by row) as total
      from mirror_clients join mirror_records using (row) where row = any($1::bigint[])
    ) as one
    where total - own < $2 order by row`,
})
