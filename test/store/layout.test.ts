/**
 * The layout of a SQLite file: brought up to date wholly or not at all, whatever happens meanwhile, with every chain
 * verified; shown without a change; and refused, with what reads it, where a later version has made it.
 */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/core/version.ts'
import { readChains } from '../../src/store/layout/chains.ts'
import { type Migration, migrate, planMigration } from '../../src/store/layout/migrate.ts'
import type { OutsideChange } from '../../src/store/log/entry.ts'
import { connect, openDatabase, openToRead } from '../../src/store/sqlite/database.ts'
import { layoutIn, sqliteLayout } from '../../src/store/sqlite/layout/sqlite-layout.ts'
import { READABLE, SQLITE_MIGRATIONS } from '../../src/store/sqlite/layout/sqlite-migrations.ts'
import { recordsIn } from '../../src/store/sqlite/layout/sqlite-records.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { writeEarlierFile } from './stored.ts'

const { current } = READABLE
const ONE = '["local",null,"one"]'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-layout-'))
  path = join(folder, 'clientry.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Everything in the log of a file, as it is stored. */
async function rowsOf(file: string): Promise<readonly unknown[]> {
  const database = await openToRead(file)
  const rows = database
    .prepare('select position, resource, seq, entry from log order by position')
    .all()
  database.close()
  return rows
}

/** Every file of the folder with its bytes. */
const bytes = () =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  )

/** A log of so many entries, each the next one of a chain. */
function chained(count: number): readonly OutsideChange[] {
  const entries: OutsideChange[] = []
  for (let seq = 1; seq <= count; seq += 1)
    entries.push(outsideChangeOf(ONE, seq, { previous: entries.at(-1)?.hash ?? '' }))
  return entries
}

/** Opens the file as a server does, and appends so many entries. */
async function running(count: number) {
  const store = createSqliteStore(await openDatabase(path))
  for (const entry of chained(count)) expect(await store.append(entry)).toBe(true)
  return store
}

/** One more row at the end of the table, which nothing here needs. */
const row = (more: Partial<Migration<string>> = {}): Migration<string> => ({
  to: current + 1,
  says: 'a column more',
  readers: current,
  steps: ['alter table probe add column more text'],
  ...more,
})

/** Opens a file and carries out these rows too, as a later version would. */
async function withRows(...more: readonly Migration<string>[]): Promise<void> {
  const database = await openDatabase(path)
  try {
    await migrate(sqliteLayout(database, path, [...SQLITE_MIGRATIONS, ...more]))
  } finally {
    database.close()
  }
}

describe('a file that an earlier version wrote', () => {
  beforeEach(() => writeEarlierFile(path))

  it('is brought up to date as it is opened, with every entry as it was', async () => {
    const before = await rowsOf(path)
    expect(before.length).toBeGreaterThan(70)
    const database = await openDatabase(path)
    expect(layoutIn(database)).toEqual({ version: current, readers: 3, program: VERSION })
    expect(await readChains(recordsIn(database))).toMatchObject({ records: before.length })
    database.close()
    expect(await rowsOf(path)).toEqual(before)
  })

  it('is only looked at by a plan, which says what will be done and that every chain is right', async () => {
    const before = bytes()
    const database = await openToRead(path)
    const plan = await planMigration(sqliteLayout(database, path))
    database.close()
    expect(plan).toMatchObject({ from: 3, to: current, sideBySide: true })
    expect(plan.records).toBeGreaterThan(70)
    expect(plan.changes).toHaveLength(SQLITE_MIGRATIONS.length)
    expect(bytes()).toEqual(before)
  })

  it('is left as it is where a record is not as it was written', async () => {
    const database = await connect(path)
    database.exec(`update log set entry = replace(entry, '"seq":3,', '"seq":3 ,') where seq = 3`)
    database.close()
    const before = await rowsOf(path)
    await expect(openDatabase(path)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/was not changed, because record 3 of .*clientry verify/),
    })
    expect(await rowsOf(path)).toEqual(before)
    const after = await openToRead(path)
    expect(layoutIn(after).version).toBe(3)
    after.close()
  })

  it('is brought up to date once, by whichever of many comes first', async () => {
    const databases = await Promise.all(Array.from({ length: 8 }, () => openDatabase(path)))
    for (const database of databases) {
      expect(layoutIn(database).version).toBe(current)
      expect(database.prepare('select count(*) as n from layout').get()).toEqual({ n: 1 })
      database.close()
    }
  })

  it('is as it was, or up to date, wherever a migration is killed', async () => {
    const program = await built('migrating')
    const before = await rowsOf(path)
    let kills = 0
    for (let kill = 1; ; kill += 1) {
      // A file of its own for each: beside this one are those of its own log.
      path = join(folder, `${kill}.db`)
      writeEarlierFile(path)
      const out = await promisify(execFile)(process.execPath, [program, path, String(kill)]).then(
        ({ stdout }) => stdout,
        ({ signal }: { signal: string }) => signal,
      )
      expect(out).toMatch(/^(SIGKILL|migrated\n)$/)
      const survived = await openToRead(path)
      const { version } = layoutIn(survived)
      survived.close()
      expect(await rowsOf(path)).toEqual(before)
      if (out !== 'SIGKILL') {
        expect(version).toBe(current)
        break
      }
      kills += 1
      // Nothing of it is left, not even a table.
      expect(version).toBe(3)
      const again = await openDatabase(path)
      expect(layoutIn(again).version).toBe(current)
      again.close()
    }
    // Each table, the bookkeeping and the commit.
    expect(kills).toBeGreaterThan(10)
    rmSync(program)
  })
})

describe('a file of a later version', () => {
  it('is refused with the version that reads it, and not touched', async () => {
    await withRows(row({ readers: current + 1 }))
    const database = await connectRaw()
    database.exec("update layout set program = '7.8.9'")
    database.close()
    const before = bytes()
    const refusal = expect.objectContaining({
      code: 'store_unavailable',
      message: `The database ${path} has layout ${current + 1}, made by Clientry 7.8.9; this is Clientry ${VERSION}, which reads layouts up to ${current}. Use Clientry 7.8.9 or newer, or restore the backup from before the upgrade in another place.`,
    })
    await expect(openDatabase(path)).rejects.toEqual(refusal)
    await expect(openToRead(path)).rejects.toEqual(refusal)
    expect(bytes()['clientry.db']).toEqual(before['clientry.db'])
  })

  it('works where that left this one a reader, and keeps its layout', async () => {
    await withRows(row())
    const database = await openDatabase(path)
    const store = createSqliteStore(database)
    expect(await store.append(outsideChangeOf(ONE, 1))).toBe(true)
    expect(layoutIn(database).version).toBe(current + 1)
    await store.close()
  })

  it('refuses what a server writes that runs on it and can no longer use it', async () => {
    const server = await running(1)
    await withRows(row({ readers: current + 1 }))
    const [, second] = chained(2)
    await expect(server.append(second as OutsideChange)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/has layout 6.*Nothing was changed/),
    })
    expect(await server.entries(ONE)).toHaveLength(1)
    await server.close()
  })
})

it('is brought up to date beside a server that runs, which goes on', async () => {
  const server = await running(2)
  await withRows(row())
  const [, , third] = chained(3)
  expect(await server.append(third as OutsideChange)).toBe(true)
  await server.close()
})

it('undoes a row that would change what is in the log', async () => {
  await (await running(3)).close()
  const before = await rowsOf(path)
  await expect(withRows(row({ steps: ['delete from log where seq = 3'] }))).rejects.toThrow(
    'would lose entries',
  )
  expect(await rowsOf(path)).toEqual(before)
})

it('verifies every chain again where a row rewrites entries', async () => {
  writeEarlierFile(path)
  await openDatabase(path).then((database) => database.close())
  const before = await rowsOf(path)
  const rewriting = row({
    rewrites: true,
    steps: [`update log set entry = replace(entry, '"seq":2,', '"seq":2 ,') where seq = 2`],
  })
  await expect(withRows(rewriting)).rejects.toThrow('is not as it was written')
  expect(await rowsOf(path)).toEqual(before)
})

it('is as it is made in a file from before there were versions: refused, with what to do', async () => {
  const database = await connectRaw()
  database.exec('create table log (entry text)')
  database.close()
  await expect(openDatabase(path)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/has layout 1.*reads layouts from 2 on.*new place/),
  })
})

/** The file as another program has it open. */
async function connectRaw() {
  const { loadSqlite } = await import('../../src/store/sqlite/connection.ts')
  const { DatabaseSync } = await loadSqlite()
  return new DatabaseSync(path)
}

/** A program of this folder, built where it finds its packages. */
async function built(name: string): Promise<string> {
  const place = join(process.cwd(), 'node_modules', '.cache', 'clientry')
  mkdirSync(place, { recursive: true })
  const outfile = join(place, `${name}-${process.pid}-${Date.now()}.mjs`)
  await build({
    entryPoints: [join('test', 'store', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  return outfile
}
