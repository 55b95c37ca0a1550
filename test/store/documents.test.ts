/** Documents on SQLite: marks, expiry, one use, sealing, and changes that happen whole or not at all. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments, type Documents } from '../../src/store/sqlite/documents.ts'

let folder: string
let database: Database
let other: Database
let documents: Documents
let now = 1_000_000
const settings = { key: randomBytes(32), now: () => now }
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
  it('is found by its id and by its marks, in its own collection only', () => {
    documents.put('Session', 's1', { a: 1 }, { uid: 'u1', userCode: 'c1' })
    expect(documents.get('Session', 's1')).toEqual({ a: 1 })
    expect(documents.find('Session', 'uid', 'u1')?.body).toEqual({ a: 1 })
    expect(documents.find('Session', 'userCode', 'c1')?.body).toEqual({ a: 1 })
    expect(documents.get('Grant', 's1')).toBeUndefined()
    expect(documents.find('Grant', 'uid', 'u1')).toBeUndefined()
  })

  it('is seen at once by another connection', () => {
    documents.put('client', 'c1', { a: 1 })
    expect(createDocuments(other, settings).get('client', 'c1')).toEqual({ a: 1 })
  })

  it('is gone when it expires', () => {
    documents.put('Code', 'c1', {}, { expiresAt: now / 1_000 + 10 })
    now += 9_999
    expect(documents.get('Code', 'c1')).toEqual({})
    now += 1
    expect(documents.get('Code', 'c1')).toBeUndefined()
    documents.put('Code', 'c2', {})
    expect(database.prepare('select id from documents').all()).toHaveLength(1)
  })

  it('is used up once, whoever tries', () => {
    documents.put('Code', 'c1', { a: 1 })
    expect(documents.find('Code', 'id', 'c1')?.consumedAt).toBeUndefined()
    expect(createDocuments(other, settings).consume('Code', 'c1')).toBe(true)
    expect(documents.consume('Code', 'c1')).toBe(false)
    expect(documents.consume('Code', 'nobody')).toBe(false)
    expect(documents.find('Code', 'id', 'c1')?.consumedAt).toBe(Math.floor(now / 1_000))
  })

  it('goes with its grant', () => {
    documents.put('Code', 'c1', {}, { grantId: 'g1' })
    documents.put('Code', 'c2', {}, { grantId: 'g2' })
    documents.removeGrant('Code', 'g1')
    expect(documents.get('Code', 'c1')).toBeUndefined()
    expect(documents.get('Code', 'c2')).toEqual({})
    documents.remove('Code', 'c2')
    expect(documents.get('Code', 'c2')).toBeUndefined()
  })
})

describe('what is stored', () => {
  const rows = () => database.prepare('select * from documents').all()

  it('shows neither a body nor what it is found by', () => {
    documents.put('Code', 'canary-id', { secret: 'canary-body' }, CANARIES)
    const stored = rows().flatMap((row) => Object.values(row).map(String))
    const shown = stored.map((text) => `${text} ${Buffer.from(text, 'base64').toString('latin1')}`)
    expect(stored).toHaveLength(8)
    expect(shown.join()).not.toContain('canary')
  })

  it('is sealed when it was changed, too', () => {
    documents.put('client', 'c1', {})
    documents.change('client', 'c1', () => ({ secret: 'canary-body' }))
    expect(documents.get('client', 'c1')).toEqual({ secret: 'canary-body' })
    expect(String(rows()[0]?.body)).not.toContain('canary')
  })

  it('gives one value no common digest in two collections or two columns', () => {
    documents.put('Code', 'same', {}, { uid: 'same', grantId: 'same' })
    documents.put('Session', 'same', {})
    const stored = rows().flatMap(({ id, uid, grant_id }) => [id, uid, grant_id])
    const digests = stored.filter((one) => one !== null)
    expect(new Set(digests).size).toBe(4)
  })

  it.each([
    ['id', 'Code', 'c2'],
    ['collection', 'Token', 'c1'],
  ])('cannot be opened when its row was moved to another %s', (_, collection, id) => {
    documents.put(collection, id, { a: 2 })
    const there = String(rows()[0]?.id)
    documents.remove(collection, id)
    documents.put('Code', 'c1', { a: 1 })
    database.prepare('update documents set collection = ?, id = ?').run(collection, there)
    expect(() => documents.get(collection, id)).toThrow(UNOPENED)
  })

  it('cannot be opened when the body of another row was put there', () => {
    documents.put('client', 'c1', { a: 1 })
    const [victim] = rows()
    documents.put('client', 'c2', { a: 2 })
    const sql = 'update documents set body = ? where id <> ?'
    database.prepare(sql).run(String(victim?.body), String(victim?.id))
    expect(() => documents.get('client', 'c2')).toThrow(UNOPENED)
    expect(documents.get('client', 'c1')).toEqual({ a: 1 })
  })

  it('is not found, and not shown, with another key', () => {
    documents.put('client', 'c1', { a: 1 })
    const stranger = createDocuments(other, { ...settings, key: randomBytes(32) })
    expect(stranger.get('client', 'c1')).toBeUndefined()
  })
})

describe('a change', () => {
  it('replaces the body by what is made of it', () => {
    documents.put('client', 'c1', { a: 1 })
    expect(documents.change('client', 'c1', (body) => ({ ...body, b: 2 }))).toEqual({ a: 1, b: 2 })
    expect(documents.get('client', 'c1')).toEqual({ a: 1, b: 2 })
    expect(documents.change('client', 'nobody', (body) => body)).toBeUndefined()
  })

  it('changes nothing when it throws, and gives what was thrown', () => {
    documents.put('client', 'c1', { a: 1 })
    const refusal = new ClientError('provider_refused', 'No.')
    const attempt = () =>
      documents.change('client', 'c1', () => {
        throw refusal
      })
    expect(attempt).toThrow(refusal)
    expect(documents.get('client', 'c1')).toEqual({ a: 1 })
    documents.put('client', 'c1', { a: 2 })
    expect(documents.get('client', 'c1')).toEqual({ a: 2 })
  })

  it('is store_unavailable when the database cannot be written', () => {
    documents.put('client', 'c1', { a: 1 })
    database.exec('pragma query_only = on')
    expect(() => documents.change('client', 'c1', (body) => body)).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    )
  })
})
