/**
 * What four instances make together of one account's rate, on each kind of store: how much of it they use, what a neighbour
 * notices, how often each writes, and how soon the share of one that is killed is used again.
 */

import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findPostgres } from '../test/postgres/programs.ts'
import { initialize, startServer } from '../test/postgres/server.ts'
import {
  type PacedAccount,
  POOLS,
  pacedAuth0,
  pacedCognito,
} from '../test/providers/paced-provider.ts'
import type { Built } from './built.ts'
import { CLIENTS, isThrottle, UPSTREAM_DELAY_MS, WARM_UP_MS } from './pace.ts'
import { type Running, start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { REGION, TABLE } from './subject.ts'
import { ready } from './upstream.ts'

const INSTANCES = 4
/** After this the share of a killed instance is used by the others (milliseconds). */
const BACK_MS = 2_000

interface Place {
  readonly name: string
  readonly settings: unknown
  close(): Promise<void>
}

interface Account {
  readonly name: 'auth0' | 'cognito'
  readonly account: PacedAccount
  /** Calls a second that are ours, and those that are left. */
  readonly permitted: number
  readonly reserved: number
  readonly operation: string
}

/** `seconds`: how long each account is measured, before and after one instance is killed. */
export async function measureInstances(built: Built, seconds: number): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const open of [sqlite, postgres, dynamodb]) {
    for (const openAccount of [auth0, cognito]) {
      const place = await open(built)
      if (place === undefined) continue
      const one = await openAccount()
      rows.push(...(await measure(built, place, one, seconds * 1_000)))
      await one.account.emulator.close()
      await place.close()
    }
  }
  return rows
}

const auth0 = async (): Promise<Account> => ({
  name: 'auth0',
  account: await pacedAuth0(CLIENTS),
  permitted: 16 * 0.8,
  reserved: 16 * 0.2,
  operation: 'clients',
})

const cognito = async (): Promise<Account> => ({
  name: 'cognito',
  account: await pacedCognito(CLIENTS),
  permitted: 5 * 0.6 * POOLS.length,
  reserved: 5 * 0.4,
  operation: 'DescribeUserPoolClient',
})

const sqlite = async (built: Built): Promise<Place> => ({
  name: 'SQLite',
  settings: { type: 'sqlite', path: built.file(`${randomUUID()}.db`), create: true },
  close: async () => {},
})

async function postgres(): Promise<Place | undefined> {
  const { bin } = await findPostgres()
  if (bin === undefined) return undefined
  const folder = join(tmpdir(), `clientry-bench-${randomUUID()}`)
  initialize({ bin, folder })
  const server = await startServer({
    bin,
    folder,
    settings: { fsync: 'on', full_page_writes: 'on' },
  })
  const address = { host: '127.0.0.1', port: server.port, database: 'postgres', user: 'root' }
  return {
    name: 'PostgreSQL',
    settings: { type: 'postgresql', ...address, schema: 'clientry', connections: 4, create: true },
    close: server.close,
  }
}

async function dynamodb(built: Built): Promise<Place> {
  const running = start(built.process('dynamodb'), built.process('control'))
  const endpoint = await ready<string>(running, 'url')
  return {
    name: 'DynamoDB',
    settings: { type: 'dynamodb', table: TABLE, region: REGION, endpoint, create: true },
    close: running.stop,
  }
}

async function measure(
  built: Built,
  place: Place,
  { name, account, permitted, reserved, operation }: Account,
  milliseconds: number,
): Promise<readonly Row[]> {
  const { emulator } = account
  emulator.inject({ kind: 'delay', delayMs: UPSTREAM_DELAY_MS, times: Number.MAX_SAFE_INTEGER })
  const instances: Running[] = []
  for (let count = 0; count < INSTANCES; count += 1) {
    const environment = {
      BENCH_STORE: JSON.stringify(place.settings),
      BENCH_ACCOUNT: name,
      BENCH_URL: emulator.url,
      BENCH_COUNT: String(INSTANCES),
    }
    const one = start(built.process('pacer'), built.process('control'), environment)
    await ready(one, 'ready')
    instances.push(one)
  }
  const neighbours: Promise<number>[] = []
  const timer = setInterval(() => neighbours.push(account.neighbour()), 1_000 / reserved)
  await Promise.all(instances.map((one) => one.ask('go')))
  const from = Date.now() + WARM_UP_MS
  const until = from + milliseconds
  await pause(until - Date.now())
  const writes = await Promise.all(instances.map((one) => one.ask<readonly number[]>('writes')))
  await instances[0]?.stop()
  const back = Date.now() + BACK_MS
  await pause(back + milliseconds - Date.now())
  clearInterval(timer)
  const statuses = await Promise.all(neighbours)
  for (const one of instances) await one.stop()
  const calls = emulator.calls.filter((call) => call.operation.includes(operation))
  const ours = (begin: number) => {
    const seen = calls.filter(({ at }) => at >= begin && at < begin + milliseconds)
    const good = seen.filter((call) => !isThrottle(call)).length
    return good - (reserved * milliseconds) / 1_000
  }
  const share = (begin: number) => (100 * ours(begin)) / ((permitted * milliseconds) / 1_000)
  const most = Math.max(...writes.map((all) => all.filter((at) => at >= from && at < until).length))
  const detail = (begin: number) =>
    `${digits((ours(begin) * 1_000) / milliseconds)} of ${digits(permitted)} calls/s`
  const row = { section: `instances, ${place.name}, ${name}` }
  return [
    {
      ...row,
      name: `share of the permitted rate, ${INSTANCES} instances`,
      figure: share(from),
      unit: '%',
      atLeast: 95,
      detail: detail(from),
    },
    {
      ...row,
      name: `the same from ${BACK_MS / 1_000} s after one was killed`,
      figure: share(back),
      unit: '%',
      atLeast: 95,
      detail: detail(back),
    },
    {
      ...row,
      name: 'throttles, of instances and of a neighbour in the reserve',
      figure: calls.filter(isThrottle).length,
      unit: 'calls',
      aim: 0,
      detail: `${calls.length} calls, ${statuses.length} of the neighbour`,
    },
    {
      ...row,
      name: 'writes to the store for each instance in a second, at most',
      figure: (most * 1_000) / milliseconds,
      unit: 'calls',
      aim: 1,
    },
  ]
}
