/**
 * What small requests can make the program do: operations that double a client, searches for a run of one
 * character, pages of large changes. Inside this process, by its own clock and memory.
 */

import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isClientError } from '../src/core/errors.ts'
import type { JsonObject } from '../src/core/json/json.ts'
import { parseJson } from '../src/core/json/json-text.ts'
import { showClient } from '../src/core/mapping/mapping.ts'
import { operationsToFields, parseOperations } from '../src/core/patch/json-patch.ts'
import { createFingerprints } from '../src/core/secrecy/fingerprint.ts'
import { DIALECTS } from '../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../src/providers/rfc7592/mapping.ts'
import { checkSize } from '../src/providers/unreadable.ts'
import type { Service } from '../src/service/base/service.ts'
import { readHistory } from '../src/service/reading/history.ts'
import type { Mirror } from '../src/store/mirror.ts'
import { resourceOf } from '../src/store/resource.ts'
import { createSeal } from '../src/store/seal.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import { closingOf, intentOf } from '../test/fixtures/entries.ts'
import { digits, type Row } from './report.ts'

const SECTION = 'small requests'
const PLACE = { provider: 'customers' }

export async function measureInput(root: string, clients: number, tries: number) {
  const folder = join(root, 'node_modules', '.cache', 'clientry')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'abuse.db')
  const remove = () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
  remove()
  const store = createSqliteStore(await openDatabase(path))
  const rows: Row[] = [...[20, 30, 200].map(doubled), ...[4_000_000, 500_000].map(largeRecord)]
  if (store.mirror !== undefined) rows.push(await worstSearch(store.mirror, clients, tries))
  rows.push(
    ...(await largePages({
      store,
      seal: createSeal(randomBytes(32)),
      providers: new Map(),
    } as unknown as Service)),
  )
  await store.close()
  remove()
  return rows
}

/** A JSON Patch of copies of the whole into itself. */
function doubled(count: number): Row {
  const copies = Array.from({ length: count }, (_, index) => ({
    op: 'copy',
    from: '/providerSettings/addons',
    path: `/providerSettings/addons/copy${index}`,
  }))
  const client: JsonObject = { providerSettings: { addons: { notes: randomText(50) } } }
  const operations = parseOperations(copies)
  const begun = performance.now()
  const made = attempt(() => JSON.stringify(operationsToFields(operations, client)).length)
  const figure = performance.now() - begun
  const name = `a JSON Patch of ${count} copies of the whole into itself`
  return { section: SECTION, name, figure, unit: 'ms', aim: 200, detail: made }
}

/** A record of an RFC 7592 server of so many characters: how long others wait for what each read does with it. */
function largeRecord(characters: number): Row {
  const members = Array.from({ length: characters / 40 }, (_, index): [string, string] => [
    `member_${index}`,
    randomText(6),
  ])
  const record = { client_id: 'large', client_name: 'Large', ...Object.fromEntries(members) }
  const text = JSON.stringify(record)
  const mapping = createMapping(DIALECTS.standard)
  const fingerprints = createFingerprints(randomBytes(32))
  const begun = performance.now()
  const detail = attempt(() => {
    const native = parseJson(text) as JsonObject
    checkSize(native, 'provider_unavailable')
    fingerprints.ofState(mapping, native)
    return JSON.stringify(showClient(mapping, fingerprints.masked(mapping, native))).length
  })
  const figure = performance.now() - begun
  const name = `a record of ${digits(text.length / 1e6)} MB and ${members.length} members is read`
  return { section: SECTION, name, figure, unit: 'ms', aim: 200, detail }
}

function attempt(work: () => number): string {
  try {
    return `${work()} characters`
  } catch (error) {
    if (isClientError(error)) return `refused: ${error.code}`
    throw error
  }
}

/** Half of the clients hold long runs of one character; the search is changed where that makes it slower. */
async function worstSearch(mirror: Mirror, clients: number, tries: number): Promise<Row> {
  for (let index = 0; index < clients; index += 1) {
    const run = ['a', '/', 'ab', ''][index % 4] ?? ''
    const urls = Array.from({ length: 20 }, (_, at) => `https://${randomText(4)}.example.com/${at}`)
    const text = [`client${index}`, ...urls, run.repeat(1_500)].join('\n')
    const client = { ...PLACE, id: `client${index}` }
    await mirror.put({ client, tag: 't', record: 'r', at: 1, text, terms: [] }, true)
  }
  let worst = { text: 'a'.repeat(200), ms: 0 }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  for (let round = 0; round < tries; round += 1) {
    const text = round === 0 ? worst.text : varied(worst.text)
    // A turn before and after, so that the whole of the search is seen.
    await turn()
    delay.enable()
    delay.reset()
    await mirror.search({ places: [PLACE], text, terms: [], limit: 20 })
    await turn()
    const ms = delay.max / 1e6
    delay.disable()
    if (ms > worst.ms) worst = { text, ms }
  }
  const shown = `${JSON.stringify(worst.text.slice(0, 12))}… of ${worst.text.length} characters`
  return {
    section: SECTION,
    name: `worst search in ${clients} clients with long runs: others wait`,
    figure: worst.ms,
    unit: 'ms',
    aim: 100,
    detail: `${shown}; ${tries} tried`,
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
const randomText = (bytes: number) => randomBytes(bytes).toString('hex')

/** Another text with most of this one in it. */
function varied(text: string): string {
  const at = Math.floor(Math.random() * text.length)
  const put = ['a', 'aa', '/', 'b', 'https://', ''][Math.floor(Math.random() * 6)] ?? ''
  return `${text.slice(0, at)}${put}${text.slice(at + 1)}`.slice(0, 200) || 'a'
}

/** Eight callers that each ask for 100 changes of the largest kind. */
async function largePages(service: Service): Promise<readonly Row[]> {
  const client = { ...PLACE, id: 'large' }
  const log = resourceOf(client)
  for (let seq = 1; seq <= 200; seq += 2) {
    const changes = [{ field: 'description', before: null, after: randomText(170_000) }]
    const sealed = randomText(500_000)
    await service.store.append(intentOf(log, seq, { at: seq, changes, sealed }))
    await service.store.append(closingOf(log, seq + 1))
  }
  const before = process.memoryUsage().rss
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 1)
  const pages = await Promise.all(
    Array.from({ length: 8 }, () => readHistory(service, client, { limit: 100 })),
  )
  clearInterval(watch)
  peak = Math.max(peak, process.memoryUsage().rss)
  const size = JSON.stringify(pages[0]).length
  const detail = `${pages[0]?.items.length} of 100 changes of ${digits(0.34)} MB`
  const row = { section: SECTION, unit: 'MB' } as const
  return [
    { ...row, name: 'a page of large changes', figure: size / 1e6, aim: 2, detail },
    { ...row, name: 'memory for eight at once', figure: (peak - before) / 1e6, aim: 200 },
  ]
}
