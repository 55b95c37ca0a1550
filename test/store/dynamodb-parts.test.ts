/**
 * Entries that are larger than an item of DynamoDB: written in parts by several at once, by one that dies at any point, read
 * where a part is missing, checked, exported and copied.
 */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { keysOfStore } from '../../src/program/keys/open-keys.ts'
import { openStore } from '../../src/program/open-store.ts'
import { copyStore } from '../../src/program/operate/copy-store.ts'
import { exportHistory } from '../../src/service/evidence/export-history.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { createQueries } from '../../src/store/dynamodb/dynamodb-query.ts'
import type { OutsideChange } from '../../src/store/log/entry.ts'
import type { Store } from '../../src/store/store.ts'
import { CREDENTIALS, call, type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { KEY } from '../fixtures/stores/installation.ts'

const RESOURCE = '["cognito","eu-central-1_abc","client"]'
const HOUR = 3_600_000

let dynamodb: Dynamodb
let store: Store
let now: number

beforeEach(async () => {
  dynamodb = await startDynamodb()
  now = Date.now()
  store = createDynamodbStore({ ...dynamodb.settings, now: () => now })
})
afterEach(() => dynamodb.close())

const another = () => createDynamodbStore({ ...dynamodb.settings, now: () => now })
const operations = () => dynamodb.front.calls.map(({ operation }) => operation)

/** Nothing in it repeats; compressed it is half as long. */
const randomText = (bytes: number) => randomBytes(bytes).toString('hex')
const large = (seq = 1, more: Partial<OutsideChange> = {}) =>
  outsideChangeOf(RESOURCE, seq, { state: { text: randomText(420_000) }, ...more })

async function items(prefix: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { pk } of createQueries(dynamodb.settings).scan(prefix)) found.push(pk?.S ?? '')
  return found
}

it('puts the marker, the parts and then the entry, which every instance reads', async () => {
  const entry = large()
  expect(await store.append(entry)).toBe(true)
  const puts = ['PutItem', 'PutItem', 'PutItem', 'PutItem']
  expect(operations()).toEqual([...puts, 'DeleteItem'])
  const sent = dynamodb.front.calls.map(({ body }) => JSON.stringify(body))
  expect(sent.map((text) => /"(?:sk|pk)":\{"S":"(due|part|log)\b/.exec(text)?.[1])).toEqual([
    ...['due', 'part', 'part', 'log', 'due'],
  ])
  expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(600_000)
  expect(await store.last(RESOURCE)).toEqual(entry)
  expect(await another().entries(RESOURCE)).toEqual([entry])
  expect(await items('due')).toEqual([])
})

it('reads what takes from an entry in parts, and what is due beside it', async () => {
  const state = { text: randomText(220_000) }
  const entries = [
    intentOf(RESOURCE, 1, { state, sealed: randomText(220_000) }),
    closingOf(RESOURCE, 2, { state }),
    outsideChangeOf(RESOURCE, 3, { state: { ...state, name: 'other' } }),
  ]
  for (const entry of entries) expect(await store.append(entry)).toBe(true)
  expect(await another().entries(RESOURCE)).toEqual(entries)
  expect(await another().openIntents()).toEqual([])
  expect(await another().due(now + 2 * HOUR)).toEqual([])
})

it('has one winner among many at once, whose parts alone are left', async () => {
  const entries = [1, 2, 3, 4, 5].map((index) => large(1, { tag: `${index}` }))
  const won = await Promise.all(entries.map((entry) => another().append(entry)))
  expect(won.filter(Boolean)).toHaveLength(1)
  const winner = entries[won.indexOf(true)]
  expect(await store.last(RESOURCE)).toEqual(winner)
  const parts = await items('part')
  expect(parts.length).toBeGreaterThan(1)
  expect(new Set(parts).size).toBe(1)
  expect(parts[0]).toContain(winner?.hash)
  expect(await items('due')).toEqual([])
})

it('lets no one who is second with the very same entry take away its parts', async () => {
  const entry = large()
  const won = await Promise.all([store.append(entry), another().append(entry)])
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await another().last(RESOURCE)).toEqual(entry)
})

/** The calls of one append: marker, two parts, the entry, and the removal of the marker. */
const CRASHES = { marker: 0, 'first part': 1, 'second part': 2, entry: 3 }

it.each(Object.entries(CRASHES))(
  'removes the parts of a writer that died at its %s, an hour later',
  async (_, skip) => {
    dynamodb.front.inject({ kind: 'reset_before_apply', skip, times: 6 })
    await expect(store.append(large())).rejects.toMatchObject({ code: 'store_unavailable' })
    dynamodb.front.clearFaults()
    expect(await store.last(RESOURCE)).toBeUndefined()
    const entry = large()
    expect(await store.append(entry)).toBe(true)
    await store.due(now)
    expect(await store.last(RESOURCE)).toEqual(entry)
    await store.due(now + HOUR)
    expect(new Set(await items('part')).size).toBe(1)
    expect(await items('due')).toEqual([])
    expect(await another().last(RESOURCE)).toEqual(entry)
  },
)

it('keeps the parts of an entry whose answer was lost, and of one whose marker was left', async () => {
  dynamodb.front.inject({ kind: 'reset_after_apply', skip: 3, times: 3 })
  const first = large(1)
  await expect(store.append(first)).rejects.toMatchObject({ code: 'store_unavailable' })
  dynamodb.front.inject({ kind: 'error_before_apply', operation: 'DeleteItem' })
  const second = large(2)
  expect(await store.append(second)).toBe(true)
  expect(await items('due')).toHaveLength(2)
  await store.due(now + HOUR)
  expect(await items('due')).toEqual([])
  expect(await another().entries(RESOURCE)).toEqual([first, second])
})

it('sends no entry after it was stopped for so long that its parts may be gone', async () => {
  const { front } = dynamodb
  const times = [now, now + HOUR]
  const stopped = createDynamodbStore({
    ...dynamodb.settings,
    // The first part has been sent when time jumps.
    now: () => times[front.calls.length > 1 ? 1 : 0] ?? now,
  })
  await expect(stopped.append(large())).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await store.last(RESOURCE)).toBeUndefined()
})

async function removePart(): Promise<void> {
  const [pk] = await items('part')
  const Key = { pk: { S: pk }, sk: { S: '000000000001' } }
  const input = { TableName: dynamodb.settings.table, Key }
  await call(dynamodb.settings.endpoint, 'DeleteItem', JSON.stringify(input))
}

it('says which part is missing, to those who read, verify and export', async () => {
  await store.append(large(1, { previous: '' }))
  await removePart()
  await expect(another().last(RESOURCE)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringMatching(
      /^Record 1 of .* cannot be read: part 2 of 2 is missing\. Run `clientry verify`/,
    ),
  })
  const why = 'part 2 of 2 is missing'
  const { faults } = await verifyLog(another())
  expect(faults).toEqual([{ resource: RESOURCE, seq: 1, why }])
  const signer = { keyId: 'key', publicKey: '', sign: () => '' }
  const exporting = async () => {
    for await (const _ of exportHistory({ store: another(), id: 'store', signer, now })) {
      // It ends before there is a line.
    }
  }
  await expect(exporting()).rejects.toThrow(`(${why})`)
})

it('reports an outage as one, and no record as damaged', async () => {
  await store.append(large(1, { previous: '' }))
  dynamodb.front.inject({ kind: 'error_before_apply', operation: 'Query', times: 1_000 })
  await expect(verifyLog(another())).rejects.toMatchObject({ code: 'store_unavailable' })
})

it('is copied from SQLite and back with every chain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-parts-'))
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey
  try {
    const keys = [{ key: Buffer.from(KEY, 'base64'), at: 'key' }] as const
    const mode = 'production' as const
    const sqlite = (name: string) => ({
      mode,
      store: { type: 'sqlite' as const, path: join(folder, name), create: true },
      keys,
    })
    const { table, region, endpoint } = dynamodb.settings
    const store = { type: 'dynamodb' as const, table, region, endpoint, create: true }
    const onTable = { mode, store, keys }
    const opened = await openStore(sqlite('a.db'))
    await keysOfStore(opened.store, sqlite('a.db'), { isNew: true })
    const first = large(1, { previous: '' })
    const entries = [first, large(2, { previous: first.hash })]
    for (const entry of entries) await opened.store.append(entry)
    await opened.store.close()
    const options = { sleep: async () => {} }
    await copyStore(sqlite('a.db'), onTable, options)
    expect((await items('part')).length).toBeGreaterThan(3)
    await copyStore(onTable, sqlite('b.db'), options)
    const back = await openStore(sqlite('b.db'))
    expect(await back.store.entries(RESOURCE)).toEqual(entries)
    const { digestKey } = await keysOfStore(back.store, sqlite('b.db'), { readOnly: true })
    const fingerprints = createFingerprints(digestKey)
    expect((await verifyLog(back.store, { fingerprints })).faults).toEqual([])
    await back.store.close()
  } finally {
    delete process.env.AWS_ACCESS_KEY_ID
    delete process.env.AWS_SECRET_ACCESS_KEY
    rmSync(folder, { recursive: true, force: true })
  }
})
