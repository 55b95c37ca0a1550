/**
 * The layout of a store on PostgreSQL: brought up to date wholly or not at all, wherever the process dies; refused where it is too
 * new; closed for whatever program writes. And a store of an earlier version on SQLite copied to it and back.
 */

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../src/program/open-store.ts'
import { copyStore } from '../../src/program/operate/copy-store.ts'
import { setClosed } from '../../src/store/layout/closing.ts'
import { migrate } from '../../src/store/layout/migrate.ts'
import type { Connections } from '../../src/store/postgres/connections.ts'
import { POSTGRES_MIGRATIONS, READABLE } from '../../src/store/postgres/layout/migrations.ts'
import { postgresLayout } from '../../src/store/postgres/layout/postgres-layout.ts'
import { createPostgresSchema } from '../../src/store/postgres/layout/postgres-schema.ts'
import type { Store } from '../../src/store/store.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { KEY } from '../fixtures/stores/installation.ts'
import { writeEarlierFile } from '../store/stored.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const { current } = READABLE
const LOG = '["local",null,"one"]'

describePostgres('the layout on PostgreSQL', () => {
  let place: PostgresPlace
  beforeEach(async () => {
    place = await openPlace()
  })
  afterEach(() => place.close())

  /** Makes the schema one of layout 1, as that left it. */
  async function makeFirst(): Promise<void> {
    const { schema, user } = place.settings
    await place.query(
      `drop schema ${schema} cascade; create schema ${schema} authorization ${user}`,
    )
    const steps = POSTGRES_MIGRATIONS[0]?.steps ?? []
    await place.query(
      `set role ${user}; set search_path to ${schema}; ${steps.join(';')}; insert into schema_version values (1)`,
    )
  }

  /** Connections whose process dies before the `kill`th statement of a transaction. */
  function dying(connections: Connections, kill: number): Connections {
    let left = kill
    return {
      ...connections,
      within: (limit) => {
        const access = connections.within(limit)
        return {
          ...access,
          transaction: (kind, work) =>
            access.transaction(kind, (session) =>
              work({
                run: async (statement, values) => {
                  left -= 1
                  if (left > 0) return session.run(statement, values)
                  const end = 'select pg_terminate_backend(pg_backend_pid())'
                  await session.run({ name: '', text: end }).catch(() => undefined)
                  throw new TypeError('killed')
                },
              }),
            ),
        }
      },
    }
  }

  it('is as it was, or up to date, wherever a migration dies', async () => {
    await makeFirst()
    const tables =
      'select count(*) as n from information_schema.tables where table_schema = current_schema'
    const before = await place.query(tables)
    let kills = 0
    for (let kill = 1; ; kill += 1) {
      const ended = await migrate(postgresLayout(dying(place.connect(), kill))).catch(
        (error: unknown) => error,
      )
      const { version } = await postgresLayout(place.connect()).read()
      if (!(ended instanceof TypeError)) {
        expect(ended).toMatchObject({ from: 1, to: current })
        expect(version).toBe(current)
        break
      }
      kills += 1
      expect(version).toBe(1)
      expect(await place.query(tables)).toEqual(before)
    }
    expect(kills).toBeGreaterThan(8)
  })

  it('is brought up to date once, by whichever of many comes first', async () => {
    await makeFirst()
    const open = () => createPostgresSchema(place.connect()).open(randomUUID)
    const ids = await Promise.all([open(), open(), open(), open()])
    expect(new Set(ids).size).toBe(1)
    expect(await postgresLayout(place.connect()).read()).toMatchObject({ version: current })
  })

  it('is refused with the version that reads it, where that is a later one', async () => {
    await place.query(`update layout set version = 9, readers = 9, program = '7.8.9'`)
    await expect(createPostgresSchema(place.connect()).open(randomUUID)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/has layout 9, made by Clientry 7.8.9.*Use Clientry 7.8.9/),
    })
  })

  it('is closed for a server that runs, until it is opened again', async () => {
    const store = place.store()
    const second = outsideChangeOf(LOG, 2)
    expect(await store.append(outsideChangeOf(LOG, 1))).toBe(true)
    const host = postgresLayout(place.connect())
    await setClosed(host, { why: 'copied', store: 'other', at: 0 })
    await expect(store.append(second)).rejects.toThrow('copied to the store other')
    await expect(store.check()).rejects.toThrow('copied to the store other')
    await setClosed(host, undefined)
    expect(await store.append(second)).toBe(true)
  })

  it('takes a copy of a store on SQLite, and gives it back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-copy-'))
    const keys = [{ key: Buffer.from(KEY, 'base64'), at: 'key' }] as const
    const mode = 'production' as const
    const file = (name: string) => ({
      mode,
      store: { type: 'sqlite' as const, path: join(folder, name), create: false },
      keys,
    })
    const { host, port, database: name, user, schema, connections } = place.settings
    const at = { host, port, database: name, user, schema, connections }
    const database = { mode, store: { type: 'postgresql' as const, create: false, ...at }, keys }
    try {
      writeEarlierFile(join(folder, 'a.db'))
      const there = await copyStore(file('a.db'), database)
      expect(there.documents).toBeGreaterThan(0)
      const back = await copyStore(database, file('b.db'))
      expect(back).toMatchObject({ documents: there.documents })
      const texts = await Promise.all([file('a.db'), database, file('b.db')].map(textsOf))
      expect(texts[0]?.length).toBeGreaterThan(60)
      expect(texts[1]).toEqual(texts[0])
      expect(texts[2]).toEqual(texts[0])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** All entries of a store but those of its checkpoints. */
async function textsOf(settings: Parameters<typeof openStore>[0]): Promise<readonly string[]> {
  const { store }: { store: Store } = await openStore(settings, { evenClosed: true })
  const texts: string[] = []
  for await (const { resource, text } of store.records())
    if (!resource.startsWith('["$checkpoints"')) texts.push(text)
  await store.close()
  return texts.sort()
}
