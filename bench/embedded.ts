/**
 * The embedded OpenID Provider beside servers that change a client without a history: Ory Hydra's admin API
 * (PATCH; SQLite in memory) and oidc-provider's own registration management (PUT; in memory). The same callers
 * change the names of as many clients, lane after lane in each round.
 */

import { mkdirSync } from 'node:fs'
import { Pool } from 'undici'
import { loadAddress } from '../src/dev/dev-state.ts'
import { fetchDevelopmentToken } from '../src/providers/local/openid/token.ts'
import { freePort } from '../test/free-port.ts'
import { startHydra, whyNoHydra } from '../test/servers/hydra.ts'
import type { Built } from './built.ts'
import { measureLimits } from './limits.ts'
import { type Running, start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { median, spread } from './statistics.ts'
import { ready } from './upstream.ts'

const SECTION = 'embedded provider'
const CALLERS = 8
const NAMES = Array.from({ length: CALLERS }, (_, index) => `bench-${index}`)
const CALLBACK = 'https://app.example.com/callback'
const INITIAL_TOKEN = 'initial-token-of-the-bench'
/** What the ratios should not be below. */
const AIMS = { hydra: 1, openid: 0.4 }
const JSON_TYPE = { 'content-type': 'application/json' }

/** Sends one change of one of the clients; `false` where it is refused because another one is running. */
type Change = (client: number, name: string) => Promise<boolean>

interface Lane {
  readonly name: string
  readonly change: Change
  /** Changes per second that succeeded, a figure for each round. */
  readonly rates: number[]
  refused: number
  readonly running?: Running
  stop(): Promise<unknown>
}

/** `changes`: of each lane in each round. */
export async function measureEmbedded(
  built: Built,
  rounds: number,
  changes: number,
): Promise<readonly Row[]> {
  const lanes = [await embeddedLane(built), await openidLane(built)]
  const reason = await whyNoHydra()
  if (reason === undefined) lanes.push(await hydraLane())
  else process.stderr.write(`${reason}\n`)
  const cpu: number[] = []
  const limits = await measureLimits(built.file('limits'))
  for (let round = -1; round < rounds; round += 1) {
    for (const lane of lanes) {
      const before = await cpuOf(lane)
      const rate = await rateOf(lane, changes)
      if (round < 0) continue
      lane.rates.push(rate)
      if (lane === lanes[0]) cpu.push(((await cpuOf(lane)) - before) / changes)
    }
    if (round >= 0) await limits.take()
  }
  await Promise.all(lanes.map(({ stop }) => stop()))
  const [embedded, openid, hydra] = lanes
  const { sync, hop } = limits.medians()
  // A change waits for the disk before it is in force and before its answer, and for its own step in between.
  const fastest = (1_000 * CALLERS) / (2 * (sync + hop) + hop)
  return [
    ratioRow('Hydra PATCH', [embedded, hydra], AIMS.hydra, fastest),
    ratioRow('oidc-provider PUT', [embedded, openid], AIMS.openid, fastest),
    { section: SECTION, name: 'CPU of one change', figure: median(cpu), unit: 'ms' } as const,
    ...(await limits.rows(SECTION)),
  ].filter((row) => row !== undefined)
}

function ratioRow(
  name: string,
  [embedded, other]: readonly (Lane | undefined)[],
  atLeast: number,
  /** Changes per second that wait for the disk and the threads alone. */
  fastest: number,
): Row | undefined {
  if (embedded === undefined || other === undefined) return undefined
  const ratios = embedded.rates.map((rate, round) => rate / (other.rates[round] ?? Number.NaN))
  const refused = other.refused === 0 ? '' : `; ${other.refused} refused`
  return {
    section: SECTION,
    name: `${CALLERS} callers on ${CALLERS} clients / ${name}`,
    figure: median(ratios),
    unit: 'x',
    atLeast,
    limit: `${digits(fastest / median(other.rates))} x: waits for disk and threads alone`,
    detail: `${digits(median(embedded.rates))} / ${digits(median(other.rates))} changes per second; ${spread(ratios)}${refused}`,
  }
}

async function embeddedLane(built: Built): Promise<Lane> {
  const folder = built.file('embedded')
  mkdirSync(folder)
  const port = await freePort()
  const running = start(built.development, built.process('control'), {
    CLIENTRY_DEV_FOLDER: folder,
    PORT: String(port),
  })
  await running.printed(/Stop with Ctrl-C/)
  const address = loadAddress(folder)
  if (address === undefined) throw new Error('The development server saved no address.')
  const headers = { authorization: `Bearer ${await fetchDevelopmentToken(address)}`, ...JSON_TYPE }
  const pool = new Pool(`http://127.0.0.1:${port}`)
  const ids: string[] = []
  for (const name of NAMES) {
    const body = { provider: 'local', kind: 'web', client: { name, callbacks: [CALLBACK] } }
    const answer = await send(pool, 'POST', '/clients', headers, body)
    if (answer.status !== 201)
      throw new Error(`A client was answered ${answer.status}: ${answer.text}`)
    ids.push((JSON.parse(answer.text) as { id: string }).id)
  }
  const change: Change = async (client, name) => {
    const body = { provider: 'local', client: { name } }
    return isDone(await send(pool, 'PATCH', `/clients/${ids[client]}`, headers, body))
  }
  return { name: 'embedded', change, rates: [], refused: 0, running, stop: () => running.stop() }
}

async function openidLane(built: Built): Promise<Lane> {
  const running = start(built.process('openid'), built.process('control'), {
    BENCH_INITIAL_TOKEN: INITIAL_TOKEN,
  })
  const pool = new Pool(await ready<string>(running, 'url'))
  const initial = { authorization: `Bearer ${INITIAL_TOKEN}`, ...JSON_TYPE }
  const clients: { readonly record: Record<string, unknown>; readonly token: string }[] = []
  for (const client_name of NAMES) {
    const body = { client_name, redirect_uris: [CALLBACK] }
    const { text } = await send(pool, 'POST', '/reg', initial, body)
    const { registration_access_token: token, ...record } = JSON.parse(text)
    for (const shown of [
      'registration_client_uri',
      'client_secret_expires_at',
      'client_id_issued_at',
    ])
      delete record[shown]
    clients.push({ record, token })
  }
  const change: Change = async (index, client_name) => {
    const { record, token } = clients[index] ?? { record: {}, token: '' }
    const headers = { authorization: `Bearer ${token}`, ...JSON_TYPE }
    const path = `/reg/${record.client_id}`
    return isDone(await send(pool, 'PUT', path, headers, { ...record, client_name }))
  }
  return { name: 'openid', change, rates: [], refused: 0, running, stop: () => running.stop() }
}

async function hydraLane(): Promise<Lane> {
  const hydra = await startHydra()
  const pool = new Pool(hydra.adminUrl)
  const ids: string[] = []
  for (const client_name of NAMES) {
    const body = { client_name, redirect_uris: [CALLBACK] }
    const { text } = await send(pool, 'POST', '/admin/clients', JSON_TYPE, body)
    ids.push((JSON.parse(text) as { client_id: string }).client_id)
  }
  const change: Change = async (client, value) => {
    const body = [{ op: 'replace', path: '/client_name', value }]
    return isDone(await send(pool, 'PATCH', `/admin/clients/${ids[client]}`, JSON_TYPE, body))
  }
  return { name: 'hydra', change, rates: [], refused: 0, stop: () => hydra.stop() }
}

interface Answer {
  readonly status: number
  readonly text: string
}

async function send(
  pool: Pool,
  method: 'POST' | 'PUT' | 'PATCH',
  path: string,
  headers: Readonly<Record<string, string>>,
  content: unknown,
): Promise<Answer> {
  const { statusCode, body } = await pool.request({
    method,
    path,
    headers,
    body: JSON.stringify(content),
  })
  return { status: statusCode, text: await body.text() }
}

/** Hydra refuses what meets another write ("unable to serialize access"). */
function isDone({ status, text }: Answer): boolean {
  if (status === 200) return true
  if (/serializ|locked|busy/i.test(text)) return false
  throw new Error(`A change was answered ${status}: ${text}`)
}

let count = 0

/** Changes per second that succeeded while each caller changes a client of its own. */
async function rateOf(lane: Lane, changes: number): Promise<number> {
  let [next, done] = [0, 0]
  const caller = async (_: unknown, client: number) => {
    while (next < changes) {
      next += 1
      count += 1
      if (await lane.change(client, `Name ${count}`)) done += 1
      else lane.refused += 1
    }
  }
  const started = performance.now()
  await Promise.all(NAMES.map(caller))
  return done / ((performance.now() - started) / 1_000)
}

async function cpuOf({ running }: Lane): Promise<number> {
  if (running === undefined) return 0
  const { user, system } = await running.ask<NodeJS.CpuUsage>('cpu')
  return (user + system) / 1_000
}
