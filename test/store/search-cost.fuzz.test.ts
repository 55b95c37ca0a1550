/**
 * What a search may cost, whatever is searched for and whatever the clients hold. Counted, and not timed:
 * the rows and the characters that are read from the mirror before others have their turn.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Mirror } from '../../src/store/mirror.ts'
import type { Value } from '../../src/store/sqlite/connection.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteMirror } from '../../src/store/sqlite/mirror/sqlite-mirror.ts'
import { patience, runs } from '../property.ts'

const PLACE = { provider: 'many' }
const CLIENTS = 1_500
/** As `src/core/search.ts` has it. */
const LONGEST_TEXT = 262_144
/**
 * One slice: rows of two indexes (100 each), their short texts, and long ones (of 4,097 bytes at least) until
 * there are enough characters, up to the end of the last one.
 */
const MOST_IN_ONE_TURN = { rows: 1 + 2 * 100 + 2 * 100 + 65, characters: 262_144 + LONGEST_TEXT }
/** One page, up to the end of the text with which it has enough. */
const MOST_IN_ONE_PAGE = 4_194_304 + LONGEST_TEXT

interface Cost {
  rows: number
  characters: number
}

/** All that is read through a database, in one turn of the event loop and since the last reset. */
function metered(database: Database) {
  let inTurn: Cost = { rows: 0, characters: 0 }
  let worst: Cost = { rows: 0, characters: 0 }
  let page = 0
  let watched = false
  const endOfTurn = async () => {
    await turn()
    inTurn = { rows: 0, characters: 0 }
    watched = false
  }
  const note = (texts: readonly unknown[]) => {
    if (!watched) void endOfTurn()
    watched = true
    const characters = texts.reduce<number>((sum, one) => sum + String(one ?? '').length, 0)
    page += characters
    inTurn = { rows: inTurn.rows + texts.length, characters: inTurn.characters + characters }
    worst = {
      rows: Math.max(worst.rows, inTurn.rows),
      characters: Math.max(worst.characters, inTurn.characters),
    }
  }
  return {
    database: {
      ...database,
      exec: (sql: string) => database.exec(sql),
      prepare: (sql: string) => {
        const statement = database.prepare(sql)
        return {
          run: (...values: readonly Value[]) => statement.run(...values),
          get: (...values: readonly Value[]) => statement.get(...values),
          all: (...values: readonly Value[]) => {
            const rows = statement.all(...values)
            note(rows.map(({ text }) => text))
            return rows
          },
        }
      },
      close: () => database.close(),
    } satisfies Database,
    reset: () => {
      worst = { rows: 0, characters: 0 }
      page = 0
    },
    worst: () => worst,
    page: () => page,
  }
}

let database: Database
let meter: ReturnType<typeof metered>
let mirror: Mirror
const texts: string[] = []

beforeAll(async () => {
  database = await openDatabase(':memory:')
  meter = metered(database)
  mirror = createSqliteMirror(meter.database)
  for (let index = 0; index < CLIENTS; index += 1) {
    const unit = ['a', 'ab', 'https://a.example.com/cb?', '/'][index % 4] ?? ''
    // A few are as long as a text can be, most as long as those of a busy client.
    const length = index % 100 === 0 ? LONGEST_TEXT : (index * 37) % 9_000
    const text = `client${index}\n${unit.repeat(length / unit.length)}${index % 7}`
    texts.push(text)
    const client = { ...PLACE, id: `client${index}` }
    await mirror.put({ client, tag: 't', record: 'r', at: 1, text, terms: [] }, true)
  }
}, patience(120_000))
afterAll(() => database.close())

/** Runs, repetitions, parts of what is there, with and without an end that is not. */
const searched = fc
  .tuple(
    fc.constantFrom('a', 'ab', 'ba', 'aab', '/', 'https://a.example.com/cb?', 'client1', 'e.c'),
    fc.integer({ min: 1, max: 200 }),
    fc.constantFrom('', '3', '9', 'b', '~'),
  )
  .map(([unit, times, end]) => `${unit.repeat(times).slice(0, 199)}${end}`)

it('looks at a bounded part of the clients for one page, and at less in one turn', async () => {
  let worst = { text: '', ...meter.worst(), page: 0 }
  await fc.assert(
    fc.asyncProperty(searched, fc.integer({ min: 0, max: CLIENTS }), async (text, limit) => {
      await turn()
      meter.reset()
      const { matches: found, next } = await mirror.search({
        places: [PLACE],
        text,
        terms: [],
        limit: limit + 1,
      })
      const right = texts.filter((one) => one.includes(text)).length
      expect(found.length).toBeLessThanOrEqual(right)
      if (next === undefined) expect(found).toHaveLength(right)
      const { rows, characters } = meter.worst()
      expect(rows).toBeLessThanOrEqual(MOST_IN_ONE_TURN.rows)
      expect(characters).toBeLessThanOrEqual(MOST_IN_ONE_TURN.characters)
      expect(meter.page()).toBeLessThanOrEqual(MOST_IN_ONE_PAGE)
      if (meter.page() > worst.page) worst = { text, rows, characters, page: meter.page() }
    }),
    { numRuns: runs(60) },
  )
  process.stdout.write(
    `The worst search found: ${JSON.stringify(worst.text.slice(0, 20))}… (${worst.text.length} characters) reads ${worst.page} characters, at most ${worst.characters} in one turn.\n`,
  )
})

it('finds a text that is in no index, and one that an earlier version had put into it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-long-'))
  const path = join(folder, 'store.db')
  const made = await openDatabase(path)
  const mirror = createSqliteMirror(made)
  const client = { ...PLACE, id: 'long' }
  const text = `long\n${'https://a.example.com/'.repeat(300)}needle`
  const sight = { client, tag: 't', record: 'r', at: 1, text, terms: [] }
  await mirror.put(sight, true)
  const [{ row = 0 } = {}] = made.prepare('select row from mirror_long').all()
  expect(Number(row)).toBeGreaterThan(0)
  // As the earlier version left it.
  made.exec('drop table mirror_long')
  made
    .prepare('insert into mirror_text (rowid, text) values (cast(? as integer), ?)')
    .run(row, text)
  made.exec('drop table layout; alter table log drop column layout; pragma user_version = 3')
  made.close()
  const old = await openDatabase(path)
  const opened = createSqliteMirror(old)
  expect(old.prepare('select count(*) as count from mirror_long').get()?.count).toBe(1)
  expect(old.prepare('select count(*) as count from mirror_text').get()?.count).toBe(0)
  const search = { places: [PLACE], terms: [], limit: 5 }
  expect((await opened.search({ ...search, text: 'needle' })).matches).toHaveLength(1)
  await opened.put({ ...sight, at: 2, text: 'short' }, true)
  expect((await opened.search({ ...search, text: 'needle' })).matches).toHaveLength(0)
  expect((await opened.search({ ...search, text: 'short' })).matches).toHaveLength(1)
  await opened.remove(client, 3)
  expect(old.prepare('select count(*) as count from mirror_long').get()?.count).toBe(0)
  old.close()
  rmSync(folder, { recursive: true })
})
