/**
 * Histories that commit dbe5398 stored, opened by this version: SQLite and DynamoDB. They hold changes,
 * changes of others, a rollback, keys, a creation, a copy, a removal, a protection, leases, suspensions,
 * a retirement, registrations, jobs, a checkpoint, and a change that a crash left open
 * (`test/fixtures/stores/make.ts`). They are opened with the key that they were written with, and after a rekey with
 * another key alone.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { Auth0Client } from '../../src/emulators/auth0/index.ts'
import type { ClientRecord } from '../../src/emulators/cognito/index.ts'
import { keysOfStore } from '../../src/program/keys/open-keys.ts'
import { rekeyStore } from '../../src/program/keys/rekey-store.ts'
import { copyStore } from '../../src/program/operate/copy-store.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import type { Documents } from '../../src/store/documents.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import type { StoreKeys } from '../../src/store/keys/keys.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import {
  type Body,
  type Installation,
  KEY,
  openInstallation,
  pathOf,
} from '../fixtures/stores/installation.ts'
import { runs } from '../property.ts'
import { CREDENTIALS, call, type Dynamodb, startDynamodb } from './dynamodb.ts'

interface Expected {
  /** Epoch milliseconds. */
  readonly madeAt: number
  readonly ids: Readonly<Record<'made' | 'gone' | 'registered' | 'done' | 'planned', string>>
  readonly upstream: { readonly auth0: Auth0Client[]; readonly cognito: ClientRecord[] }
  readonly answers: readonly { readonly route: string; readonly answer: Body }[]
}

interface Opened {
  readonly store: Store
  documents?(keys: StoreKeys): Documents
  close(): Promise<void>
}

const read = (name: string) =>
  gunzipSync(readFileSync(join('test', 'fixtures', 'stores', `${name}.gz`)))

async function openSqlite(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  const path = join(folder, 'clientry.db')
  writeFileSync(path, read('sqlite.db'))
  const database = await openDatabase(path)
  const store = createSqliteStore(database)
  return {
    store,
    documents: (keys) => createDocuments(database, { keys }),
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function openDynamodb(): Promise<Opened> {
  const { settings, close } = await startEarlier()
  return { store: createDynamodbStore(settings), close }
}

/** A table with the items of that commit. */
async function startEarlier(): Promise<Dynamodb> {
  const dynamodb = await startDynamodb()
  const items = JSON.parse(read('dynamodb.json').toString())
  for (const Item of items) {
    const put = JSON.stringify({ TableName: dynamodb.settings.table, Item })
    await call(dynamodb.settings.endpoint, 'PutItem', put)
  }
  return dynamodb
}

/** What the table had, in a file that it was copied to. */
async function openCopy(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  const path = join(folder, 'clientry.db')
  const { settings, close } = await startEarlier()
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey)
  const { table, region, endpoint } = settings
  const from = { type: 'dynamodb' as const, create: false, table, region, endpoint }
  const keys = [keyOf(KEY)] as const
  const to = { type: 'sqlite' as const, create: false, path }
  await copyStore({ store: from, keys }, { store: to, keys }, { sleep: async () => {} })
  await close()
  vi.unstubAllEnvs()
  const store = createSqliteStore(await openDatabase(path))
  return {
    store,
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const STORES = { sqlite: openSqlite, dynamodb: openDynamodb, copy: openCopy }
/** Whose answers are expected. */
const ANSWERS = { sqlite: 'sqlite', dynamodb: 'dynamodb', copy: 'dynamodb' } as const
const NEW_KEY = Buffer.alloc(32, 4).toString('base64')
const keyOf = (text: string, at = 'key') => ({ at, key: Buffer.from(text, 'base64') })
/** Its new data key seals from the beginning of the test on. */
const BEFORE_MS = 600_000

const CASES = (Object.keys(STORES) as (keyof typeof STORES)[]).flatMap((name) => [
  { name, key: KEY },
  // What a rekey does is the same on every store: one in `npm test`, all in `npm run test:long`.
  ...(name === 'sqlite' || runs(1) > 1 ? [{ name, key: NEW_KEY }] : []),
])

describe.each(CASES)('a history of $name, opened with $key', ({ name, key }) => {
  const expected: Expected = JSON.parse(read(`${ANSWERS[name]}-expected.json`).toString())
  let opened: Opened
  let installation: Installation
  let keys: StoreKeys

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: expected.madeAt - BEFORE_MS })
    opened = await STORES[name]()
    const { store } = opened
    if (key !== KEY) await rekeyStore(store, { keys: [keyOf(key), keyOf(KEY, 'formerKeys[0]')] })
    // Leases and retirements end by themselves; here no time has passed.
    vi.setSystemTime(expected.madeAt)
    keys = await keysOfStore(store, { keys: [keyOf(key)] })
    const documents = opened.documents?.(keys)
    installation = await openInstallation(
      { store, key, ...(documents && { documents }) },
      expected.upstream,
    )
  })
  afterEach(async () => {
    await installation.close()
    await opened.close()
    vi.useRealTimers()
  })

  const answerOf = (route: string) => {
    const found = expected.answers.find((one) => one.route === route)
    if (found === undefined) throw new TypeError(`no answer was kept for ${route}`)
    return found.answer
  }

  test('proves itself', async () => {
    const fingerprints = createFingerprints(keys.digestKey)
    const { faults, records, checkpoint } = await verifyLog(opened.store, { fingerprints })
    expect(faults).toEqual([])
    expect(records).toBeGreaterThan(70)
    expect(checkpoint).toBeDefined()
  })

  test('shows what it showed', async () => {
    const alice = await installation.as('alice')
    // These came from servers that are gone: the registered client, and the ids of secrets.
    const gone = [
      pathOf(expected.ids.registered, 'registered'),
      pathOf('one', 'cognito', '/secrets'),
    ]
    const routes = expected.answers.filter(({ route }) => !gone.includes(route))
    for (const { route, answer } of routes) {
      const shown = await alice('GET', route)
      const items = (shown.items ?? shown.results) as readonly { outcome?: string }[] | undefined
      // The crash came after the last answer.
      const settled = items?.filter(({ outcome }) => outcome !== 'open')
      const member = shown.items === undefined ? 'results' : 'items'
      expect(items === undefined ? shown : { ...shown, [member]: settled }, route).toMatchObject(
        storedPart(answer),
      )
    }
  })

  test('has its open change settled, and takes new ones', async () => {
    const alice = await installation.as('alice')
    expect(await opened.store.openIntents()).toHaveLength(1)
    vi.setSystemTime(expected.madeAt + 60_000)
    await alice.clientry.sweep()
    expect(await opened.store.openIntents()).toEqual([])
    const [settled] = await historyOf(alice, pathOf('four', 'auth0', '/history'))
    expect(settled).toMatchObject({ outcome: 'not_applied', settledBy: 'settlement' })

    for (const path of [
      pathOf('one'),
      pathOf(expected.ids.made),
      pathOf('two', 'cognito'),
      pathOf('one', 'cognito'),
    ]) {
      await alice('PATCH', path, { client: { name: 'After the upgrade' } })
      const [newest, before] = await historyOf(alice, path.replace('?', '/history?'))
      expect(newest, path).toMatchObject({ kind: 'change', outcome: 'applied' })
      // An earlier version made the fingerprint of the state before: it must still be recognised.
      expect(before?.kind, path).not.toBe('outside_change')
    }
  })

  test('can be rolled back, and its suspensions and leases ended', async () => {
    const alice = await installation.as('alice')
    const { items } = answerOf(`${pathOf('one', 'auth0', '/history')}&limit=100`) as {
      items: readonly { revision: number }[]
    }
    const first = items.at(-1)?.revision ?? 0
    await alice('POST', pathOf('one', 'auth0', '/rollback'), { to: first, allowPartial: true })
    expect(await alice('GET', pathOf('one'))).toMatchObject({
      callbacks: ['https://a.example.com/cb', 'https://b.example.com/cb'],
    })
    await alice('POST', pathOf('three', 'auth0', '/resume'), {})
    expect(await alice('GET', pathOf('three'))).toMatchObject({
      grantTypes: ['authorization_code', 'refresh_token'],
    })
    await alice('POST', pathOf('two', 'cognito', '/resume'), {})
    await alice('DELETE', `${pathOf('two', 'auth0', '/leases')}&owner=pr-1`)
    expect(await alice('GET', pathOf('two'))).toMatchObject({
      callbacks: ['https://two.example.com/cb'],
      protected: true,
    })
    await expect(alice('DELETE', pathOf('two'), undefined, { 'if-match': '*' })).rejects.toThrow(
      'client_protected',
    )
  })

  test('still knows its keys, and goes on with its jobs', async () => {
    const [alice, bob] = [await installation.as('alice'), await installation.as('bob')]
    const again = await alice(
      'POST',
      '/clients',
      { kind: 'web', client: { name: 'Made here', callbacks: ['https://made.example.com/cb'] } },
      { 'idempotency-key': 'key-of-alice-1' },
    )
    expect(again.id).toBe(expected.ids.made)
    vi.setSystemTime(expected.madeAt + 60_000)
    await bob.clientry.sweep()
    await bob('POST', `/jobs/${expected.ids.planned}/start`)
    await vi.waitUntil(
      async () => (await bob('GET', `/jobs/${expected.ids.planned}`)).state === 'done',
      { timeout: 60_000 },
    )
    expect(installation.auth0.client('four')).toMatchObject({ description: 'By a job, planned' })
  })
})

/** An answer with any sentences on what a suspension leaves running: no store holds these, each version words them. */
const storedPart = (answer: Body): Body =>
  JSON.parse(JSON.stringify(answer), (name, value) =>
    name === 'doesNotStop' ? expect.any(Array) : value,
  )

async function historyOf(
  caller: Awaited<ReturnType<Installation['as']>>,
  route: string,
): Promise<readonly { readonly kind?: string }[]> {
  return ((await caller('GET', route)) as { items: { kind?: string }[] }).items
}
