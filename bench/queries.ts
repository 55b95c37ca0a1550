/**
 * Whether the log costs more when it is large: appends and every way of reading the history, on a file
 * of few records and one of many, in turn.
 */

import { randomBytes, randomUUID } from 'node:crypto'
import type { Service } from '../src/service/base/service.ts'
import { readHistory, readOperation, searchHistory } from '../src/service/reading/history.ts'
import { resourceOf } from '../src/store/resource.ts'
import { createSeal } from '../src/store/seal.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import type { Built } from './built.ts'
import { type Filled, filledFile } from './filled.ts'
import { createYardsticks } from './machine.ts'
import { changeOf, clientName, recordsOf } from './records.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'

const GROWTH_AIM = 1.3
const P99_AIM_MS = 5
const WARM_UP = 30
const DEFAULT_PAGE = 20
const RANGE_CHANGES = 200

const SECTION = 'history, SQLite'

/** One way of using the log, and its times on each file. */
interface Use {
  readonly says: string
  /** What waits for the disk says nothing about this program. */
  readonly durable?: true
  readonly run: (round: number) => Promise<unknown>
  readonly times: number[]
  /** CPU of this process (ms): what is left when the machine has other work to do. */
  readonly cpu: number[]
}

export async function measureQueries(
  root: string,
  built: Built,
  records: readonly [number, number],
  rounds: number,
): Promise<readonly Row[]> {
  const files = [await filledFile(root, records[0]), await filledFile(root, records[1])]
  const lanes = await Promise.all(files.map(usesOf))
  const machine = createYardsticks(built.file('sync'))
  for (let round = 0; round < WARM_UP + rounds; round += 1) {
    const counted = round >= WARM_UP
    for (const [index] of (lanes[0]?.uses ?? []).entries()) {
      for (const { uses } of lanes) await time(uses[index], round, counted)
    }
    machine.take(counted)
  }
  await Promise.all(lanes.map(({ close }) => close()))
  machine.close()
  const [small, large] = lanes.map(({ uses }) => uses)
  const which = `${records[1]} / ${records[0]} records`
  const rows = (small ?? []).flatMap((use, index) =>
    rowsOf(use, large?.[index] ?? use, which, machine.syncs),
  )
  return [...rows, machineRow(machine.spins)]
}

async function time(use: Use | undefined, round: number, counted: boolean): Promise<void> {
  const [started, before] = [performance.now(), process.cpuUsage()]
  await use?.run(round)
  if (!counted) return
  use?.times.push(performance.now() - started)
  const { user, system } = process.cpuUsage(before)
  use?.cpu.push((user + system) / 1_000)
}

async function usesOf(
  filled: Filled,
): Promise<{ uses: readonly Use[]; close(): Promise<unknown> }> {
  const store = createSqliteStore(await openDatabase(filled.path))
  const loose = await openDatabase(filled.path)
  loose.exec('pragma synchronous = off')
  const looseStore = createSqliteStore(loose)
  const queries = await queriesOf(filled, store)
  const uses = [
    {
      says: 'append intent and outcome',
      durable: true as const,
      run: appender(store),
      times: [],
      cpu: [],
    },
    { says: '... without the sync', run: appender(looseStore), times: [], cpu: [] },
    ...Object.entries(queries).map(([says, run]) => ({ says, run, times: [], cpu: [] })),
  ]
  return { uses, close: () => Promise.all([store.close(), looseStore.close()]) }
}

/** Appends one change after the other, each to a client of its own. */
function appender(store: Store): Use['run'] {
  const recordOf = recordsOf()
  return async (round) => {
    const { intent, closing } = changeOf({
      resource: resourceOf(clientName(0, randomUUID())),
      seq: 1,
      at: Date.now(),
      actor: `actor-${round % 12}`,
      outcome: 'applied',
      ...recordOf(0, round),
    })
    await store.append(intent)
    await store.append(closing)
  }
}

/** What people ask for, as the API asks it. */
async function queriesOf(
  filled: Filled,
  store: Store,
): Promise<Readonly<Record<string, Use['run']>>> {
  // Reading needs nothing else.
  const seal = createSeal(randomBytes(32))
  // Its entries hold nothing sealed, and no provider is asked.
  const service = { store, seal, providers: new Map() } as unknown as Service
  const { providers, clients, rare, from, to } = filled
  const limit = DEFAULT_PAGE
  const middle = (from + to) / 2
  const range = { from: middle, to: middle + RANGE_MS }
  const search = { providers, limit }
  const deep = { at: middle, mark: '0' }
  const some = await searchHistory(service, { providers, limit: 100, after: deep })
  const operations = some.items.flatMap(({ operationId }) => operationId ?? [])
  const all = {
    "one client's page": (round: number) =>
      readHistory(service, clients[round % clients.length] ?? { provider: '', id: '' }, { limit }),
    'first page of all': () => searchHistory(service, search),
    'page deep inside': () => searchHistory(service, { ...search, after: deep }),
    'rare: provider, actor, conflict': () => {
      const { provider, actor } = rare
      return searchHistory(service, { providers: [provider], actor, outcome: 'conflict', limit })
    },
    'time range': () => searchHistory(service, { ...search, ...range }),
    'one operation': (round: number) =>
      readOperation(service, operations[round % operations.length] ?? ''),
    'open changes': () => searchHistory(service, { ...search, outcome: 'open' }),
  }
  await check(all)
  return all
}

/** A query that finds less than a page would be measured for nothing. */
async function check(queries: Readonly<Record<string, (round: number) => Promise<unknown>>>) {
  for (const [says, run] of Object.entries(queries)) {
    const found = (await run(0)) as { readonly items?: readonly unknown[] } | undefined
    const whole = found !== undefined && (found.items?.length ?? DEFAULT_PAGE) === DEFAULT_PAGE
    if (!whole && says !== 'open changes') throw new Error(`${says} finds too little.`)
  }
}

const RANGE_MS = RANGE_CHANGES * 60_000

function rowsOf(small: Use, large: Use, which: string, syncs: readonly number[]): readonly Row[] {
  const { says, durable = false } = small
  const [few, many] = [median(small.times), median(large.times)]
  const [fewP99, manyP99] = [percentile(small.times, 0.99), percentile(large.times, 0.99)]
  const sync = `; one sync of the disk ${digits(percentile(syncs, 0.99))} ms, median ${digits(median(syncs))} ms`
  return [
    {
      section: SECTION,
      name: `${says}: growth`,
      figure: many / few,
      unit: 'x',
      aim: GROWTH_AIM,
      detail: `${digits(many)} / ${digits(few)} ms, ${which}`,
    },
    {
      section: SECTION,
      name: `${says}: p99`,
      figure: manyP99,
      unit: 'ms',
      ...(durable ? {} : { aim: P99_AIM_MS }),
      detail: `${digits(fewP99)} ms with few; CPU ${digits(percentile(large.cpu, 0.99))} ms${durable ? sync : ''}`,
    },
  ]
}

function machineRow(spins: readonly number[]): Row {
  return {
    section: SECTION,
    name: 'the machine itself: p99 of work without any of this',
    figure: percentile(spins, 0.99),
    unit: 'ms',
    detail: `hashing; median ${digits(median(spins))} ms`,
  }
}
