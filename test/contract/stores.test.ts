/** G7: one contract for every store, here on SQLite and PostgreSQL; and what SQLite promises alone. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { startWriter } from '../../src/store/sqlite/threaded-writer.ts'
import { describePostgres, openPlace } from '../postgres/place.ts'
import { describeApprovals } from './approval-cases.ts'
import { describeDelivery } from './delivery-cases.ts'
import { describeMirror } from './mirror-cases.ts'
import { describeStore, STORE_UNAVAILABLE, type StoreSubject } from './store.ts'

/** All of it, for each of them. */
function describeStores(subject: StoreSubject): void {
  describeStore(subject)
  describe(subject.name, () => {
    describeDelivery(subject)
    describeApprovals(subject)
    describeMirror(subject)
  })
}

/** Pragmas by which a file can do no more, and those that undo them. */
const SQLITE_OUTAGES: Readonly<Record<string, readonly [string, string]>> = {
  'the disk is full': ['pragma max_page_count = 1', 'pragma max_page_count = 1000000'],
  'the file is read-only': ['pragma query_only = on', 'pragma query_only = off'],
}

describeStores({
  name: 'SQLite',
  outages: Object.keys(SQLITE_OUTAGES),
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-store-'))
    const path = join(folder, 'clientry.db')
    const open: Database[] = []
    const database = async () => {
      const one = await openDatabase(path)
      open.push(one)
      return one
    }
    const first = await database()
    return {
      store: createSqliteStore(first),
      another: async () => createSqliteStore(await database()),
      lose: async (outage) => {
        const [begin, end] = SQLITE_OUTAGES[outage] ?? ['', '']
        first.exec(begin)
        return async () => first.exec(end)
      },
      stored: async () => Number(first.prepare('select sum(length(entry)) as n from log').get()?.n),
      close: async () => {
        for (const one of open) closeOnce(one)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
})

describeStores({
  name: 'SQLite with a thread that writes',
  outages: ['another process keeps the lock'],
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-store-'))
    const path = join(folder, 'clientry.db')
    const closers: (() => Promise<void>)[] = []
    const another = async () => {
      const database = await openDatabase(path)
      const store = createSqliteStore(database, startWriter(path))
      let isOpen = true
      const close = async () => {
        if (isOpen) await store.close()
        isOpen = false
      }
      closers.push(close)
      return { database, store: { ...store, close } }
    }
    const { database, store } = await another()
    return {
      store,
      another: async () => (await another()).store,
      lose: async () => {
        // Another connection than that of the thread.
        database.exec('begin immediate')
        return async () => database.exec('rollback')
      },
      stored: async () =>
        Number(database.prepare('select sum(length(entry)) as n from log').get()?.n),
      close: async () => {
        for (const close of closers) await close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
})

function closeOnce(database: Database): void {
  try {
    database.close()
  } catch {
    // The test has closed it.
  }
}

describePostgres('on PostgreSQL', () =>
  describeStores({
    name: 'PostgreSQL',
    outages: ['no one listens', 'the rights are gone'],
    open: async () => {
      const place = await openPlace()
      return {
        store: place.store(),
        another: async () => place.store(),
        lose: async (outage) => {
          if (outage === 'no one listens') return place.proxy.stop()
          await place.query('revoke insert on log from clientry')
          return async () => {
            await place.query('grant insert on log to clientry')
          }
        },
        stored: async () =>
          Number((await place.query('select sum(length(entry)) as n from log'))[0]?.n),
        close: place.close,
      }
    },
  }),
)

describe('SQLite alone', () => {
  it('fails its check when it cannot write', async () => {
    const database = await openDatabase(':memory:')
    const store = createSqliteStore(database)
    database.exec('pragma query_only = on')
    await expect(store.check()).rejects.toEqual(STORE_UNAVAILABLE)
    await store.close()
  })

  it('says so when the file cannot be opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-store-'))
    await expect(openDatabase(folder)).rejects.toEqual(STORE_UNAVAILABLE)
    rmSync(folder, { recursive: true, force: true })
  })
})
