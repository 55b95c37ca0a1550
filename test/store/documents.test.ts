/** Documents on SQLite: marks, expiry, one use, sealing, and changes that happen whole or not at all. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'

let folder: string
let database: Database
let other: Database
let documents: Documents
let now = 1_000_000
const settings = { keys: keysOf(randomBytes(32)), now: () => now }
const CANARIES = { uid: 'canary-uid', userCode: 'canary-code', grantId: 'canary-grant' }
const UNOPENED = expect.objectContaining({ code: 'internal' })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  database = await openDatabase(join(folder, 'documents.db'))
  other = await openDatabase(join(folder, 'documents.db'))
  documents = createDocuments(database, settings)
})
afterEach(() => {
  database.close()
  other.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a document', () => {
  it('is found by its id and by its marks, in its own collection only', async () => {
    await documents.put('Session', 's1', { a: 1 }, { uid: 'u1', userCode: 'c1' })
    expect(await documents.get('Session', 's1')).toEqual({ a: 1 })
    expect((await documents.find('Session', 'uid', 'u1'))?.body).toEqual({ a: 1 })
    expect((await documents.find('Session', 'userCode', 'c1'))?.body).toEqual({ a: 1 })
    expect(await documents.get('Grant', 's1')).toBeUndefined()
    expect(await documents.find('Grant', 'uid', 'u1')).toBeUndefined()
  })

  it('is seen at once by another connection', async () => {
    await documents.put('client', 'c1', { a: 1 })
    expect(await createDocuments(other, settings).get('client', 'c1')).toEqual({ a: 1 })
  })

  it('is opened in place of one that is not there, where the time must not show it', async () => {
    let opened = 0
    const { seal } = settings.keys
    const open: typeof seal.open = (...texts) => {
      opened += 1
      return seal.open(...texts)
    }
    const watched = { ...settings, keys: { ...settings.keys, seal: { ...seal, open } } }
    const read = createDocuments(other, watched).getEvenly
    await documents.put('client', 'c1', { a: 1 })
    expect(await read('client', 'none')).toBeUndefined()
    expect(opened).toBe(0)
    expect(await read('client', 'c1')).toEqual({ a: 1 })
    expect(opened).toBe(1)
    expect(await read('client', 'none')).toBeUndefined()
    expect(opened).toBe(2)
    await documents.remove('client', 'c1')
    expect(await read('client', 'c1')).toBeUndefined()
    expect(await read('Session', 'c1')).toBeUndefined()
    expect(opened).toBe(3)
  })

  it('is gone when it expires', async () => {
    await documents.put('Code', 'c1', {}, { expiresAt: now / 1_000 + 10 })
    now += 9_999
    expect(await documents.get('Code', 'c1')).toEqual({})
    now += 1
    expect(await documents.get('Code', 'c1')).toBeUndefined()
    await documents.put('Code', 'c2', {})
    expect(database.prepare('select id from documents').all()).toHaveLength(1)
  })

  it('is used up once, however many try', async () => {
    await documents.put('Code', 'c1', { a: 1 })
    expect((await documents.find('Code', 'id', 'c1'))?.consumedAt).toBeUndefined()
    expect(await createDocuments(other, settings).consume('Code', 'c1')).toBe(true)
    expect(await documents.consume('Code', 'c1')).toBe(false)
    expect(await documents.consume('Code', 'nobody')).toBe(false)
    expect((await documents.find('Code', 'id', 'c1'))?.consumedAt).toBe(Math.floor(now / 1_000))
  })

  it('goes with its grant', async () => {
    await documents.put('Code', 'c1', {}, { grantId: 'g1' })
    await documents.put('Code', 'c2', {}, { grantId: 'g2' })
    await documents.removeGrant('Code', 'g1')
    expect(await documents.get('Code', 'c1')).toBeUndefined()
    expect(await documents.get('Code', 'c2')).toEqual({})
    await documents.remove('Code', 'c2')
    expect(await documents.get('Code', 'c2')).toBeUndefined()
  })
})

describe('what is stored', () => {
  const rows = () => database.prepare('select * from documents').all()

  it('shows neither a body nor what it is found by', async () => {
    await documents.put('Code', 'canary-id', { secret: 'canary-body' }, CANARIES)
    const stored = rows().flatMap((row) => Object.values(row).map(String))
    const shown = stored.map((text) => `${text} ${Buffer.from(text, 'base64').toString('latin1')}`)
    expect(stored).toHaveLength(8)
    expect(shown.join()).not.toContain('canary')
  })

  it('is sealed when it was changed, too', async () => {
    await documents.put('client', 'c1', {})
    await documents.change('client', 'c1', () => ({ secret: 'canary-body' }))
    expect(await documents.get('client', 'c1')).toEqual({ secret: 'canary-body' })
    expect(String(rows()[0]?.body)).not.toContain('canary')
  })

  it('gives one value no common digest in two collections or two columns', async () => {
    await documents.put('Code', 'same', {}, { uid: 'same', grantId: 'same' })
    await documents.put('Session', 'same', {})
    const stored = rows().flatMap(({ id, uid, grant_id }) => [id, uid, grant_id])
    const digests = stored.filter((one) => one !== null)
    expect(new Set(digests).size).toBe(4)
  })

  it.each([
    ['id', 'Code', 'c2'],
    ['collection', 'Token', 'c1'],
  ])('cannot be opened when its row was moved to another %s', async (_, collection, id) => {
    await documents.put(collection, id, { a: 2 })
    const there = String(rows()[0]?.id)
    await documents.remove(collection, id)
    await documents.put('Code', 'c1', { a: 1 })
    database.prepare('update documents set collection = ?, id = ?').run(collection, there)
    await expect(documents.get(collection, id)).rejects.toEqual(UNOPENED)
  })

  it('cannot be opened when the body of another row was put there', async () => {
    await documents.put('client', 'c1', { a: 1 })
    const [victim] = rows()
    await documents.put('client', 'c2', { a: 2 })
    const sql = 'update documents set body = ? where id <> ?'
    database.prepare(sql).run(String(victim?.body), String(victim?.id))
    await expect(documents.get('client', 'c2')).rejects.toEqual(UNOPENED)
    expect(await documents.get('client', 'c1')).toEqual({ a: 1 })
  })

  it('is not found, and not shown, with another key', async () => {
    await documents.put('client', 'c1', { a: 1 })
    const stranger = createDocuments(other, { ...settings, keys: keysOf(randomBytes(32)) })
    expect(await stranger.get('client', 'c1')).toBeUndefined()
  })
})

describe('a change', () => {
  it('replaces the body by what is made of it', async () => {
    await documents.put('client', 'c1', { a: 1 })
    expect(await documents.change('client', 'c1', (body) => ({ ...body, b: 2 }))).toEqual({
      a: 1,
      b: 2,
    })
    expect(await documents.get('client', 'c1')).toEqual({ a: 1, b: 2 })
    expect(await documents.change('client', 'nobody', (body) => body)).toBeUndefined()
  })

  it('changes nothing when it throws, and gives what was thrown', async () => {
    await documents.put('client', 'c1', { a: 1 })
    const refusal = new ClientError('provider_refused', 'No.')
    const attempt = () =>
      documents.change('client', 'c1', () => {
        throw refusal
      })
    await expect(attempt()).rejects.toThrow(refusal)
    expect(await documents.get('client', 'c1')).toEqual({ a: 1 })
    await documents.put('client', 'c1', { a: 2 })
    expect(await documents.get('client', 'c1')).toEqual({ a: 2 })
  })

  it('is made anew over what someone else has written meanwhile', async () => {
    await documents.put('client', 'c1', { a: 1 })
    const elsewhere = createDocuments(other, settings)
    let made = 0
    const changed = await documents.change('client', 'c1', (body) => {
      made += 1
      // The other one is there between the read and the write.
      if (made === 1) elsewhere.put('client', 'c1', { ...body, b: 2 })
      return { ...body, c: 3 }
    })
    expect(changed).toEqual({ a: 1, b: 2, c: 3 })
    expect(await documents.get('client', 'c1')).toEqual({ a: 1, b: 2, c: 3 })
    expect(made).toBe(2)
  })

  it('is the first document of an id for one of two who add it', async () => {
    const elsewhere = createDocuments(other, settings)
    const added = [documents.add('client', 'c1', { a: 1 }), elsewhere.add('client', 'c1', { a: 2 })]
    expect(await Promise.all(added)).toEqual([true, false])
    expect(await documents.get('client', 'c1')).toEqual({ a: 1 })
  })

  it('is store_unavailable when the database cannot be written', async () => {
    await documents.put('client', 'c1', { a: 1 })
    database.exec('pragma query_only = on')
    await expect(documents.change('client', 'c1', (body) => body)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })
})
