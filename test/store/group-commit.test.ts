/** G7: commits of several pieces of work at once: each is durable when its caller has the answer, or not at all. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { committedInGroups } from '../../src/store/sqlite/group-commit.ts'

let folder: string
let database: Database
let other: Database
let commits = 0

const UNAVAILABLE = expect.objectContaining({ code: 'store_unavailable' })
const stored = () =>
  other
    .prepare('select n from numbers order by rowid')
    .all()
    .map(({ n }) => n)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  database = await openDatabase(join(folder, 'clientry.db'))
  other = await openDatabase(join(folder, 'clientry.db'))
  commits = 0
  database.exec('pragma foreign_keys = on')
  // A deferred reference is looked at by the commit, which then fails.
  database.exec(`
    create table known (n integer primary key);
    create table numbers (
      n integer unique,
      ref integer references known (n) deferrable initially deferred
    )`)
})
afterEach(() => {
  database.close()
  other.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A number whose reference leads nowhere: the commit fails. */
const LOST = 404

/** Writes numbers; one that is there already fails. */
function writer() {
  const counting: Database = {
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
    exec: (sql) => {
      if (sql === 'commit') commits += 1
      database.exec(sql)
    },
  }
  const insert = database.prepare('insert into numbers (n, ref) values (?, ?)')
  return committedInGroups(counting, (numbers: readonly number[]) => {
    for (const n of numbers) insert.run(n, n === LOST ? n : null)
    return stored()
  })
}

it('makes durable what came at once with one commit, in the order of the calls', async () => {
  const write = writer()
  const seen = await Promise.all([write([3]), write([1]), write([2])])
  expect(stored()).toEqual([3, 1, 2])
  expect(commits).toBe(1)
  // Another connection saw nothing of it before the commit.
  expect(seen).toEqual([[], [], []])
})

it('does what comes during a commit in the next one', async () => {
  const write = writer()
  await write([1])
  await write([2])
  expect(stored()).toEqual([1, 2])
  expect(commits).toBe(2)
})

it('undoes what fails, and reports it to its caller alone', async () => {
  const write = writer()
  const told = await Promise.allSettled([write([1]), write([4, 1]), write([2])])
  expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(told[1]).toMatchObject({ reason: UNAVAILABLE })
  expect(stored()).toEqual([1, 2])
})

it('reports to all callers when the commit fails, keeps nothing, and goes on', async () => {
  const write = writer()
  const told = await Promise.allSettled([write([1]), write([LOST])])
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(told[0]).toMatchObject({ reason: UNAVAILABLE })
  expect(stored()).toEqual([])
  await write([3])
  expect(stored()).toEqual([3])
})
