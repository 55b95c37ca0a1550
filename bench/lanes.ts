/** The ways in which a change is sent: each a lane of its own, taken in turn. */

import { Pool } from 'undici'
import type { Built } from './built.ts'
import { nativeChange, send } from './native.ts'
import { type Running, start } from './processes.ts'
import { type ProviderName, patchBody } from './subject.ts'
import { ready, startClientry, type Upstream } from './upstream.ts'

export interface Lane {
  readonly name: string
  change(name: string): Promise<unknown>
  readonly running?: Running
  readonly times: number[]
  /** CPU for one change (ms), a figure for each round. */
  readonly cpu: number[]
}

/** The calls themselves, the bare proxy, the least that the promise takes, Clientry, and Clientry with its history in memory. */
export async function startLanes(
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
  const floor = start(built.process('floor'), built.process('control'), {
    BENCH_PROVIDER: provider,
    BENCH_UPSTREAM: url,
    BENCH_WRITER: built.process('floor-writer'),
    BENCH_FILE: built.file(`${provider}-floor.db`),
  })
  const floorUrl = await ready<string>(floor, 'url')
  const stored = async (name: string, file: string) => {
    const clientry = await startClientry(built, upstream, provider, file)
    return lane(name, patcher(clientry.url, provider, name, token), clientry.running)
  }
  return [
    lane('direct', (name) => direct('direct', name)),
    lane('proxy', patcher(proxyUrl, provider, 'proxy', token), proxy),
    lane('floor', patcher(floorUrl, provider, 'floor', token), floor),
    await stored('served', built.file(`${provider}.db`)),
    await stored('memory', ':memory:'),
  ]
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

/** CPU that the lane's process has used (ms), in user and system time. */
export async function cpuOf({ running }: Pick<Lane, 'running'>): Promise<number> {
  if (running === undefined) return 0
  const { user, system } = await running.ask<NodeJS.CpuUsage>('cpu')
  return (user + system) / 1_000
}
