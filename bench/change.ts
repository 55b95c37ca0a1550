/**
 * What Clientry adds to one change, in latency and CPU, beside what a bare proxy adds; and on Cognito
 * the write window, in which someone else's change would be lost.
 */

import type { Built } from './built.ts'
import { cpuOf, interleave, type Lane, startLanes } from './lanes.ts'
import { type Limits, measureLimits } from './limits.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'
import type { ProviderName } from './subject.ts'
import type { Upstream } from './upstream.ts'

/** With an upstream that takes as long as a real one; with the history in memory. */
const LATENCY_AIMS = { stored: 3.5, memory: 2.5 }
const CPU_AIMS = { auth0: 2.5, cognito: 2 } as const
/** Calls upstream; the bare proxy has two. Auth0's connections are read along with the client. */
const CALLS = { auth0: '3 calls', cognito: '2 calls' } as const
/** A server runs for days: V8 has compiled what is used often, which the first changes of a process pay for. */
const WARM_UP = 1_000
const ROUNDS = 10
const FLOOR = 'a proxy that seals and records as much'

/** `changes`: how many in each lane without an upstream delay; with one it is a third. */
export async function measureChanges(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
  changes: number,
): Promise<readonly Row[]> {
  const lanes = await startLanes(built, upstream, provider)
  const limits = await measureLimits(built.file(`${provider}-limits`))
  const rows: Row[] = []
  for (const delayMs of [0, 20]) {
    await upstream.running.ask(`delay ${delayMs}`)
    await interleave(lanes, delayMs === 0 ? Math.min(WARM_UP, 2 * changes) : 5)
    await upstream.running.ask('windows')
    const here = delayMs === 0 ? changes : Math.ceil(changes / 3)
    const windows = await measure(upstream, lanes, limits, Math.ceil(here / ROUNDS))
    rows.push(...rowsOf(provider, delayMs, lanes))
    if (provider === 'cognito' && delayMs === 0) rows.push(...windowRows(windows))
  }
  await upstream.running.ask('delay 0')
  await Promise.all(lanes.map(({ running }) => running?.stop()))
  return [...rows, ...(await limits.rows(`one PATCH, ${provider}`))]
}

type Windows = readonly { readonly lane: string; readonly milliseconds: number }[]

async function measure(
  upstream: Upstream,
  lanes: readonly Lane[],
  limits: Limits,
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
    await limits.take()
  }
  return windows
}

function rowsOf(provider: ProviderName, delayMs: number, lanes: readonly Lane[]): readonly Row[] {
  const [direct = 0, proxy = 0, floor = 0, clientry = 0, memory = 0] = lanes.map(({ times }) =>
    median(times),
  )
  const [, proxyCpu = 0, floorCpu = 0, clientryCpu = 0, memoryCpu = 0] = lanes.map(({ cpu }) =>
    median(cpu),
  )
  const section = `one PATCH, ${provider} (${CALLS[provider]}), upstream ${delayMs} ms`
  const bare = proxy - direct
  const latency = (name: string, through: number, aim: number, limit: string): Row => ({
    section,
    name,
    figure: (through - direct) / bare,
    unit: 'x',
    ...(delayMs > 0 ? { aim } : {}),
    limit,
    detail: `+ ${digits(through - direct)} / + ${digits(bare)} ms; direct ${digits(direct)} ms`,
  })
  const cpu = (name: string, used: number, more: Pick<Row, 'aim' | 'limit'>): Row => ({
    section,
    name,
    figure: used / proxyCpu,
    unit: 'x',
    ...more,
    detail: `${digits(used)} / ${digits(proxyCpu)} ms`,
  })
  const least = (ratio: number) => `${digits(ratio)} x: ${FLOOR}`
  const { stored, memory: inMemory } = LATENCY_AIMS
  return [
    latency(
      'added latency, Clientry / bare proxy',
      clientry,
      stored,
      least((floor - direct) / bare),
    ),
    latency('... history in memory', memory, inMemory, "1 x: the proxy's own hop"),
    cpu('CPU, Clientry / bare proxy', clientryCpu, {
      aim: CPU_AIMS[provider],
      limit: least(floorCpu / proxyCpu),
    }),
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
