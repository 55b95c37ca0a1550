/**
 * Every figure in the documentation, as ratios taken in one interleaved run, since the machine
 * is noisy: `npm run bench -- [--quick] [--json] [--explain] [--only=<section>,...] [--aims] [--write]
 * [--against=<folder>]`.
 */

import { resolve } from 'node:path'
import { measureCallers } from './abuse-callers.ts'
import { measureInput } from './abuse-input.ts'
import { measureAbuse } from './abuse-server.ts'
import { measureAgainst } from './against.ts'
import { AIMED, isShown, triedFor, writeRows } from './aims.ts'
import { buildHere, buildThere } from './built.ts'
import { explainBundle, measureBundle } from './bundle.ts'
import { measureChanges } from './change.ts'
import { measureCommand } from './cli.ts'
import { measureColdStarts } from './cold-start.ts'
import { measureCopy } from './copy.ts'
import { measureEmbedded } from './embedded.ts'
import { measureFiles } from './files.ts'
import { measureGrowth } from './growth.ts'
import { measureHidden } from './hidden.ts'
import { measureHistory } from './history.ts'
import { measureInstances } from './instances.ts'
import { measureJob } from './job.ts'
import { measureList } from './list.ts'
import { measurePostgresList } from './list-postgres.ts'
import { measureMemory } from './memory.ts'
import { measurePace } from './pace.ts'
import { measurePeers } from './peers.ts'
import { measureQueries } from './queries.ts'
import { jsonOf, type Row, tableOf } from './report.ts'
import { measureThroughput } from './throughput.ts'
import { startUpstream } from './upstream.ts'

const has = (option: string) => process.argv.includes(`--${option}`)
const optionOf = (option: string) =>
  process.argv.find((argument) => argument.startsWith(`--${option}=`))?.split('=')[1]
const against = optionOf('against')
const named = against === undefined ? sectionsOf(optionOf('only')) : ['against']
const times = (full: number, quick: number) => (has('quick') ? quick : full)

function sectionsOf(only: string | undefined): readonly string[] | undefined {
  return only?.split(',') ?? (has('aims') ? AIMED : undefined)
}

const root = process.cwd()
const built = await buildHere(root)
const upstream = await startUpstream(built)

const SECTIONS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  input: async () => [
    ...(await measureInput(root, times(10_000, 2_000), times(300, 60))),
    ...(await measureGrowth(built, upstream, times(15, 5))),
  ],
  callers: () => measureCallers(times(100, 20)),
  hidden: () => measureHidden(times(60, 10)),
  auth0: () => measureChanges(built, upstream, 'auth0', times(600, 60)),
  cognito: () => measureChanges(built, upstream, 'cognito', times(600, 60)),
  cold: () => measureColdStarts(built, upstream, times(40, 8)),
  bundle: () => measureBundle(built, upstream),
  cli: () => measureCommand(root, built, upstream, times(40, 8)),
  files: () => measureFiles(root, built, upstream, times(20, 5)),
  job: () => measureJob(built, upstream, times(500, 150)),
  pace: () => measurePace(times(15, 6)),
  instances: () => measureInstances(built, times(15, 6)),
  peers: () =>
    measurePeers(root, built, upstream, { few: 5, many: times(500, 60), pool: times(300, 30) }),
  history: () => measureHistory(built, upstream, times(300, 30)),
  queries: () => measureQueries(root, built, [10_000, times(1_000_000, 100_000)], times(500, 200)),
  list: () =>
    measureList(
      root,
      times(100_000, 10_000),
      times(500, 100),
      has('aims') ? 'under writes' : undefined,
    ),
  copy: () => measureCopy(times(100_000, 10_000)),
  postgresql: () => measurePostgresList(times(100_000, 10_000), times(500, 100)),
  server: () => measureAbuse(built, upstream, times(5, 2)),
  embedded: () => measureEmbedded(built, times(7, 5), times(800, 400)),
  memory: () => measureMemory(built, upstream, times(100_000, 5_000)),
  throughput: () => measureThroughput(built, upstream, times(5, 2)),
  against: async () =>
    against === undefined
      ? []
      : measureAgainst([built, buildThere(resolve(against), built)], upstream, times(15, 5)),
}

const rows: Row[] = []
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (named !== undefined && !named.includes(name)) continue
  if (!has('json')) process.stderr.write(`${name} ...\n`)
  rows.push(...(await measure()))
}
const shown = has('aims') ? rows.filter(isShown) : rows
console.log(has('json') ? jsonOf(shown) : tableOf(shown))
if (has('aims') && !has('json')) console.log(`\n${triedFor(shown)}`)
if (has('write')) writeRows(root, has('aims') ? 'aims' : 'figures', shown)
if (has('explain')) console.log(`\nLargest parts of the bundle:\n${await explainBundle(root)}`)
process.exit()
