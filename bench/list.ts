/**
 * Whether clients are found at once among very many: by id, by host, by a part of a text that few, many
 * or none have, and by filters, as `GET /clients` asks the service. The mirror is filled as rounds fill it.
 */

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseFilters, searchText } from '../src/core/search.ts'
import { createFingerprints } from '../src/core/secrecy/fingerprint.ts'
import { mapping } from '../src/providers/cognito/mapping.ts'
import type { Provider } from '../src/providers/provider.ts'
import { createLate } from '../src/service/base/late-work.ts'
import type { Service } from '../src/service/base/service.ts'
import { sightOf } from '../src/service/mirror/mirror.ts'
import { listClients } from '../src/service/reading/list.ts'
import type { ListRequest } from '../src/service/reading/list-request.ts'
import { createSeal } from '../src/store/seal.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import { startWriter } from '../src/store/sqlite/threaded-writer.ts'
import type { Store } from '../src/store/store.ts'
import { fullCognitoClient, POOL_ID } from '../test/fixtures/cognito.ts'
import { measureListUnderWrites } from './list-writes.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'

const SECTION = 'list, SQLite mirror'
const P99_AIM_MS = 10
const WARM_UP = 20
const PROVIDER = 'customers'
const WORDS = ['portal', 'shop', 'billing', 'admin', 'mobile', 'partner', 'reports', 'orders']
const PLACES = [{ provider: PROVIDER, userPoolId: POOL_ID }]

export async function measureList(
  root: string,
  clients: number,
  rounds: number,
  /** Without what is asked while nothing is written. */
  only?: 'under writes',
): Promise<readonly Row[]> {
  const folder = join(root, 'node_modules', '.cache', 'clientry')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'list.db')
  remove(path)
  const database = await openDatabase(path)
  const service = serviceOn(createSqliteStore(database, startWriter(path)))
  const filled = await fill(service, clients)
  const rows = only === undefined ? await measureSearches(service, SECTION, rounds, clients) : []
  const requests = Object.values(requestsFor(clients))
  const underWrites = await measureListUnderWrites(
    { service, place: PLACES[0] ?? { provider: PROVIDER }, idOf, recordOf, clients, path },
    (changing, number) => pageOf(changing, requests, number),
    4 * rounds,
  )
  await service.store.close()
  remove(path)
  return [...rows, fillsRow(SECTION, filled), ...underWrites]
}

/** What searches need, over a store. */
export function serviceOn(store: Store): Service {
  const key = randomBytes(32)
  const provider = { type: 'cognito', mapping } as unknown as Provider
  return {
    late: createLate(),
    store,
    seal: createSeal(key),
    fingerprints: createFingerprints(key),
    providers: new Map([[PROVIDER, provider]]),
  } as unknown as Service
}

/** Every kind of search, one after the other. */
export async function measureSearches(
  service: Service,
  section: string,
  rounds: number,
  clients: number,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [says, request] of Object.entries(requestsFor(clients))) {
    const row = await measure(service, says, request, rounds, clients)
    rows.push({ section, ...row })
  }
  return rows
}

export const fillsRow = (section: string, filled: readonly number[]): Row => ({
  section,
  name: 'keeping one client: p99',
  figure: percentile(filled, 0.99),
  unit: 'ms',
  detail: `median ${digits(median(filled))} ms; ${filled.length} clients`,
})

const remove = (path: string) => {
  for (const end of ['', '-wal', '-shm', '.limits']) if (existsSync(path + end)) rmSync(path + end)
}

/** Keeps the clients, one by one or some at once; gives how long each took. */
export async function fill(
  service: Service,
  clients: number,
  atOnce = 1,
): Promise<readonly number[]> {
  const times: number[] = []
  let next = 0
  const keep = async () => {
    const index = next
    next += 1
    const started = performance.now()
    const client = { provider: PROVIDER, userPoolId: POOL_ID, id: idOf(index) }
    const seen = { client, native: recordOf(index), at: Date.now() }
    const sight = sightOf(service, mapping, seen)
    await service.store.mirror?.put(sight, false)
    times.push(performance.now() - started)
  }
  const keepAll = async () => {
    while (next < clients) await keep()
  }
  await Promise.all(Array.from({ length: atOnce }, keepAll))
  return times
}

const wordOf = (index: number) => WORDS[index % WORDS.length] ?? ''
/** Ids as the service makes them, the same in each run. */
const idOf = (index: number) => `${(index * 7_919).toString(36)}q${(index ** 2 + 17).toString(36)}`
const hostOf = (index: number) => `${wordOf(index)}-${index}.${wordOf(index >> 3)}.example.com`

function recordOf(index: number) {
  const host = hostOf(index)
  return {
    ...fullCognitoClient,
    ClientId: idOf(index),
    ClientName: `${wordOf(index)} client ${index}`,
    CallbackURLs: [`https://${host}/callback`, 'https://shared.example.com/callback'],
    LogoutURLs: [`https://${host}/logout`],
    AllowedOAuthFlows: index % 1_000 === 0 ? ['implicit'] : ['code'],
  }
}

/** What is asked, for the round with that number. */
function requestsFor(clients: number): Readonly<Record<string, (round: number) => Asked>> {
  const some = (round: number) => (round * 7_907) % clients
  const text = (q: string) => ({ filter: { terms: [], text: searchText(q) } })
  const filter = (filters: string) => ({ filter: { terms: parseFilters(filters) } })
  return {
    'by id': (round) => text(idOf(some(round))),
    'by a part of an id': (round) => text(idOf(some(round)).slice(2, 8)),
    'by host': (round) => filter(`host:${hostOf(some(round))}`),
    'by a part of a host': (round) => text(hostOf(some(round)).slice(0, 14)),
    'by name': (round) => text(`client ${some(round)}`),
    'a text that all have': () => text('https://'),
    'a text that all have, deep inside': () => ({ ...text('https://'), deep: true }),
    'a long text that an eighth has': () => text('.portal.example.com/callback'),
    'a text that none has': () => text('zzz none has this'),
    'parts that all have, together none': () => text('example.com/callbaclogout'),
    'two characters': () => text('-9'),
    'two characters that none has': () => text('~~'),
    'a filter that few hold': () => filter('grantTypes:implicit'),
    'a filter that all hold': () => filter('callbacks:https://shared.example.com/callback'),
    'two filters that exclude each other': () => filter('grantTypes:implicit,disabled:true'),
    'a filter and a text': (round) => ({
      filter: {
        terms: parseFilters('grantTypes:authorization_code'),
        text: `client ${some(round)}`,
      },
    }),
    everything: () => ({ filter: { terms: [] } }),
  }
}

/** One page, of each kind of request in turn. */
function pageOf(
  service: Service,
  requests: readonly ((round: number) => Asked)[],
  number: number,
): Promise<unknown> {
  const request = requests[number % requests.length] ?? (() => ({ filter: { terms: [] } }))
  const { filter } = request(number)
  return listClients(service, {
    places: PLACES,
    filter,
    limit: 20,
    fresh: false,
    requestId: 'bench',
    caller: 'bench',
    deadline: 0,
  })
}

type Asked = Pick<ListRequest, 'filter'> & { readonly deep?: true }

async function measure(
  service: Service,
  says: string,
  request: (round: number) => Asked,
  rounds: number,
  clients: number,
): Promise<Omit<Row, 'section'>> {
  const middle = (await service.store.mirror?.search({ places: PLACES, terms: [], limit: 1 }))
    ?.matches[0]
  const times: number[] = []
  const cpu: number[] = []
  let found = 0
  for (let round = 0; round < WARM_UP + rounds; round += 1) {
    const { filter: wanted, deep } = request(round)
    const after = Number(middle?.position) + Math.floor(clients * 0.9)
    const from = deep === true ? { from: { kind: 'mirror' as const, after } } : {}
    const [started, before] = [performance.now(), process.cpuUsage()]
    const page = await listClients(service, {
      places: PLACES,
      filter: wanted,
      limit: 20,
      fresh: false,
      ...from,
      requestId: 'bench',
      caller: 'bench',
      deadline: 0,
    })
    if (round < WARM_UP) continue
    times.push(performance.now() - started)
    const { user, system } = process.cpuUsage(before)
    cpu.push((user + system) / 1_000)
    found += page.clients.length
  }
  return {
    name: `${says}: p99`,
    figure: percentile(times, 0.99),
    unit: 'ms',
    aim: P99_AIM_MS,
    detail: `median ${digits(median(times))} ms; CPU p99 ${digits(percentile(cpu, 0.99))} ms; ${digits(found / rounds)} found on a page`,
  }
}
