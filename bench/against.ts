/**
 * What a change of the code gained or cost: this build beside that of another checkout, in turn, as ratios of one run.
 * `npm run bench -- --against=<folder of a checkout>`; a checkout of an earlier commit is `git worktree add --detach <folder> <commit>`.
 */

import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Built } from './built.ts'
import { environmentOf, eventOf, run, type Split } from './cold-start.ts'
import { cpuOf, interleave, type Lane, patcher } from './lanes.ts'
import { loadedFiles, partsOf, sizeOf } from './loaded.ts'
import { nativeChange } from './native.ts'
import { start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { median, spread } from './statistics.ts'
import { clientsOf, PROVIDERS, type ProviderName } from './subject.ts'
import { ready, startClientry, type Upstream } from './upstream.ts'

const SECTION = 'this build / the other'
/** Until V8 has compiled what is used often. */
const WARM_UP = 1_000
const CALLERS = 16
/** Of one round: one after the other, and by many callers at once. */
const CHANGES = 60

/** This build first. */
type Pair<T> = readonly [T, T]

/** `rounds`: of changes; cold starts are as many times two. */
export async function measureAgainst(
  builds: Pair<Built>,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const provider of PROVIDERS)
    rows.push(...(await changes(builds, upstream, provider, rounds)))
  if (!builds.every(({ lambda }) => existsSync(lambda))) return rows
  rows.push(...(await coldStarts(builds, upstream, 2 * rounds)))
  return builds.every(hasParts) ? [...rows, ...bundles(builds)] : rows
}

/** The clients of each build: one that is changed alone, and those that are changed by many callers at once. */
const CLIENTS = [
  { alone: 'served', many: clientsOf('alone') },
  { alone: 'memory', many: clientsOf('shared') },
]

type Change = (name: string) => Promise<unknown>

/** A server of each build beside the provider's own two calls, and what changes its many clients. */
async function startPair(builds: Pair<Built>, upstream: Upstream, provider: ProviderName) {
  const direct = await nativeChange(provider, upstream.addresses[provider], 'direct')
  const lanes: Lane[] = [
    { name: 'direct', change: (name) => direct('direct', name), times: [], cpu: [] },
  ]
  const many: Change[][] = []
  for (const [index, built] of builds.entries()) {
    const { alone, many: ids } = CLIENTS[index] ?? { alone: '', many: [] }
    const file = built.file(`against-${provider}-${index}.db`)
    const { url, running } = await startClientry(built, upstream, provider, file)
    const patch = (id: string) => patcher(url, provider, id, upstream.subject.token)
    lanes.push({ name: alone, running, change: patch(alone), times: [], cpu: [] })
    many.push(ids.map(patch))
  }
  return { lanes, many }
}

async function changes(
  builds: Pair<Built>,
  upstream: Upstream,
  provider: ProviderName,
  rounds: number,
): Promise<readonly Row[]> {
  const { lanes, many } = await startPair(builds, upstream, provider)
  const medians: number[][] = []
  const rates: number[][] = []
  for (let round = -1; round < rounds; round += 1) {
    const isCounted = round >= 0
    for (const { times } of lanes) times.length = 0
    const before = await Promise.all(lanes.map(cpuOf))
    await interleave(lanes, isCounted ? CHANGES : WARM_UP)
    const after = await Promise.all(lanes.map(cpuOf))
    const ofRound: number[] = []
    for (const callers of many)
      ofRound.push(await rateOf(callers, isCounted ? 4 * CHANGES : WARM_UP))
    await upstream.running.ask('windows')
    if (!isCounted) continue
    for (const [index, { cpu }] of lanes.entries())
      cpu.push(((after[index] ?? 0) - (before[index] ?? 0)) / CHANGES)
    medians.push(lanes.map(({ times }) => median(times)))
    rates.push(ofRound)
  }
  await Promise.all(lanes.map(({ running }) => running?.stop()))
  const [, ours, theirs] = lanes
  const added = (index: number) => medians.map((times) => (times[index] ?? 0) - (times[0] ?? 0))
  const ofMany = (index: number) => rates.map((round) => round[index] ?? 0)
  return [
    ratio(`${provider}: CPU of one PATCH`, [ours?.cpu ?? [], theirs?.cpu ?? []], 'ms'),
    ratio(`${provider}: added latency`, [added(1), added(2)], 'ms'),
    ratio(`${provider}: changes a second, ${CALLERS} callers`, [ofMany(0), ofMany(1)], 'changes'),
  ]
}

let count = 0

/** Changes per second of many callers, each on a client of its own. */
async function rateOf(callers: readonly Change[], changes: number): Promise<number> {
  let next = 0
  const started = performance.now()
  await Promise.all(
    callers.map(async (change) => {
      while (next < changes) {
        next += 1
        count += 1
        await change(`Many ${count}`)
      }
    }),
  )
  return changes / ((performance.now() - started) / 1_000)
}

async function coldStarts(
  builds: Pair<Built>,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const [ours] = builds
  const dynamodb = start(ours.process('dynamodb'), ours.process('control'))
  const endpoint = await ready<string>(dynamodb, 'url')
  const rows: Row[] = []
  for (const provider of PROVIDERS) {
    const cpu: Pair<number[]> = [[], []]
    for (let round = -1; round < rounds; round += 1) {
      for (const [index, built] of builds.entries()) {
        const environment = environmentOf(built, upstream, provider, endpoint)
        const BENCH_EVENT = eventOf(provider, `Cold ${round} ${index}`, upstream.subject.token)
        const { output } = run([ours.process('cold')], { ...environment, BENCH_EVENT })
        if (round >= 0) cpu[index]?.push((JSON.parse(output) as Split).cpu)
      }
    }
    rows.push(ratio(`${provider}: CPU of a cold start`, cpu, 'ms'))
  }
  await dynamodb.stop()
  return rows
}

const bundles = (builds: Pair<Built>): readonly Row[] =>
  PROVIDERS.map((provider) => {
    const [ours, theirs] = builds.map(({ lambda }) => {
      const folder = dirname(lambda)
      return [sizeOf(folder, loadedFiles(folder, partsOf(provider))).gzip / 1_000]
    })
    return ratio(`${provider}: what a first PATCH loads, gzip`, [ours ?? [], theirs ?? []], 'kB')
  })

/** Earlier builds loaded no parts, or the function was one file. */
const hasParts = ({ lambda }: Built) =>
  existsSync(lambda) &&
  readdirSync(dirname(lambda)).some((name) => name.startsWith('dynamodb-identity-'))

/** The ratio of the medians, with the spread of the rounds' own ratios. */
function ratio(name: string, [ours, theirs]: Pair<readonly number[]>, unit: string): Row {
  const rounds = ours.map((one, round) => one / (theirs[round] ?? Number.NaN))
  const spreads = rounds.length < 2 ? '' : `; ${spread(rounds)}`
  return {
    section: SECTION,
    name,
    figure: median(ours) / median(theirs),
    unit: 'x',
    detail: `${digits(median(ours))} / ${digits(median(theirs))} ${unit}${spreads}`,
  }
}
