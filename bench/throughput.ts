/**
 * Changes per second with many callers at once, on one client and on many, beside what one caller
 * reaches who makes the provider's two calls himself, one change after the other.
 */

import type { Built } from './built.ts'
import { patcher } from './lanes.ts'
import { measureLimits } from './limits.ts'
import { nativeChange } from './native.ts'
import { digits, type Row } from './report.ts'
import { median, spread } from './statistics.ts'
import { clientsOf, PROVIDERS, type ProviderName } from './subject.ts'
import { startClientry, type Upstream } from './upstream.ts'

const CALLERS = 16
/** In each lane of a round: upstream at once, and with a delay. */
const CHANGES = { 0: 96, 20: 32 } as const
/** Rounds that are not counted, until V8 has compiled what is used often. */
const WARM_UPS = 8
/** With a provider as far as a real one; or so much of the rate that the same callers have with one that answers at once. */
const MANY_AIM = 13
const MANY_SHARE = 0.8
/** What two servers on one file do, beside one. */
const SERVERS_AIM = 0.9

/** Sends its changes, so many at once. */
interface Lane {
  readonly says: string
  readonly atOnce: number
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
  const limits = await measureLimits(built.file(`throughput-${provider}-limits`))
  const rows: Row[] = []
  let atOnce = Number.NaN
  for (const delayMs of [0, 20] as const) {
    await upstream.running.ask(`delay ${delayMs}`)
    for (let round = delayMs === 0 ? -WARM_UPS : -1; round < rounds; round += 1) {
      for (const lane of lanes) {
        const rate = await rateOf(lane, CHANGES[delayMs])
        if (round >= 0) lane.rates.push(rate)
      }
      await upstream.running.ask('windows')
      if (round >= 0) await limits.take()
    }
    const many = median(lanes.find(({ says }) => says === MANY)?.rates ?? [])
    if (delayMs === 0) atOnce = many
    rows.push(...rowsOf(provider, delayMs, lanes, { atOnce, sync: limits.medians().sync }))
  }
  await upstream.running.ask('delay 0')
  await stop()
  return [...rows, ...(await limits.rows(`throughput, ${provider}`))]
}

const MANY = '16 clients'
const MANY_TWO = '16 clients, two servers on one file'

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
  const lanes = [
    lane('direct', (_, name) => direct('direct', name), { atOnce: 1 }),
    lane('one client', patch(alone, ['alone'])),
    lane(MANY, patch(alone, clientsOf('alone'))),
    lane('one client, two servers on one file', patch(shared, ['shared'])),
    lane(MANY_TWO, patch(shared, clientsOf('shared'))),
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

interface Bounds {
  /** Changes per second of many clients without a delay. */
  readonly atOnce: number
  /** Milliseconds of one sync of the disk. */
  readonly sync: number
}

/** Takes the figures away from the lanes. */
function rowsOf(
  provider: string,
  delayMs: number,
  lanes: readonly Lane[],
  { atOnce, sync }: Bounds,
): readonly Row[] {
  const section = `throughput, ${provider}, upstream ${delayMs} ms`
  const ratesOf = (name: string) => lanes.find(({ says }) => says === name)?.rates ?? []
  const servers = ratesOf(MANY).map((rate, round) => (ratesOf(MANY_TWO)[round] ?? 0) / rate)
  // Two servers share no commit: each change has two of its own, one after the other.
  const apart = 1_000 / (2 * sync) / median(ratesOf(MANY))
  const [direct, ...others] = lanes.map(({ says, rates }) => ({
    says,
    rate: median(rates.splice(0)),
  }))
  if (direct === undefined) return []
  const beside = others.map(({ says, rate }): Row => {
    const share = (MANY_SHARE * atOnce) / direct.rate
    const isAimed = says === MANY && delayMs > 0
    const limit = `${digits(share)} x: ${MANY_SHARE * 100} % of the rate at 0 ms`
    return {
      section,
      name: `${says}, ${CALLERS} callers / 1 caller, direct`,
      figure: rate / direct.rate,
      unit: 'x',
      ...(isAimed ? { atLeast: MANY_AIM, limit } : {}),
      detail: `${digits(rate)} / ${digits(direct.rate)} changes per second`,
    }
  })
  return [
    ...beside,
    {
      section,
      name: '16 clients: two servers on one file / one',
      figure: median(servers),
      unit: 'x',
      ...(delayMs > 0 ? { atLeast: SERVERS_AIM } : {}),
      limit: `${digits(apart)} x: a sync for each intent and outcome, and nothing else`,
      detail: spread(servers),
    },
  ]
}
