/** The statements that find in the mirror on PostgreSQL. Each looks at a bounded number of rows, and characters. */

import { named } from '../statements.ts'
import { ROWS_OF_PLACE } from './places.ts'

/** Rows, and bytes of texts, that are looked at for one page. */
export const BUDGET = { rows: 2_000, bytes: 4_194_304 }
/** Rows that one statement looks at. */
export const SLICE = 500
/** An index with fewer rows leads in any case. */
export const FEW = 500

const EVERYONE = 'select row from mirror_clients where row >= $1 and row < $2 order by row limit $3'
const OF_TERM = `
  select row from mirror_terms where term = $6 and row >= $1 and row < $2 order by row limit $3`

/** Whether a row has all of some terms. */
const hasTerms = (row: string, terms: string) => `not exists (
  select from unnest(${terms}::bytea[]) as other (term)
  where not exists (
    select from mirror_terms where mirror_terms.term = other.term and mirror_terms.row = ${row}))`

/** 1 the first row, 2 the first one that no longer belongs to it, 3 how many, 5 terms, 6 the term that leads */
const termsOf = (lead: string) => `
  select row, ${hasTerms('lead.row', '$5')} as fits from (${lead}) as lead
  where $4::text is null order by row`

/** The same with 4, a part of the text. At least one text is looked at, however long; `leads`: how many led. */
const textsOf = (lead: string) => `
  select row, leads, strpos(text, $4) > 0 and ${hasTerms('looked.row', '$5')} as fits from (
    select row, text, octet_length(text) as own, count(*) over () as leads,
      sum(octet_length(text)) over (order by row) as total
    from (${lead}) as lead join mirror_texts using (row)
  ) as looked
  where total - own < ${BUDGET.bytes} order by row`

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
  everyone: termsOf(EVERYONE),
  ofTerm: termsOf(OF_TERM),
  textsOfEveryone: textsOf(EVERYONE),
  textsOfTerm: textsOf(OF_TERM),
  /**
   * 1 the numbers of the trigrams in each block, 2 and 3 rows, 4 the text, 5 terms, 6 how many. By itself the planner, which
   * knows nothing of how rare a number is, goes through the rows and looks at every text: so `offset` keeps the blocks apart, and
   * `row + 0` is in no other index (seen by `explain` on 15).
   */
  indexed: `
    select candidate.row from unnest($1::text[]) as block (grams) cross join lateral (
      select row, text from mirror_texts
      where grams @> block.grams::int[] and row + 0 >= $2 and row + 0 < $3 offset 0
    ) as candidate
    where strpos(candidate.text, $4) > 0 and ${hasTerms('candidate.row', '$5')}
    order by candidate.row limit $6`,
  /** Texts that are in no index; the parameters are those of `textsOfEveryone`. */
  long: textsOf(`
    select row from mirror_texts where grams is null and row >= $1 and row < $2
    order by row limit $3`),
  entries: `
    select row, id, tag, record, at from (
      select row, id, tag, record, at, octet_length(record) as own,
        sum(octet_length(record)) over (order by row) as total
      from mirror_clients join mirror_records using (row) where row = any($1::bigint[])
    ) as one
    where total - own < $2 order by row`,
})
