/** Searching the mirror on PostgreSQL, as every mirror is searched, and by the index that is meant. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { FIND } from '../../src/store/postgres/mirror/finder-statements.ts'
import { describeSearches } from '../store/mirror-searches.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const FIRST = 2 ** 32
const ROWS = 4_000
/** As many as a text of a client has, and as many blocks as one statement looks at. */
const GRAMS = 200
const BLOCKS = 32

describePostgres('the mirror on PostgreSQL', () => {
  let place: PostgresPlace
  beforeAll(async () => {
    place = await openPlace()
  })
  afterAll(() => place.close())
  describeSearches(() => {
    const { mirror } = place.store()
    if (mirror === undefined) throw new TypeError('no mirror')
    return mirror
  })

  it('finds texts by their trigrams, however few rows the planner expects', async () => {
    await place.query(`
      truncate mirror_texts;
      insert into mirror_texts
      select row, repeat('text ' || row, 40), array(
        select ((row * k) % 5000)::int from generate_series(1, ${GRAMS}) as k)
      from generate_series(${FIRST}, ${FIRST + ROWS - 1}) as row;
      analyze mirror_texts`)
    const block = "'{1,2,3,4,5,6,7,8}'"
    const blocks = Array.from({ length: BLOCKS }, () => block).join(',')
    const values = [`array[${blocks}]`, FIRST, FIRST + ROWS, "'none'", "'{}'", 21]
    const sql = FIND.indexed.text.replace(/\$(\d)/g, (_, number) => String(values[number - 1]))
    const rows = await place.query(`explain ${sql}`)
    const plan = rows.map((row) => String(Object.values(row)[0])).join('\n')
    expect(plan).toContain('mirror_texts_by_gram')
    expect(plan).not.toMatch(/mirror_texts_pkey|Seq Scan on mirror_texts/)
  })
})
