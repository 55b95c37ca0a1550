/** Searching the mirror on PostgreSQL, as every mirror is searched, and by the index that is meant. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { sessionOf } from '../../src/store/postgres/connection-settings.ts'
import { FIND } from '../../src/store/postgres/mirror/finder-statements.ts'
import { describeSearches } from '../store/mirror-searches.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const FIRST = 2 ** 32
const ROWS = 6_000
/** As many as a text of a client has. */
const GRAMS = 200
const BLOCK = 2_048
/** The trigrams of one block that all of its texts have. */
const blockAt = (index: number) => `{${index * 10 + 1},${index * 10 + 2}}`

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

  /** Texts of three blocks, each with the numbers of its block and many others, and terms that all of them have. */
  const fill = () =>
    place.query(`
      truncate mirror_texts, mirror_terms, mirror_clients;
      insert into mirror_texts
      select ${FIRST} + at, 'text ' || at || ' end', array(
        select (1000 + (at * k) % 5000)::int from generate_series(1, ${GRAMS}) as k)
        || array[at / ${BLOCK} * 10 + 1, at / ${BLOCK} * 10 + 2]
      from generate_series(0, ${ROWS - 1}) as at;
      insert into mirror_clients
      select row, 1, decode(md5(row::text), 'hex'), '', 0, 0, '' from mirror_texts;
      insert into mirror_terms select term, row from mirror_texts, (values ('one'::bytea), ('two')) as of (term);
      analyze mirror_texts, mirror_clients, mirror_terms`)

  /** How a session of ours carries out a statement that looks at rows; `analyze`: it is carried out. */
  async function planOf(
    name: keyof typeof FIND,
    { text = 'null', terms = "'{}'", lead = '', analyze = false },
  ): Promise<string> {
    const more = lead.startsWith('array') ? ', text[]' : ', bytea'
    const types = `bigint, bigint, int, text, bytea[], int${lead === '' ? '' : more}`
    const values = [FIRST, FIRST + ROWS, 2_000, text, terms, 21, ...(lead === '' ? [] : [lead])]
    const rows = await place.query(`
      ${sessionOf(place.settings.schema)}
      prepare asked (${types}) as ${FIND[name].text};
      explain (analyze ${analyze}, costs off, timing off) execute asked (${values.join(', ')})`)
    return rows.map((row) => String(Object.values(row)[0])).join('\n')
  }
  const blocks = (text: string) => ({
    text: `'${text}'`,
    lead: `array['${[0, 1, 2].map(blockAt).join("','")}']`,
  })

  it('goes along the rows by an index, and sorts none but those of a block', async () => {
    await fill()
    const term = "'one'"
    const plans = await Promise.all([
      planOf('everyone', {}),
      planOf('ofTerm', { lead: term, terms: "'{two}'" }),
      planOf('textsOfEveryone', { text: "'xt'" }),
      planOf('textsOfTerm', { text: "'xt'", lead: term }),
      planOf('long', { text: "'xt'" }),
      planOf('indexed', blocks('text')),
    ])
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan|Hash|JIT|-> {2}Sort/)
    expect(plans.at(-1)).toContain('mirror_texts_by_gram')
    expect(plans.at(-1)).not.toContain('mirror_texts_pkey')
  })

  it('ends where it has what is wanted, and asks for no block behind that', async () => {
    await fill()
    const first = await planOf('textsOfEveryone', { text: "'text'", analyze: true })
    expect(first).toMatch(/Index Scan using mirror_texts_pkey on mirror_texts \(actual rows=2[12]/)
    const common = await planOf('indexed', { ...blocks('text'), analyze: true })
    expect(loopsIn(common)).toBeLessThan(3)
    const rare = await planOf('indexed', { ...blocks('text 5999 end'), analyze: true })
    // What all of them seem to have and few do is cut off after so many rows.
    expect(rare).toMatch(/Limit \(actual rows=2000/)
    expect(loopsIn(rare)).toBeLessThan(3)
  })
})

/** How many blocks the index was asked for. */
const loopsIn = (plan: string) =>
  Number(/Bitmap Index Scan on mirror_texts_by_gram \(actual rows=\S+ loops=(\d+)/.exec(plan)?.[1])
