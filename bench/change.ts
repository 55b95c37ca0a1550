/**
 * What Clientry adds to one change, in latency and CPU, beside what a bare proxy adds; and on Cognito
 * the write window, in which somebody else's change would be lost.
 */

import { Pool } from 'undici'
import type { Built } from './built.ts'
import { nativeChange, send } from './native.ts'
import { type Running, start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'
import { type ProviderName, patchBody } from './subject.ts'
import { ready, startClientry, type Upstream } from './upstream.ts'

const LATENCY_AIM = 2.5
const CPU_AIM = 3
/** Calls upstream; the bare proxy has two. Auth0's connections are read along with the client. */
const CALLS = { auth0: '3 calls', cognito: '2 calls' } as const
const WARM_UP = 150
const ROUNDS = 10

interface Lane {
  readonly name: string
  change(name: string): Promise<unknown>
  readonly running?: Running
  readonly times: number[]
  /** CPU for one change (ms), a figure for each round. */
  readonly cpu: number[]
}

/** Sends one PATCH and waits for the whole answer. */
export function patcher(url: string, provider: ProviderName, id: string, token: string) {
  const pool = new Pool(url)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return (name: string) =>
    send(pool, {
      method: 'PATCH',
      path: `/clients/${id}`,
      headers,
      body: patchBody(provider, name),
    })
}

/** `changes`: how many in each lane without an upstream delay; with one it is a third. */
export async function measureChanges(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
  changes: number,
): Promise<readonly Row[]> {
  const lanes = await startLanes(built, upstream, provider)
  const rows: Row[] = []
  for (const delayMs of [0, 20]) {
    await upstream.running.ask(`delay ${delayMs}`)
    await interleave(lanes, delayMs === 0 ? WARM_UP : 5)
    await upstream.running.ask('windows')
    const here = delayMs === 0 ? changes : Math.ceil(changes / 3)
    const windows = await measure(upstream, lanes, Math.ceil(here / ROUNDS))
    rows.push(...rowsOf(provider, delayMs, lanes))
    if (provider === 'cognito' && delayMs === 0) rows.push(...windowRows(windows))
  }
  await upstream.running.ask('delay 0')
  await Promise.all(lanes.map(({ running }) => running?.stop()))
  return rows
}

/** The calls themselves, the bare proxy, Clientry, and Clientry with its history in memory. */
async function startLanes(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
): Promise<readonly Lane[]> {
  const url = upstream.addresses[provider]
  const { token } = upstream.subject
  const lane = (name: string, change: Lane['change'], running?: Running): Lane => ({
    name,
    change,
    ...(running === undefined ? {} : { running }),
    times: [],
    cpu: [],
  })
  const direct = await nativeChange(provider, url, 'direct')
  const proxy = start(built.process('proxy'), built.process('control'), {
    BENCH_PROVIDER: provider,
    BENCH_UPSTREAM: url,
  })
  const proxyUrl = await ready<string>(proxy, 'url')
  const stored = async (name: string, file: string) => {
    const clientry = await startClientry(built, upstream, provider, file)
    return lane(name, patcher(clientry.url, provider, name, token), clientry.running)
  }
  return [
    lane('direct', (name) => direct('direct', name)),
    lane('proxy', patcher(proxyUrl, provider, 'proxy', token), proxy),
    await stored('clientry', built.file(`${provider}.db`)),
    await stored('memory', ':memory:'),
  ]
}

let count = 0

/** Sends changes in turn, so that whatever disturbs the machine disturbs every lane. */
export async function interleave(
  lanes: readonly Pick<Lane, 'change' | 'times'>[],
  changes: number,
): Promise<void> {
  for (let done = 0; done < changes; done += 1) {
    for (const lane of lanes) {
      count += 1
      const started = performance.now()
      await lane.change(`Name ${count}`)
      lane.times.push(performance.now() - started)
    }
  }
}

type Windows = readonly { readonly lane: string; readonly milliseconds: number }[]

async function measure(
  upstream: Upstream,
  lanes: readonly Lane[],
  changesOfRound: number,
): Promise<Windows> {
  for (const { times, cpu } of lanes) {
    times.length = 0
    cpu.length = 0
  }
  const windows: Windows[number][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await Promise.all(lanes.map(cpuOf))
    await interleave(lanes, changesOfRound)
    const after = await Promise.all(lanes.map(cpuOf))
    for (const [index, { cpu }] of lanes.entries()) {
      cpu.push(((after[index] ?? 0) - (before[index] ?? 0)) / changesOfRound)
    }
    windows.push(...(await upstream.running.ask<Windows>('windows')))
  }
  return windows
}

/** CPU that the lane's process has used (ms), in user and system time. */
export async function cpuOf({ running }: Pick<Lane, 'running'>): Promise<number> {
  if (running === undefined) return 0
  const { user, system } = await running.ask<NodeJS.CpuUsage>('cpu')
  return (user + system) / 1_000
}

function rowsOf(provider: ProviderName, delayMs: number, lanes: readonly Lane[]): readonly Row[] {
  const [direct = 0, proxy = 0, clientry = 0, memory = 0] = lanes.map(({ times }) => median(times))
  const [, proxyCpu = 0, clientryCpu = 0, memoryCpu = 0] = lanes.map(({ cpu }) => median(cpu))
  const section = `one PATCH, ${provider} (${CALLS[provider]}), upstream ${delayMs} ms`
  const latency = (name: string, through: number, aim: { aim?: number }): Row => ({
    section,
    name,
    figure: (through - direct) / (proxy - direct),
    unit: 'x',
    ...aim,
    detail: `+ ${digits(through - direct)} / + ${digits(proxy - direct)} ms; direct ${digits(direct)} ms`,
  })
  const cpu = (name: string, used: number, aim: { aim?: number }): Row => ({
    section,
    name,
    figure: used / proxyCpu,
    unit: 'x',
    ...aim,
    detail: `${digits(used)} / ${digits(proxyCpu)} ms`,
  })
  return [
    latency('added latency, Clientry / bare proxy', clientry, { aim: LATENCY_AIM }),
    latency('... history in memory', memory, {}),
    cpu('CPU, Clientry / bare proxy', clientryCpu, { aim: CPU_AIM }),
    cpu('... history in memory', memoryCpu, {}),
  ]
}

function windowRows(windows: Windows): readonly Row[] {
  const of = (lane: string) =>
    windows.filter((window) => window.lane === lane).map(({ milliseconds }) => milliseconds)
  const [clientry, proxy] = [of('clientry'), of('proxy')]
  const section = 'write window, cognito'
  const detail = (share: number) => `bare proxy ${digits(percentile(proxy, share))} ms`
  return [
    { section, name: 'median', figure: median(clientry), unit: 'ms', detail: detail(0.5) },
    { section, name: 'p99', figure: percentile(clientry, 0.99), unit: 'ms', detail: detail(0.99) },
  ]
}
