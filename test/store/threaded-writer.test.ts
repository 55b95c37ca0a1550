/** G7: what a thread writes is durable when its caller hears of it; a thread that dies takes nothing else along. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keysOf } from '../../src/store/keys/keys.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { createHaltState, halt } from '../../src/store/sqlite/halt.ts'
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
  const documents = createDocuments(database, { keys: keysOf(Buffer.alloc(32, 1)) }, writer)
  await documents.put('client', 'one', { count: 0 })
  const changes = Array.from({ length: 20 }, () =>
    documents.change('client', 'one', ({ count }) => ({ count: Number(count) + 1 })),
  )
  await Promise.all(changes)
  // Of two changes at the same time, one is made anew over the other: none is lost.
  expect(await documents.get('client', 'one')).toEqual({ count: 20 })
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

/** Bundles a program into the folder of the test. */
async function programOf(name: string, contents: string): Promise<string> {
  const outfile = join(folder, name)
  const stdin = { contents, resolveDir: process.cwd() }
  await build({
    ...{ stdin, outfile, bundle: true, platform: 'node', format: 'esm' },
    packages: 'external',
  })
  return outfile
}

it('lets a process end with its own exit code while the thread writes', async () => {
  const program = await programOf(
    'ending.mjs',
    `
      import { startWriter } from './src/store/sqlite/threaded-writer.ts'
      const writer = startWriter(process.argv[2])
      let seq = 0
      const write = () =>
        writer.write('log', 'append', [
          { resource: 'r', seq: (seq += 1), text: 'x'.repeat(4_000), at: 0, closes: true, lanes: ['a', 'b'] },
        ])
      const goOn = async () => {
        for (;;) await Promise.all(Array.from({ length: 200 }, write))
      }
      void goOn()
      void goOn()
      setTimeout(() => process.exit(7), 150 + Math.random() * 200)
    `,
  )
  const built = join(process.cwd(), 'dist', 'sqlite-writer.js')
  writeFileSync(join(folder, 'sqlite-writer.js'), `import ${JSON.stringify(built)}\n`)
  // Torn down wherever it was, two of five ended by SIGABRT (Napi::Error).
  for (let round = 0; round < 4; round += 1) {
    const { status, signal, stderr } = spawnSync(process.execPath, [program, path])
    expect([status, signal, String(stderr)]).toEqual([7, null, ''])
  }
})

it('is ended between two pieces of work, and begins no other', async () => {
  const program = await programOf(
    'working.mjs',
    `
      import { parentPort, workerData } from 'node:worker_threads'
      import { begin, end, whole } from './src/store/sqlite/halt.ts'
      const { state, done } = workerData
      begin(state)
      parentPort.postMessage('begun')
      const until = Date.now() + 100
      while (Date.now() < until);
      Atomics.add(done, 0, 1)
      end(state)
      whole(state, () => Atomics.add(done, 0, 1))
      for (;;) whole(state, () => Atomics.add(done, 1, 1))
    `,
  )
  const state = createHaltState()
  const done = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(program, { workerData: { state, done } })
  await once(worker, 'message')
  halt(state)
  expect(Atomics.load(done, 0)).toBeGreaterThan(0)
  const begun = Atomics.load(done, 1)
  await new Promise((resume) => setImmediate(resume))
  expect(Atomics.load(done, 1)).toBe(begun)
  await worker.terminate()
})
