/** Custody of what opens clients, on both stores: nothing is lost between two instances. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Custody, createCustody } from '../../src/providers/rfc7592/custody.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Entry, Registration } from '../../src/store/log/entry.ts'
import { registrationResource } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { startDynamodb } from '../contract/dynamodb.ts'

const STORES = [
  {
    name: 'SQLite',
    open: async () => {
      const store = createSqliteStore(await openDatabase(':memory:'))
      return { store, close: store.close }
    },
  },
  {
    name: 'DynamoDB',
    open: async () => {
      const dynamodb = await startDynamodb()
      return { store: createDynamodbStore(dynamodb.settings), close: dynamodb.close }
    },
  },
]

describe.each(STORES)('on $name', ({ open }) => {
  let store: Store
  let close: () => Promise<void>
  const custody = (name = 'it'): Custody =>
    createCustody({ store, seal: createSeal(Buffer.alloc(32, 1)), now: Date.now, name })

  beforeAll(async () => {
    ;({ store, close } = await open())
  })
  afterAll(() => close())

  it('keeps the newest token first, and the one before it', async () => {
    const one = custody()
    for (const token of ['a', 'b', 'c']) await one.keep('order', { token }, 'operation')
    expect(await custody().find('order')).toMatchObject({
      openings: [{ token: 'c' }, { token: 'b' }],
      condition: 'held',
    })
  })

  it('keeps each token with its own address, whatever came in between', async () => {
    const at = (token: string) => ({ token, uri: `https://${token}.example/` })
    for (const token of ['a', 'b']) await custody().keep('paired', at(token), 'operation')
    expect((await custody().find('paired')).openings).toEqual([at('b'), at('a')])
  })

  it('opens what earlier versions have sealed: one address for all tokens', async () => {
    const { resource, seq, ...entry } = await store
      .last(registrationResource('it', 'paired'))
      .then((found) => found as Registration)
    const place = { resource, seq: seq + 1 }
    const old = { uri: 'https://old.example/', tokens: ['new', 'old'] }
    const sealed = createSeal(Buffer.alloc(32, 1)).close(
      old,
      JSON.stringify(['registration', resource, place.seq]),
    )
    const { condition, operationId, listed } = entry
    const next = { kind: 'registration', resource, at: 1, condition, operationId, listed, sealed }
    await store.append(following({ ...entry, resource, seq } as Entry, next as never))
    expect((await custody().find('paired')).openings).toEqual([
      { token: 'new', uri: old.uri },
      { token: 'old', uri: old.uri },
    ])
  })

  it('writes nothing for what is known', async () => {
    const first = await custody().keep('known', { token: 'a', uri: 'https://x.example' }, 'one')
    const again = await custody().keep('known', { token: 'a', uri: 'https://x.example' }, 'two')
    expect(again.seq).toBe(first.seq)
  })

  it('loses no client of two instances that begin at once, and lists each once', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `client ${index}`)
    const work = ids.flatMap((id) =>
      [1, 2].map((instance) => custody('many').keep(id, { token: `${id} ${instance}` }, `${id}`)),
    )
    await Promise.all(work)
    const listed: string[] = []
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page = await custody('many').list(after, 5)
      listed.push(...page.ids.map(({ id }) => id))
      after = page.next
    }
    expect(listed.sort()).toEqual([...ids].sort())
    for (const id of ids) {
      const { openings } = await custody('many').find(id)
      expect(openings.map(({ token }) => token).sort()).toEqual([`${id} 1`, `${id} 2`])
    }
  })

  it('knows which clients an operation has made, and not those of before', async () => {
    const begun = Date.now()
    await custody('made').keep('made', { token: 'a' }, 'the operation')
    expect(await custody('made').madeBy('the operation', begun)).toEqual(['made'])
    expect(await custody('made').madeBy('another', begun)).toEqual([])
    expect(await custody('made').madeBy('the operation', Date.now() + 60_000)).toEqual([])
  })

  it('knows a client whose token could not be stored when it arrived', async () => {
    let failing = true
    const full: Store = {
      ...store,
      append: async (...entries) => {
        if (failing) throw new Error('full')
        return store.append(...entries)
      },
    }
    const seal = createSeal(Buffer.alloc(32, 1))
    const one = createCustody({ store: full, seal, now: Date.now, name: 'full' })
    await expect(one.keep('told', { token: 'a' }, 'the operation')).rejects.toThrow('full')
    await expect(one.madeBy('the operation', 0)).rejects.toThrow('full')
    failing = false
    expect(await one.madeBy('another', 0)).toEqual([])
    expect(await one.madeBy('the operation', 0)).toEqual(['told'])
    expect(await custody('full').find('told')).toMatchObject({ openings: [{ token: 'a' }] })
  })

  it('does not overwrite what someone else has found out since', async () => {
    const held = await custody().keep('marked', { token: 'a' }, 'one')
    await custody().keep('marked', { token: 'b' }, 'two')
    await custody().mark(held, 'refused', 'three')
    expect(await custody().find('marked')).toMatchObject({
      condition: 'held',
      openings: [{ token: 'b' }, { token: 'a' }],
    })
  })

  it('forgets a client that was removed', async () => {
    const held = await custody('gone').keep('gone', { token: 'a' }, 'one')
    await custody('gone').mark(held, 'removed', 'two')
    await expect(custody('gone').find('gone')).rejects.toMatchObject({ code: 'not_found' })
    expect(await custody('gone').list(0, 10)).toMatchObject({ ids: [] })
  })

  it('is chained as everything is, and sealed', async () => {
    const verdict = await verifyLog(store)
    expect(verdict.faults).toEqual([])
    expect(verdict.records).toBeGreaterThan(30)
    for await (const { text } of store.records()) expect(text).not.toContain('openings')
  })
})
