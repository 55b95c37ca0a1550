/** Documents on PostgreSQL: marks, expiry, one use over several servers, and writes whose answer is lost. */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { createPostgresDocuments } from '../../src/store/postgres/documents.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

describePostgres('documents on PostgreSQL', () => {
  let place: PostgresPlace
  let documents: Documents
  let elsewhere: Documents
  let now = 1_000_000
  const settings = { keys: keysOf(randomBytes(32)), now: () => now }

  beforeEach(async () => {
    place = await openPlace()
    documents = createPostgresDocuments(place.connect(), settings)
    elsewhere = createPostgresDocuments(place.connect(), settings)
  })
  afterEach(() => place.close())

  it('are found by their id and their marks, on every server, in their own collection only', async () => {
    await documents.put('Session', 's1', { a: 1 }, { uid: 'u1', userCode: 'c1', grantId: 'g1' })
    expect(await elsewhere.get('Session', 's1')).toEqual({ a: 1 })
    expect((await elsewhere.find('Session', 'uid', 'u1'))?.body).toEqual({ a: 1 })
    expect((await elsewhere.find('Session', 'userCode', 'c1'))?.body).toEqual({ a: 1 })
    expect(await elsewhere.get('Grant', 's1')).toBeUndefined()
    await elsewhere.removeGrant('Session', 'g1')
    expect(await documents.get('Session', 's1')).toBeUndefined()
    await documents.put('Session', 's2', {})
    await elsewhere.remove('Session', 's2')
    expect(await documents.get('Session', 's2')).toBeUndefined()
  })

  it('are gone when they expire, and another one of that id is not used up', async () => {
    await documents.put('Code', 'c1', {}, { expiresAt: now / 1_000 + 10 })
    await documents.put('Code', 'c2', {}, { expiresAt: now / 1_000 + 10 })
    expect(await documents.consume('Code', 'c1')).toBe(true)
    now += 10_000
    expect(await documents.get('Code', 'c1')).toBeUndefined()
    await documents.put('Code', 'c1', { b: 1 })
    expect(await documents.find('Code', 'id', 'c1')).toEqual({
      body: { b: 1 },
      consumedAt: undefined,
    })
    expect(await place.query('select id from documents')).toHaveLength(1)
    await documents.put('Code', 'c3', {}, { expiresAt: now / 1_000 + 10 })
    expect(await elsewhere.add('Code', 'c3', {})).toBe(false)
    now += 10_000
    expect(await elsewhere.add('Code', 'c3', {})).toBe(true)
  })

  it('are used up once, by one of forty on two servers', async () => {
    await documents.put('Code', 'c1', { a: 1 })
    const tries = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? documents : elsewhere).consume('Code', 'c1'),
    )
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
    expect(await documents.consume('Code', 'none')).toBe(false)
  })

  it('keep every change of forty on two servers', async () => {
    await documents.put('client', 'c1', { count: 0 })
    const increase = (body: { readonly [name: string]: unknown }) => ({
      count: Number(body.count) + 1,
    })
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? documents : elsewhere).change('client', 'c1', increase),
      ),
    )
    expect(await documents.get('client', 'c1')).toEqual({ count: 40 })
  })

  it('show neither a body nor what they are found by', async () => {
    const marks = { uid: 'canary-uid', userCode: 'canary-code', grantId: 'canary-grant' }
    await documents.put('Code', 'canary-id', { secret: 'canary-body' }, marks)
    const [row = {}] = await place.query('select * from documents')
    const shown = Object.values(row).map(
      (one) => `${one} ${Buffer.from(String(one), 'base64').toString('latin1')}`,
    )
    expect(shown.join()).toContain('Code')
    expect(shown.join()).not.toContain('canary')
  })

  it.each(['before', 'after'] as const)(
    'change once where the connection is lost %s the server has it',
    async (when) => {
      await documents.put('client', 'c1', { count: 0 })
      place.proxy.cutAt('document replace', when)
      await documents.change('client', 'c1', ({ count }) => ({ count: Number(count) + 1 }))
      expect(place.proxy.cuts()).toBe(1)
      expect(await elsewhere.get('client', 'c1')).toEqual({ count: 1 })
      place.proxy.cutAt('document add', when)
      expect(await documents.add('client', 'c2', {})).toBe(true)
      expect(place.proxy.cuts()).toBe(2)
    },
  )

  it('leave open what became of a use whose answer was lost', async () => {
    await documents.put('Code', 'c1', {})
    place.proxy.cutAt('document consume', 'after')
    await expect(documents.consume('Code', 'c1')).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(await documents.consume('Code', 'c1')).toBe(false)
  })
})
