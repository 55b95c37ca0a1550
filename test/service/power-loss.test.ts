/**
 * G7: a loss of power takes back what no commit has synced. A change of an embedded client is cut off at each of its
 * steps, and the file is what the disk had of it: settling gives the outcome that is in force, and an answer holds.
 */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLocalProvider, putLocalClient } from '../../src/providers/local/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { CRASH_POINTS, type CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { createWriter } from '../../src/store/sqlite/writer.ts'
import { openBench, requestFor } from '../contract/service.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const KEY = Buffer.alloc(32, 5)
const REF = { provider: 'local', id: 'exampleClientId' }
const FILES = ['clientry.db', 'clientry.db-wal']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-power-'))
  for (const name of ['memory', 'disk']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Copies the file as often as a commit has waited for the disk: the copy is what a loss of power leaves. */
function forgetting(database: Database): Database {
  let waits = true
  return {
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
    exec: (sql) => {
      database.exec(sql)
      const [, level] = /^pragma synchronous = (\w+)$/.exec(sql) ?? []
      if (level !== undefined) waits = level === 'full'
      if (sql !== 'commit' || !waits) return
      for (const name of FILES)
        copyFileSync(join(folder, 'memory', name), join(folder, 'disk', name))
    },
  }
}

/** What the disk has by now, as a file of its own. */
function afterPowerLoss(): string {
  const left = mkdtempSync(join(folder, 'left-'))
  for (const name of FILES) copyFileSync(join(folder, 'disk', name), join(left, name))
  return basename(left)
}

/** A server on the file of one of the folders. */
async function serverOn(place: string) {
  const path = join(folder, place, 'clientry.db')
  const opened = await openDatabase(path)
  const database = place === 'memory' ? forgetting(opened) : opened
  const writer = createWriter(database)
  const documents = createDocuments(database, { keys: keysOf(KEY) }, writer)
  const provider = createLocalProvider({ documents, now: Date.now, validate: () => {} })
  const bench = await openBench(new Map<string, Provider>([['local', provider]]), { key: KEY })
  const service: Service = { ...bench.service, store: createSqliteStore(database, writer) }
  const close = async () => {
    await bench.close()
    await service.store.close()
  }
  return { service, documents, close }
}

it.each([...CRASH_POINTS, 'answered'] as const)(
  'leaves a history that is in force where it comes at: %s',
  async (point) => {
    const { service, documents, close } = await serverOn('memory')
    await putLocalClient(documents, fullLocalClient)
    await changeClient(service, requestFor(service, REF, { name: 'Before' }))
    let reached = point === 'answered'
    let stop = () => {}
    const stopped = new Promise<'stopped'>((resolve) => {
      stop = () => resolve('stopped')
    })
    const dying: Service = {
      ...service,
      reached: async (passed: CrashPoint) => {
        if (passed !== point) return
        reached = true
        stop()
        await new Promise(() => {})
      },
    }
    const change = changeClient(dying, requestFor(dying, REF, { name: 'After' }))
    const ended = await Promise.race([change, stopped])
    // From here on only what the disk had exists.
    const { service: next, documents: left, close: closeNext } = await serverOn(afterPowerLoss())
    const late = { ...next, now: () => Date.now() + 60_000 }
    await sweep(late)
    expect(await next.store.openIntents()).toEqual([])
    const entries = await next.store.entries(resourceOf(REF))
    const closing = entries.findLast(({ kind }) => kind === 'outcome')
    const changes = entries.filter(({ kind }) => kind === 'intent').length
    const isApplied = changes === 2 && closing?.kind === 'outcome' && closing.outcome === 'applied'
    expect((await left.get('client', REF.id))?.client_name).toBe(isApplied ? 'After' : 'Before')
    if (ended !== 'stopped') expect(isApplied).toBe(true)
    // A change of one step that is not cut off passes the points of settling by.
    if (!reached) expect(ended).toMatchObject({ outcome: 'applied' })
    await closeNext()
    await close()
  },
)

it('takes the step of a change back where nothing has waited for the disk since', async () => {
  const { service, documents, close } = await serverOn('memory')
  await putLocalClient(documents, fullLocalClient)
  await documents.change('client', REF.id, (body) => ({ ...body, client_name: 'After' }))
  const disk = await serverOn(afterPowerLoss())
  expect((await documents.get('client', REF.id))?.client_name).toBe('After')
  expect((await disk.documents.get('client', REF.id))?.client_name).toBe('Example')
  await disk.close()
  await service.store.check()
  const again = await serverOn(afterPowerLoss())
  expect((await again.documents.get('client', REF.id))?.client_name).toBe('After')
  await again.close()
  await close()
})
