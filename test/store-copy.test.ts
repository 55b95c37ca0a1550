/**
 * `clientry store copy`: what an earlier version stored is in another store of another kind, with every chain, and the servers of
 * the first one write nothing more; wherever the copy is killed, the next one goes on.
 */

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFingerprints } from '../src/core/secrecy/fingerprint.ts'
import { keysOfStore } from '../src/program/keys/open-keys.ts'
import { openStore } from '../src/program/open-store.ts'
import { copyStore } from '../src/program/operate/copy-store.ts'
import { verifyLog } from '../src/service/reading/verify.ts'
import type { Entry } from '../src/store/log/entry.ts'
import { openDatabase, openToRead } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { clientry, ended, start } from './cli/command-line.ts'
import { CREDENTIALS, call, type Dynamodb, startDynamodb } from './contract/dynamodb.ts'
import { eventually } from './eventually.ts'
import { outsideChangeOf } from './fixtures/entries.ts'
import { KEY } from './fixtures/stores/installation.ts'
import { earlierItems, writeEarlierFile } from './store/stored.ts'

let folder: string
let dynamodb: Dynamodb | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-copy-'))
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey
})
afterEach(async () => {
  vi.useRealTimers()
  delete process.env.AWS_ACCESS_KEY_ID
  delete process.env.AWS_SECRET_ACCESS_KEY
  await dynamodb?.close()
  dynamodb = undefined
  rmSync(folder, { recursive: true, force: true })
})

const keys = [{ key: Buffer.from(KEY, 'base64'), at: 'key' }] as const
const sqlite = (name: string) => ({
  mode: 'production' as const,
  store: { type: 'sqlite' as const, path: join(folder, name), create: false },
  keys,
})
type Place = ReturnType<typeof sqlite> | Awaited<ReturnType<typeof table>>

/** A table, with the items of an earlier version or empty. */
async function table(items: readonly object[] = []) {
  const started = await startDynamodb()
  dynamodb = started
  const { endpoint, region, table: name } = started.settings
  for (const Item of items)
    await call(endpoint, 'PutItem', JSON.stringify({ TableName: name, Item }))
  const store = { type: 'dynamodb' as const, table: name, region, endpoint, create: false }
  return { mode: 'production' as const, store, keys }
}

/** Nothing here takes time by itself. */
const noPause = { sleep: async () => {} }

/** All entries of a store but those of its checkpoints. */
async function entriesOf(store: Store): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const { resource, text } of store.records())
    if (!resource.startsWith('["$checkpoints"')) texts.push(text)
  return texts.sort()
}

async function opened<T>(place: Place, work: (store: Store) => Promise<T>): Promise<T> {
  const { store } = await openStore(place, { evenClosed: true })
  return work(store).finally(store.close)
}

const DIRECTIONS = {
  'SQLite to SQLite': async () => {
    writeEarlierFile(join(folder, 'a.db'))
    return [sqlite('a.db'), sqlite('b.db')] as const
  },
  'SQLite to DynamoDB': async () => {
    writeEarlierFile(join(folder, 'a.db'))
    return [sqlite('a.db'), await table()] as const
  },
  'DynamoDB to SQLite': async () => [await table(earlierItems()), sqlite('b.db')] as const,
}

describe.each(Object.entries(DIRECTIONS))('%s', (direction, places) => {
  it('has every entry, open change and key there, and writes no more here', async () => {
    const [from, to] = await places()
    if (direction === 'SQLite to DynamoDB') {
      // The file has clients of the provider local, which a table cannot hold.
      await expect(copyStore(from, to, noPause)).rejects.toThrow('clients and sessions')
      const file = await openDatabase(join(folder, 'a.db'))
      file.exec('delete from documents')
      file.close()
    }
    const report = await copyStore(from, to, noPause)
    const before = await opened(from, entriesOf)
    expect(before.length).toBeGreaterThan(60)
    expect(report.records).toBeGreaterThanOrEqual(before.length)
    await opened(to, async (store) => {
      expect(await entriesOf(store)).toEqual(before)
      const open = await store.openIntents()
      expect(open).toEqual(await opened(from, (source) => source.openIntents()))
      const { digestKey } = await keysOfStore(store, to, { readOnly: true })
      const verdict = await verifyLog(store, { fingerprints: createFingerprints(digestKey) })
      expect(verdict.faults).toEqual([])
      expect(verdict.checkpoint).toMatchObject(report.checkpoint ?? {})
      // From here on the cursors are those of this store.
      expect(
        (await store.heads(await cursorOf(store))).heads.map(({ resource }) => resource),
      ).toEqual(direction.endsWith('DynamoDB') ? expect.any(Array) : [])
    })
    const log = '["local",null,"new"]'
    await opened(from, async (store) => {
      if (from.store.type === 'dynamodb') return
      await expect(store.append(outsideChangeOf(log, 1))).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining(`copied to the store ${report.to.id}`),
      })
    })
    await expect(openStore(from)).rejects.toThrow('clientry store reopen')
    await opened(to, async (store) => {
      expect(await store.append(outsideChangeOf(log, 1))).toBe(true)
    })
  })
})

const cursorOf = async (store: Store) =>
  ((await store.last('["$checkpoints",null,""]')) as Extract<Entry, { kind: 'checkpoint' }>).cursor

it('a server that runs on a table notices within seconds that it was closed', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const from = await table(earlierItems())
  const { store } = await openStore(from)
  const log = '["local",null,"new"]'
  const first = outsideChangeOf(log, 1, { previous: '' })
  expect(await store.append(first)).toBe(true)
  // The copy waits until no server can go by what it saw before.
  const sleep = async (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds)
  const { to } = await copyStore(from, sqlite('b.db'), { sleep })
  const says = `copied to the store ${to.id}`
  const second = outsideChangeOf(log, 2, { previous: first.hash })
  await expect(store.append(second)).rejects.toThrow(says)
  await expect(store.check()).rejects.toThrow(says)
})

describe('the command', () => {
  const env = { KEY }
  const configure = (name: string) => {
    const config = {
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: `${name}.db` },
      providers: { local: { type: 'local' } },
      mode: 'development',
    }
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(config))
  }
  const run = (line: string) => clientry(line.split(' '), { folder, env })
  const COPY = 'store copy --from a.json --to b.json --yes'

  beforeEach(() => {
    configure('a')
    configure('b')
    writeEarlierFile(join(folder, 'a.db'))
  })

  const rows = async (name: string) => {
    const database = await openToRead(join(folder, name))
    const count = database.prepare('select count(*) as n from log').get()
    database.close()
    return Number(count?.n)
  }

  it('goes on wherever it was killed, refuses a store with a history, and can be undone', async () => {
    // More entries than one commit takes.
    const store = createSqliteStore(await openDatabase(join(folder, 'a.db')))
    for (let log = 0; log < 40; log += 1) {
      const resource = `["local",null,"many-${log}"]`
      let previous = ''
      for (let seq = 1; seq <= 100; seq += 1) {
        const entry = outsideChangeOf(resource, seq, { previous })
        previous = entry.hash
        await store.append(entry)
      }
    }
    await store.close()
    const all = await rows('a.db')
    // It may be over before it is killed: then the rest of this test holds as well.
    for (const part of [1, all / 3, (2 * all) / 3]) {
      const child = start(COPY.split(' '), { folder, env })
      await Promise.race([
        once(child, 'exit'),
        eventually(async () =>
          expect(await rows('b.db').catch(() => 0)).toBeGreaterThanOrEqual(part),
        ),
      ])
      child.kill('SIGKILL')
      await ended(child)
    }
    const done = await run(COPY)
    const isOver = done.err.includes('has a history already')
    expect(done).toMatchObject({ code: isOver ? 2 : 0 })
    // The checkpoint of the copy.
    expect(await rows('b.db')).toBeGreaterThanOrEqual(all + 1)
    expect(await run(COPY)).toMatchObject({
      code: 2,
      err: expect.stringContaining('a history already'),
    })
    expect(await run('verify --config b.json')).toMatchObject({ code: 0 })
    expect(await run('verify --config a.json')).toMatchObject({ code: 0 })
    const closed = await run('list --config a.json --fresh')
    expect(closed).toMatchObject({ code: 6, err: expect.stringContaining('is read-only: since') })
    expect(await run('store reopen --config a.json --yes')).toMatchObject({ code: 0 })
    const again = await run('store reopen --config a.json --yes')
    expect(again.out).toContain('is open: nothing to do')
  })

  it('asks, and needs both places', async () => {
    expect(await run('store copy --from a.json --to b.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes'),
    })
    expect(await run('store copy --from a.json --yes')).toMatchObject({ code: 2 })
    expect(await run('store copy --from a.json --to a.json --yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the same store'),
    })
  })

  it('migrate only looks with --dry-run, and does it once', async () => {
    const looked = await run('store migrate --config a.json --dry-run')
    expect(looked).toMatchObject({ code: 0, err: '' })
    expect(looked.out).toMatch(
      /from layout 3 to 5\n.*\n.*\n {2}\d+ records, and every chain is right\n/,
    )
    expect(looked.out).toContain('can go on beside it')
    expect((await run('store migrate --config a.json --dry-run')).out).toEqual(looked.out)
    expect(await run('store migrate --config a.json')).toMatchObject({ code: 2 })
    expect((await run('store migrate --config a.json --yes')).out).toContain('It has layout 5 now.')
    expect((await run('store migrate --config a.json --yes --json')).out).toContain('"changes": []')
    expect(await run('store migrate --config b.json --dry-run')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no store'),
    })
  })
})
