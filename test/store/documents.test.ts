/** Documents on SQLite: marks, expiry, one use, and changes that happen whole or not at all. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { createDocuments, type Documents } from '../../src/store/documents.ts'

let folder: string
let database: Database
let other: Database
let documents: Documents
let now = 1_000_000

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  database = await openDatabase(join(folder, 'documents.db'))
  other = await openDatabase(join(folder, 'documents.db'))
  documents = createDocuments(database, () => now)
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
    expect(createDocuments(other).get('client', 'c1')).toEqual({ a: 1 })
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
    expect(createDocuments(other, () => now).consume('Code', 'c1')).toBe(true)
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
