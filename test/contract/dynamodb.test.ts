/**
 * G7: the contract of every store on DynamoDB, and what that store promises alone: on dynalite, and on moto in
 * `npm run test:servers`.
 */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { createFeed } from '../../src/store/dynamodb/dynamodb-feed.ts'
import { entryItem } from '../../src/store/dynamodb/dynamodb-items.ts'
import { createQueries } from '../../src/store/dynamodb/dynamodb-query.ts'
import type { Store } from '../../src/store/store.ts'
import { eventually } from '../eventually.ts'
import { closingOf, intentOf, jobClaimOf, jobOf, outsideChangeOf } from '../fixtures/entries.ts'
import { CHOSEN } from '../servers/chosen.ts'
import { describeApprovals } from './approval-cases.ts'
import { describeDelivery } from './delivery-cases.ts'
import { type Dynamodb, startDynamodb } from './dynamodb.ts'
import { describeMirror } from './mirror-cases.ts'
import { describeStore, STORE_UNAVAILABLE, type StoreSubject } from './store.ts'

const RESOURCE = '["cognito","eu-central-1_abc","client"]'

const DYNAMODB_FAULTS = {
  'every call is throttled': 'throttle',
  'the service fails': 'error_before_apply',
  'the credentials have expired': 'expired_credentials',
} as const

const SUBJECT: StoreSubject = {
  name: 'DynamoDB',
  outages: ['no one listens', ...Object.keys(DYNAMODB_FAULTS)],
  open: async () => {
    const dynamodb = await startDynamodb()
    return {
      store: createDynamodbStore(dynamodb.settings),
      another: async () => createDynamodbStore(dynamodb.settings),
      lose: async (outage) => {
        if (outage === 'no one listens') return dynamodb.stop()
        const kind = DYNAMODB_FAULTS[outage as keyof typeof DYNAMODB_FAULTS]
        dynamodb.front.inject({ kind, times: 1_000 })
        return async () => dynamodb.front.clearFaults()
      },
      stored: async () => {
        let length = 0
        for await (const item of createQueries(dynamodb.settings).scan('log:')) {
          length += item.entry?.S?.length ?? 0
        }
        return length
      },
      close: dynamodb.close,
    }
  },
}

describeStore(SUBJECT)
describe(SUBJECT.name, () => {
  describeDelivery(SUBJECT)
  describeApprovals(SUBJECT)
  describeMirror(SUBJECT)
})

describe('DynamoDB alone', () => {
  let dynamodb: Dynamodb
  let store: Store
  const operations = () => dynamodb.front.calls.map(({ operation }) => operation)

  beforeEach(async () => {
    dynamodb = await startDynamodb()
    store = createDynamodbStore(dynamodb.settings)
  })
  afterEach(() => dynamodb.close())

  it('makes seven calls for a change: head, marker, place, mirror, intent, outcome, marker away', async () => {
    await store.last(RESOURCE)
    await store.append(intentOf(RESOURCE, 1))
    await store.append(closingOf(RESOURCE, 2))
    const puts = ['PutItem', 'PutItem', 'PutItem', 'PutItem', 'PutItem']
    expect(operations()).toEqual(['Query', ...puts, 'DeleteItem'])
  })

  // dynalite has one copy of everything and cannot show a stale read.
  it('asks for strong consistency with every read', async () => {
    await store.append(intentOf(RESOURCE, 1))
    await Promise.all([store.last(RESOURCE), store.entries(RESOURCE), store.openIntents()])
    await store.check()
    const reads = dynamodb.front.calls.filter(({ operation }) => operation === 'Query')
    expect(reads).toHaveLength(5)
    for (const { body } of reads) expect(body).toMatchObject({ ConsistentRead: true })
  })

  it('asks once for a job of whose many entries each has left a marker, and takes them away', async () => {
    await store.append(jobOf('a', 1_000))
    for (let seq = 2; seq < 22; seq += 1) {
      const claim = { runner: 'one', until: 2_000 + seq }
      await store.append(jobClaimOf('a', seq, 1_100, { state: 'running', claim }))
    }
    const before = operations().length
    expect(await store.due(9_000)).toHaveLength(1)
    const asked = operations().slice(before)
    expect(asked.filter((one) => one === 'Query')).toHaveLength(2)
    expect(asked.filter((one) => one === 'DeleteItem')).toHaveLength(19)
    expect(await store.due(9_000)).toHaveLength(1)
    expect(operations().slice(before + asked.length)).toEqual(['Query', 'Query'])
  })

  // The service refuses such a key; dynalite looks for it.
  it('does not ask for an operation whose key would be longer than 2,048 bytes', async () => {
    await store.operation('x'.repeat(2_048 - 'operation:'.length))
    await store.operation('ü'.repeat(1_020))
    expect(operations()).toEqual(['Query'])
  })

  it('shows for a checkpoint what comes after an entry of a clock that is ahead', async () => {
    const [hour, log] = [3_600_000, (id: string) => JSON.stringify(['cognito', null, id])]
    await store.append(outsideChangeOf(log('ahead'), 1, { at: Date.now() + hour }))
    const { cursor } = await store.heads(undefined)
    await store.append(outsideChangeOf(log('right'), 1, { at: Date.now() }))
    const seen = async (at: Store) =>
      (await at.heads(cursor)).heads.map(({ resource }) => resource).sort()
    expect(await seen(store)).toEqual([log('right')])
    const feed = createFeed(createQueries(dynamodb.settings), () => Date.now() + 2 * hour)
    const { heads } = await feed.heads(cursor)
    expect(heads.map(({ resource }) => resource).sort()).toEqual([log('ahead'), log('right')])
    const poisoned = await store.heads(String(Date.now() + hour))
    expect(poisoned.heads.map(({ resource }) => resource)).toEqual([log('right')])
  })

  // Moto takes seconds for an answer with a thousand items.
  it.skipIf(CHOSEN === 'moto')(
    'finds for a checkpoint what comes after more jobs than it looks at at once',
    async () => {
      const { put, queryFeed } = createQueries(dynamodb.settings)
      const jobs = Array.from({ length: 1_100 }, (_, index) => jobOf(`${index}`, 1_000 + index))
      // A few at a time: each has to be answered within the time-out of a call.
      for (let from = 0; from < jobs.length; from += 10) {
        await Promise.all(
          jobs.slice(from, from + 10).map((job) => put(entryItem(job, 'w', JSON.stringify(job)))),
        )
      }
      await store.append(outsideChangeOf(RESOURCE, 1, { at: 5_000 }))
      const { heads, cursor } = await createFeed({ queryFeed }, Date.now).heads(undefined)
      expect(heads.map(({ resource }) => resource)).toEqual([RESOURCE])
      expect(cursor).toBe('5000')
    },
  )

  it('hands on the records of a log page by page', async () => {
    for (const seq of [1, 2, 3, 4, 5, 6]) {
      // Nothing in them repeats, so each takes its room.
      const state = { text: randomBytes(150_000).toString('hex') }
      await store.append(outsideChangeOf(RESOURCE, seq, { state }))
    }
    dynamodb.front.clearCalls()
    const seen: number[] = []
    for await (const { seq } of store.records(RESOURCE)) {
      if (seq === 1) expect(operations()).toEqual(['Query'])
      seen.push(seq)
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    expect(operations()).toEqual(['Query', 'Query'])
  })

  it('makes one call to learn that no intent is open', async () => {
    await store.append(intentOf(RESOURCE, 1))
    await store.append(closingOf(RESOURCE, 2))
    dynamodb.front.clearCalls()
    expect(await store.openIntents()).toEqual([])
    expect(operations()).toEqual(['Query'])
  })

  it.each([
    'reset_after_apply',
    'error_after_apply',
    'stall_after_apply',
    'cut_answer',
    'garbage_answer',
    'reset_before_apply',
    'error_before_apply',
    'throttle',
  ] as const)('appends once and knows it under %s', async (kind) => {
    dynamodb.front.inject({ kind })
    expect(await store.append(outsideChangeOf(RESOURCE, 1))).toBe(true)
    expect(operations()).toEqual(['PutItem', 'PutItem'])
    expect(await store.entries(RESOURCE)).toEqual([outsideChangeOf(RESOURCE, 1)])
  })

  it('knows that it lost when someone else was first behind a lost request', async () => {
    const other = createDynamodbStore(dynamodb.settings)
    dynamodb.front.inject({ kind: 'stall_before_apply' })
    const mine = store.append(outsideChangeOf(RESOURCE, 1, { tag: 'mine' }))
    await eventually(() => expect(dynamodb.front.calls).toHaveLength(1))
    expect(await other.append(outsideChangeOf(RESOURCE, 1, { tag: 'theirs' }))).toBe(true)
    expect(await mine).toBe(false)
    expect(await store.last(RESOURCE)).toMatchObject({ tag: 'theirs' })
  })

  it('is right about an append whose first copy arrives after the second', async () => {
    dynamodb.front.inject({ kind: 'delay', delayMs: 2_500 })
    expect(await store.append(outsideChangeOf(RESOURCE, 1))).toBe(true)
    expect(dynamodb.front.calls).toHaveLength(1)
    await eventually(() => expect(dynamodb.front.calls).toHaveLength(2))
    expect(dynamodb.front.calls.map(({ status }) => status)).toEqual([200, 200])
    expect(await store.entries(RESOURCE)).toEqual([outsideChangeOf(RESOURCE, 1)])
  })

  it('does not list an intent that died between its marker and itself', async () => {
    dynamodb.front.inject({ kind: 'reset_before_apply', skip: 3, times: 3 })
    await expect(store.append(intentOf(RESOURCE, 1))).rejects.toEqual(STORE_UNAVAILABLE)
    expect(await store.openIntents()).toEqual([])
    expect(await store.append(intentOf(RESOURCE, 1))).toBe(true)
    expect(await store.openIntents()).toEqual([intentOf(RESOURCE, 1)])
  })

  it('lists an intent whose writer gave up although it had arrived', async () => {
    dynamodb.front.inject({ kind: 'reset_after_apply', skip: 3, times: 3 })
    await expect(store.append(intentOf(RESOURCE, 1))).rejects.toEqual(STORE_UNAVAILABLE)
    expect(await store.openIntents()).toEqual([intentOf(RESOURCE, 1)])
  })

  it('sweeps away a marker that was left after the outcome', async () => {
    await store.append(intentOf(RESOURCE, 1))
    dynamodb.front.inject({ kind: 'error_before_apply', operation: 'DeleteItem' })
    expect(await store.append(closingOf(RESOURCE, 2))).toBe(true)
    dynamodb.front.clearCalls()
    expect(await store.openIntents()).toEqual([])
    expect(operations()).toEqual(['Query', 'Query', 'DeleteItem'])
    dynamodb.front.clearCalls()
    await store.openIntents()
    expect(operations()).toEqual(['Query'])
  })

  it("keeps the next intent's marker when the one before is removed late", async () => {
    await store.append(intentOf(RESOURCE, 1))
    dynamodb.front.inject({ kind: 'delay', delayMs: 300, operation: 'DeleteItem' })
    const closing = store.append(closingOf(RESOURCE, 2))
    await eventually(async () => expect((await store.last(RESOURCE))?.seq).toBe(2))
    await store.append(intentOf(RESOURCE, 3))
    await closing
    expect(await store.openIntents()).toEqual([intentOf(RESOURCE, 3)])
  })

  // Moto refuses an item of 405,000 bytes already.
  it.skipIf(CHOSEN === 'moto')(
    'puts an entry of 400 KB to the byte as one item, and one more in parts',
    async () => {
      const names = [
        'pk',
        'sk',
        'writeId',
        'entry',
        'feed',
        'feedAt',
        'provider',
        'outcome',
        'hash',
      ]
      const indexed = ['feed', 'cognito', 'outside_change'].join('').length + 15 + 64 + 12 + 2 + 43
      const values = `log:${RESOURCE}`.length + 12 + 36 + indexed
      const empty = JSON.stringify(outsideChangeOf(RESOURCE, 1, { tag: '' })).length
      const room = 400 * 1024 - names.join('').length - values - empty
      // Nothing in it repeats, so it is stored as it is.
      const random = randomBytes(200 * 1024).toString('hex')
      const entryOf = (length: number) =>
        outsideChangeOf(RESOURCE, 1, { tag: random.slice(0, length) })
      expect(await store.append(entryOf(room))).toBe(true)
      expect(operations()).toEqual(['PutItem'])
      const other = '["cognito","eu-central-1_abc","other!"]'
      expect(other.length).toBe(RESOURCE.length)
      const tag = random.slice(0, room + 1)
      expect(await store.append(outsideChangeOf(other, 1, { tag }))).toBe(true)
      expect(operations()).toEqual(['PutItem', 'PutItem', 'PutItem', 'PutItem', 'DeleteItem'])
      expect(await store.last(other)).toMatchObject({ tag })
    },
  )

  it('refuses an entry of more than 16 parts before it sends anything', async () => {
    const tag = randomBytes(16 * 384 * 1024 + 100_000).toString('hex')
    await expect(store.append(outsideChangeOf(RESOURCE, 1, { tag }))).rejects.toMatchObject({
      code: 'too_large',
    })
    expect(operations()).toEqual([])
  })

  it('gives up at once where only an operator can help', async () => {
    dynamodb.front.inject({ kind: 'expired_credentials' })
    await expect(store.last(RESOURCE)).rejects.toEqual(STORE_UNAVAILABLE)
    expect(operations()).toEqual(['Query'])
  })

  it('signs with the keys of the moment, and says so when there are none', async () => {
    const wrong = { accessKeyId: 'AKID', secretAccessKey: 'other' }
    const keys = [async () => wrong, () => Promise.reject(new Error('no keys'))]
    for (const credentials of keys) {
      const other = createDynamodbStore({ ...dynamodb.settings, credentials })
      await expect(other.check()).rejects.toEqual(STORE_UNAVAILABLE)
    }
  })

  it('says so when the table does not exist', async () => {
    const other = createDynamodbStore({ ...dynamodb.settings, table: 'another' })
    await expect(other.check()).rejects.toEqual(STORE_UNAVAILABLE)
  })
})
