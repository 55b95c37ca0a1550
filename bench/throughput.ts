/**
 * Changes per second with many callers at once, on one client and on many, beside what one caller
 * reaches who makes the provider's two calls himself, one change after the other.
 */

import type { Built } from './built.ts'
import { patcher } from './lanes.ts'
import { nativeChange } from './native.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { clientsOf, PROVIDERS, type ProviderName } from './subject.ts'
import { startClientry, type Upstream } from './upstream.ts'

const CALLERS = 16
/** In each lane of a round: upstream at once, and with a delay. */
const CHANGES = { 0: 96, 20: 32 } as const
/** With a provider as far as a real one, callers of many clients lose nothing by going through. */
const MANY_AIM = 1

/** Sends its changes, so many at once. */
interface Lane {
  readonly says: string
  readonly atOnce: number
  readonly many?: true
  change(index: number, name: string): Promise<unknown>
  /** Changes per second, a figure for each round. */
  readonly rates: number[]
}

export async function measureThroughput(
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const provider of PROVIDERS) rows.push(...(await measure(built, upstream, provider, rounds)))
  return rows
}

async function measure(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
  rounds: number,
): Promise<readonly Row[]> {
  const { lanes, stop } = await startLanes(built, upstream, provider)
  const rows: Row[] = []
  for (const delayMs of [0, 20] as const) {
    await upstream.running.ask(`delay ${delayMs}`)
    for (let round = -1; round < rounds; round += 1) {
      for (const lane of lanes) {
        const rate = await rateOf(lane, CHANGES[delayMs])
        if (round >= 0) lane.rates.push(rate)
      }
      await upstream.running.ask('windows')
    }
    rows.push(...rowsOf(provider, delayMs, lanes))
  }
  await upstream.running.ask('delay 0')
  await stop()
  return rows
}

async function startLanes(built: Built, upstream: Upstream, provider: ProviderName) {
  const { token } = upstream.subject
  const direct = await nativeChange(provider, upstream.addresses[provider], 'direct')
  const files = { alone: 1, shared: 2 } as const
  const [alone = [], shared = []] = await Promise.all(
    Object.entries(files).map(async ([name, servers]) => {
      const file = built.file(`throughput-${provider}-${name}.db`)
      const started = []
      for (let index = 0; index < servers; index += 1)
        started.push(await startClientry(built, upstream, provider, file))
      return started
    }),
  )
  const patch = (servers: typeof alone, ids: readonly string[]): Lane['change'] => {
    const patchers = servers.map(({ url }) => ids.map((id) => patcher(url, provider, id, token)))
    // Neighbours go to different servers, and over all of them to every client.
    return async (index, name) => {
      const ofServer = patchers[index % servers.length]
      await ofServer?.[Math.floor(index / servers.length) % ids.length]?.(name)
    }
  }
  const lane = (says: string, change: Lane['change'], more: object = {}): Lane => ({
    says,
    atOnce: CALLERS,
    change,
    rates: [],
    ...more,
  })
  const many = { many: true }
  const lanes = [
    lane('direct', (_, name) => direct('direct', name), { atOnce: 1 }),
    lane('one client', patch(alone, ['alone'])),
    lane('16 clients', patch(alone, clientsOf('alone')), many),
    lane('one client, two servers on one file', patch(shared, ['shared'])),
    lane('16 clients, two servers on one file', patch(shared, clientsOf('shared')), many),
  ]
  const stop = () => Promise.all([...alone, ...shared].map(({ running }) => running.stop()))
  return { lanes, stop }
}

let count = 0

/** Changes per second while `atOnce` callers share them out. */
async function rateOf({ atOnce, change }: Lane, changes: number): Promise<number> {
  let next = 0
  const caller = async () => {
    while (next < changes) {
      const index = next
      next += 1
      count += 1
      await change(index, `Name ${count}`)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: atOnce }, caller))
  return changes / ((performance.now() - started) / 1_000)
}

/** Takes the figures away from the lanes. */
function rowsOf(provider: string, delayMs: number, lanes: readonly Lane[]): readonly Row[] {
  const section = `throughput, ${provider}, upstream ${delayMs} ms`
  const [direct, ...others] = lanes.map(({ says, many, rates }) => ({
    says,
    aim: many && delayMs > 0 ? { atLeast: MANY_AIM } : {},
    rate: median(rates.splice(0)),
  }))
  if (direct === undefined) return []
  return others.map(({ says, aim, rate }) => ({
    section,
    name: `${says}, ${CALLERS} callers / 1 caller, direct`,
    figure: rate / direct.rate,
    unit: 'x',
    ...aim,
    detail: `${digits(rate)} / ${digits(direct.rate)} changes per second`,
  }))
}
