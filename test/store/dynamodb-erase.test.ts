/**
 * Sealed texts that are old enough are removed from a DynamoDB table: item by item, so that each entry reads at any moment as it was or
 * as it is to be, no matter who dies, appends or removes at the same time; and only once no earlier program writes.
 */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import {
  CLOSED_AFTER_MS,
  dynamodbLayout,
  guardedErase,
} from '../../src/store/dynamodb/dynamodb-layout.ts'
import { createQueries } from '../../src/store/dynamodb/dynamodb-query.ts'
import { erased, withSealed } from '../../src/store/erasing.ts'
import { readChains } from '../../src/store/layout/chains.ts'
import { migrate } from '../../src/store/layout/migrate.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import type { Store } from '../../src/store/store.ts'
import { type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { describeErasing } from './erase-cases.ts'

const RESOURCE = '["cognito","eu-central-1_abc","client"]'
const HOUR = 3_600_000

/** Everything that is stored of some partitions. */
async function storedIn({ settings }: Dynamodb, ...prefixes: readonly string[]): Promise<string> {
  const items: string[] = []
  for (const prefix of prefixes)
    for await (const item of createQueries(settings).scan(prefix)) items.push(JSON.stringify(item))
  return items.join('\n')
}

describe('on DynamoDB', () => {
  describeErasing(async () => {
    const dynamodb = await startDynamodb()
    return {
      store: createDynamodbStore(dynamodb.settings),
      stored: (resource) => storedIn(dynamodb, `log:${resource}`),
      everything: () => storedIn(dynamodb, 'log:', 'part:'),
      close: dynamodb.close,
    }
  })
})

describe('removing from a table', () => {
  let dynamodb: Dynamodb
  let store: Store
  let now: number
  beforeEach(async () => {
    dynamodb = await startDynamodb()
    now = Date.now()
    store = another()
  })
  afterEach(() => dynamodb.close())

  const another = () => createDynamodbStore({ ...dynamodb.settings, now: () => now })
  const left = (entry: Entry) => withSealed(entry, erased)
  const read = () => another().entries(RESOURCE)
  const faultOf = async () => (await readChains(another().records())).fault
  /** Enough that is the same in all of them for each to take it from the first one. */
  const shared = randomBytes(3_000).toString('hex')
  /** Appends entries, each with a sealed text of so many bytes. */
  async function append(...lengths: readonly number[]): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    let before = await store.last(RESOURCE)
    for (const length of lengths) {
      const sealed = randomBytes(length).toString('base64')
      const {
        seq: _,
        hash: __,
        previous: ___,
        ...body
      } = outsideChangeOf(RESOURCE, 1, {
        state: { shared, $sealed: sealed },
      })
      before = following(before, body) as Entry
      entries.push(before)
      expect(await store.append(before)).toBe(true)
    }
    return entries
  }

  it('reads as it was or as it is to be, wherever it dies, and is done by the next one', async () => {
    const before = await append(900, 600, 300)
    const after = before.map(left)
    const either = before.map((entry, index) => expect.toSatisfy(isOneOf(entry, after[index])))
    let deaths = 0
    for (let skip = 0; ; skip += 1) {
      dynamodb.front.inject({ kind: 'reset_before_apply', operation: 'PutItem', skip, times: 3 })
      const isDone = await another()
        .erase(after)
        .catch(() => undefined)
      dynamodb.front.clearFaults()
      expect(await read()).toEqual(either)
      expect(await faultOf()).toBeUndefined()
      if (isDone === true) break
      deaths += 1
    }
    expect(deaths).toBeGreaterThan(0)
    expect(await read()).toEqual(after)
  })

  it('has one result where several do so at once, and while a process appends that has the first entry at hand', async () => {
    const before = await append(900, 600, 300)
    const after = before.map(left)
    const [[last]] = await Promise.all([
      append(500),
      ...[1, 2, 3].map(() => another().erase(after)),
    ])
    while (!(await another().erase(after))) expect(await faultOf()).toBeUndefined()
    expect(await read()).toEqual([...after, last])
    // A process that has it at hand writes on.
    const more = await append(400)
    expect(await read()).toEqual([...after, last, ...more])
    expect(await faultOf()).toBeUndefined()
  })

  it('leaves nothing of a text in parts, an hour later', async () => {
    const before = await append(310_000, 300)
    const after = before.map(left)
    const texts = before.map(({ hash }) => `part:${hash}`)
    expect(await store.erase?.(after)).toBe(true)
    expect(await read()).toEqual(after)
    // A reader that began before still finds the parts.
    expect(await storedIn(dynamodb, ...texts)).not.toBe('')
    await store.due(now + HOUR)
    expect(await storedIn(dynamodb, ...texts, 'due')).toBe('')
    expect(await read()).toEqual(after)
  })

  it('stores in parts what is still too large without its sealed text', async () => {
    const state = {
      large: randomBytes(220_000).toString('hex'),
      $sealed: randomBytes(900).toString('base64'),
    }
    const { seq: _, hash: __, previous: ___, ...body } = outsideChangeOf(RESOURCE, 1, { state })
    const entry = following(undefined, body) as Entry
    await store.append(entry)
    const before = await storedIn(dynamodb, 'part:')
    expect(await store.erase?.([left(entry)])).toBe(true)
    expect(await read()).toEqual([left(entry)])
    await store.due(now + HOUR)
    expect(await read()).toEqual([left(entry)])
    const after = await storedIn(dynamodb, 'part:')
    expect(after).not.toBe('')
    for (const item of before.split('\n')) expect(after).not.toContain(item)
  })

  it('sends no entry after it was stopped for so long that what it takes may be removed', async () => {
    const [first] = await append(900)
    const { front } = dynamodb
    front.clearCalls()
    const times = [now, now + HOUR]
    const stopped = createDynamodbStore({
      ...dynamodb.settings,
      now: () => times[front.calls.length > 0 ? 1 : 0] ?? now,
    })
    const {
      seq: _,
      hash: __,
      previous: ___,
      ...body
    } = outsideChangeOf(RESOURCE, 1, {
      state: { shared },
    })
    await expect(stopped.append(following(first, body) as Entry)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(await read()).toEqual([first])
  })

  it('begins once earlier programs are refused, and those that run have seen it', async () => {
    const settings = { ...dynamodb.settings, now: () => now }
    const layout = dynamodbLayout(settings)
    const [entry] = await append(900)
    const erase = another().erase
    const guarded = async () => guardedErase(layout, await layout.read(), erase, () => now)
    expect(await guarded()).toBeUndefined()
    expect(await migrate(layout)).toMatchObject({ from: 1, sideBySide: true })
    expect(await layout.read()).toMatchObject({ version: 3, readers: 1 })
    const removing = await guarded()
    const after = [left(entry as Entry)]
    expect(await removing?.(after)).toBe(false)
    expect(await layout.read()).toMatchObject({ readers: 3 })
    expect(await read()).toEqual([entry])
    now += CLOSED_AFTER_MS
    expect(await removing?.(after)).toBe(true)
    expect(await read()).toEqual(after)
    // The next process finds it so.
    expect(await (await guarded())?.(after)).toBe(true)
  })
})

const isOneOf = (...all: readonly (Entry | undefined)[]) => {
  const texts = all.map((entry) => JSON.stringify(entry))
  return (entry: unknown) => texts.includes(JSON.stringify(entry))
}
