/**
 * SQLite files filled with a history as it would be after years: changes of many clients by many
 * actors at several providers. A large one is kept for the next run.
 */

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Closing, Intent } from '../src/store/log/entry.ts'
import { resourceOf } from '../src/store/resource.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import { changeOf, clientName, PROVIDERS, recordsOf } from './records.ts'

/** What decides whether a kept file still is what a fill would give. */
const SOURCES = [
  'bench/filled.ts',
  'bench/records.ts',
  'src/store/log/lanes.ts',
  'src/store/log/packing.ts',
  ...['database', 'log-writes', 'sqlite', 'sqlite-schema'].map(
    (name) => `src/store/sqlite/${name}.ts`,
  ),
]
/** What a record takes on the disk, indexes included, at most: measured were 4,500. */
const BYTES_OF_RECORD = 5_200
const RECORDS_OF_TRANSACTION = 4_000
const CLIENTS = 10_000
const ACTORS = 12
const MS_BETWEEN_CHANGES = 60_000
const END = Date.UTC(2026, 0, 1)

/**
 * Of the same number in every file, spread over all of it, so that the same page can be asked for in
 * each: changes of ten clients, and conflicts of one actor.
 */
const MARKED_CHANGES = 600
const MARKED_CLIENTS = 10
const RARE_ACTOR = 'actor-0'
const CONFLICTS = 0.01

export interface Filled {
  readonly path: string
  readonly records: number
  /** Every provider in it. */
  readonly providers: readonly string[]
  /** Some clients, each with 60 changes. */
  readonly clients: readonly { readonly provider: string; readonly id: string }[]
  /** An actor of many changes and the provider at which 60 of them met a conflict. */
  readonly rare: { readonly provider: string; readonly actor: string }
  /** Epoch milliseconds of the first change and the last one. */
  readonly from: number
  readonly to: number
}

/** Fills a file, or takes the one of an earlier run; `records` counts intents and outcomes. */
export async function filledFile(root: string, records: number): Promise<Filled> {
  const folder = join(root, 'node_modules', '.cache', 'clientry')
  mkdirSync(folder, { recursive: true })
  const kind = `-${records}-records.db`
  const name = `${digestOf(root)}${kind}`
  const path = join(folder, name)
  if (!existsSync(path)) {
    for (const found of readdirSync(folder)) {
      if (found.includes(kind)) rmSync(join(folder, found))
    }
    checkSpace(folder, records)
    await fill(`${path}.part`, records)
    renameSync(`${path}.part`, path)
  }
  return {
    path,
    records,
    providers: PROVIDERS,
    clients: Array.from({ length: MARKED_CLIENTS }, (_, index) => clientName(0, `marked-${index}`)),
    rare: { provider: PROVIDERS[0], actor: RARE_ACTOR },
    from: END - (records / 2) * MS_BETWEEN_CHANGES,
    to: END,
  }
}

function digestOf(root: string): string {
  const hash = createHash('sha256')
  for (const source of SOURCES) hash.update(readFileSync(join(root, source)))
  return hash.digest('hex').slice(0, 16)
}

function checkSpace(folder: string, records: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const [needed, free] = [records * BYTES_OF_RECORD, bavail * bsize]
  const says = `${records} records take ${gigabytes(needed)} in ${folder}, where ${gigabytes(free)} are free.`
  if (free < 2 * needed) throw new Error(`${says} That is too little.`)
  process.stderr.write(`${says} Filling ...\n`)
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** Not durably: a fill that is broken off begins anew. What is appended at once is one transaction. */
async function fill(path: string, records: number): Promise<void> {
  rmSync(path, { force: true })
  const database = await openDatabase(path)
  database.exec('pragma synchronous = off')
  database.exec('pragma journal_mode = memory')
  database.exec('pragma cache_size = -262144')
  const store = createSqliteStore(database)
  let appended: Promise<boolean>[] = []
  for (const { intent, closing } of changesOf(records / 2)) {
    appended.push(store.append(intent), store.append(closing))
    if (appended.length < RECORDS_OF_TRANSACTION) continue
    await Promise.all(appended)
    appended = []
  }
  await Promise.all(appended)
  await store.close()
}

function* changesOf(changes: number): Iterable<{ intent: Intent; closing: Closing }> {
  const recordOf = recordsOf()
  const random = randomOf(1)
  const marked = Math.floor(changes / MARKED_CHANGES)
  const heads = new Map<string, number>()
  const start = END - changes * MS_BETWEEN_CHANGES
  for (let index = 0; index < changes; index += 1) {
    const mark =
      index % marked === 0 && index / marked < MARKED_CHANGES ? index / marked : undefined
    const number = Math.floor(random() * CLIENTS)
    const provider = mark === undefined ? number % PROVIDERS.length : 0
    const id = mark === undefined ? `client-${number}` : `marked-${mark % MARKED_CLIENTS}`
    const rare = mark !== undefined && Math.floor(mark / MARKED_CLIENTS) % 10 === mark % 10
    const actor = rare ? RARE_ACTOR : `actor-${Math.floor(random() * ACTORS)}`
    const conflict = rare || (actor !== RARE_ACTOR && random() < CONFLICTS)
    const resource = resourceOf(clientName(provider, id))
    const seq = (heads.get(resource) ?? 0) + 1
    heads.set(resource, seq + 1)
    const at = start + index * MS_BETWEEN_CHANGES
    yield changeOf({
      resource,
      seq,
      at,
      actor,
      outcome: conflict ? 'conflict' : 'applied',
      ...recordOf(provider, index),
    })
  }
}

/** The same numbers in every run, between 0 and 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
