/** G7: what a thread writes is durable when its caller hears of it; a thread that dies takes nothing else along. */

import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { startWriter } from '../../src/store/sqlite/threaded-writer.ts'
import { STORE_UNAVAILABLE } from '../contract/store.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-writer-'))
  path = join(folder, 'clientry.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const row = (seq: number) =>
  ({ resource: 'r', seq, text: '{}', at: seq, closes: false, lanes: [] }) as const

it('writes all that waits before it is closed, and nothing after', async () => {
  const writer = startWriter(path)
  const seqs = Array.from({ length: 40 }, (_, index) => index + 1)
  const appended = seqs.map((seq) => writer.write('log', 'append', [row(seq)]))
  await writer.close()
  expect(await Promise.all(appended)).toEqual(seqs.map(() => true))
  await expect(writer.write('log', 'append', [row(41)])).rejects.toEqual(STORE_UNAVAILABLE)
  const database = await openDatabase(path)
  expect(database.prepare('select seq from log order by seq').all()).toEqual(
    seqs.map((seq) => ({ seq })),
  )
  database.close()
})

it('does log, mirror and documents in the order in which they came', async () => {
  const database = await openDatabase(path)
  const writer = startWriter(path)
  const documents = createDocuments(database, { key: Buffer.alloc(32, 1) }, writer)
  await documents.put('client', 'one', { count: 0 })
  const changes = Array.from({ length: 20 }, () =>
    documents.change('client', 'one', ({ count }) => ({ count: Number(count) + 1 })),
  )
  await Promise.all(changes)
  // Of two changes at the same time, one is made anew over the other: none is lost.
  expect(documents.get('client', 'one')).toEqual({ count: 20 })
  await writer.close()
  database.close()
})

it('fails what it cannot write, and goes on with a new thread', async () => {
  mkdirSync(path)
  const writer = startWriter(path)
  await expect(writer.write('log', 'append', [row(1)])).rejects.toEqual(STORE_UNAVAILABLE)
  rmdirSync(path)
  expect(await writer.write('log', 'append', [row(1)])).toBe(true)
  expect(await writer.write('log', 'append', [row(1)])).toBe(false)
  await writer.close()
})
