/**
 * The layout of a store in a DynamoDB table: one item of the partition `store`. A migration here only adds items, and the
 * conditional put of that item makes it hold; so nothing is undone where it ends halfway, and the next one does it again.
 * The table itself enforces nothing: servers look at the item from time to time (`createGate`).
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ClientError } from '../../core/errors.ts'
import { FRESH_MS, requireCurrent } from '../layout/closing.ts'
import type { Layout, Readable } from '../layout/layout.ts'
import type { LayoutHost, LayoutSession, Migration } from '../layout/migrate.ts'
import type { Store } from '../store.ts'
import { createDynamodbStore } from './dynamodb.ts'
import type { DynamodbSettings } from './dynamodb-call.ts'
import { createDynamodbIdentity } from './dynamodb-identity.ts'
import { type Item, STORE } from './dynamodb-items.ts'
import { createQueries, type Queries } from './dynamodb-query.ts'

/** The layout from which on sealed texts are removed: a server cannot make it, and earlier programs must be refused before. */
const ERASABLE = 3

export const DYNAMODB_MIGRATIONS: readonly Migration<Item>[] = [
  {
    to: 2,
    says: 'the layout is recorded with the program that made it',
    readers: 1,
    steps: [],
  },
  {
    to: ERASABLE,
    says: 'sealed texts that are old enough can be removed from entries',
    readers: 1,
    steps: [],
  },
]

export const READABLE: Readable = { oldest: 1, current: ERASABLE }

/** Sort keys in the partition; that of the id comes before them. */
const LAYOUT = 'layout'
const LOCK = 'lock'

/** Removes sealed texts; `false`: not now. */
type Erase = NonNullable<Store['erase']>

/**
 * Removes sealed texts where the layout of a store allows it; `undefined`: it has to be migrated first, which no server can do.
 * Before the first one, programs that know nothing of that are refused, and those that run have seen it.
 */
export function guardedErase(
  host: LayoutHost<Item>,
  { version, readers }: Layout,
  erase: Erase,
  now: () => number,
): Erase | undefined {
  if (version < ERASABLE) return undefined
  let from = readers < ERASABLE ? undefined : Number.NEGATIVE_INFINITY
  return async (entries) => {
    if (from === undefined) {
      await requireCurrent(host)
      from = now() + CLOSED_AFTER_MS
    }
    return now() >= from && erase(entries)
  }
}

/** A lock whose owner has died is free after this time (milliseconds). */
const LOCK_MS = 60_000
/** How often the lock is tried, and the pause in between (milliseconds): servers that start at the same moment wait for each other. */
const TRIES = 50
const PAUSE_MS = 100
/** A call that a server has begun has ended by then: three tries of a second each, and their pauses (milliseconds). */
const LAST_CALL_MS = 5_000

/** When no server writes any more that looks at the item, after it was put (milliseconds). */
export const CLOSED_AFTER_MS = FRESH_MS + LAST_CALL_MS

/** The layout of the store in a table. Nothing is sent before the first call. */
export function dynamodbLayout(
  settings: DynamodbSettings,
  migrations = DYNAMODB_MIGRATIONS,
): LayoutHost<Item> {
  const { table, region, now } = settings
  const queries = createQueries(settings)
  const identity = createDynamodbIdentity(settings)
  const place = `The table ${table} of ${region}`
  const records = () => createDynamodbStore(settings).records()

  async function found(): Promise<{ readonly layout: Layout; readonly text?: string }> {
    const items = await queries.query(STORE)
    const text = items.find(({ sk }) => sk?.S === LAYOUT)?.layout?.S
    if (text !== undefined) return { layout: JSON.parse(text) as Layout, text }
    const isUsed = items.some(({ id }) => id !== undefined) || (await identity.isUsed())
    return { layout: isUsed ? { version: 1, readers: 1 } : { version: 0, readers: 0 } }
  }

  function session(): LayoutSession<Item> {
    let before: string | undefined
    return {
      read: async () => {
        const { layout, text } = await found()
        before = text
        return layout
      },
      run: async (step) => {
        await queries.put(step)
      },
      write: async (layout) => {
        const item = { pk: { S: STORE }, sk: { S: LAYOUT }, layout: { S: JSON.stringify(layout) } }
        const condition =
          before === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'layout = :before',
                ExpressionAttributeValues: { ':before': { S: before } },
              }
        if ((await queries.put(item, condition)) === undefined) throw busy(place)
      },
      // Servers look at the item.
      refuseOutdated: async () => {},
      records,
      // What is there stays as it is.
      extent: async () => '',
    }
  }

  return {
    place,
    readable: { ...READABLE, current: migrations.at(-1)?.to ?? READABLE.current },
    migrations,
    read: async () => (await found()).layout,
    records,
    exclusively: async (work) => {
      const owner = randomUUID()
      await locked(queries, owner, now, place)
      try {
        return await work(session())
      } finally {
        await lock(queries, { owner, at: now(), until: 0 }).catch(() => undefined)
      }
    },
  }
}

/** @throws ClientError `store_unavailable` where another process holds the lock for longer than servers take to start */
async function locked(
  queries: Queries,
  owner: string,
  now: () => number,
  place: string,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await lock(queries, { owner, at: now(), until: now() + LOCK_MS })) return
    await pause(PAUSE_MS)
  }
  throw busy(place)
}

/** Takes the lock, or sets its end; whether it is this owner's. */
async function lock(
  { put }: Queries,
  { owner, at, until }: { readonly owner: string; readonly at: number; readonly until: number },
): Promise<boolean> {
  const texts = { owner: { S: owner }, until: { S: String(until).padStart(15, '0') } }
  const isPut = await put(
    { pk: { S: STORE }, sk: { S: LOCK }, ...texts },
    {
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :at OR #owner = :owner',
      ExpressionAttributeNames: { '#until': 'until', '#owner': 'owner' },
      ExpressionAttributeValues: {
        ':at': { S: String(at).padStart(15, '0') },
        ':owner': { S: owner },
      },
    },
  )
  return isPut !== undefined
}

const busy = (place: string) =>
  new ClientError(
    'store_unavailable',
    `${place} is being migrated or copied by another process. Try again in a minute.`,
    { retryAfter: 60 },
  )
