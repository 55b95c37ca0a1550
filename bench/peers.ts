/**
 * What people change many clients with today, each in an account of its own with the same clients, rates
 * and delays: `npm run bench -- --only=peers`. The programs are the published packages in `peers/`, which
 * are installed by the first run.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { POOL_ID } from '../test/fixtures/cognito.ts'
import { ADDED, auth0Account, CREDENTIAL, cognitoAccount, tlsFront } from './accounts.ts'
import type { Built } from './built.ts'
import { type Account, outcomeOf, type Program, runProgram, type Usage } from './contest.ts'
import { FILES_AIM, FILES_MB, writeFiles } from './files.ts'
import { idealMs, runFiles, runJob } from './peers-ours.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { AWS_CREDENTIALS, type ProviderName, REGION } from './subject.ts'
import type { Upstream } from './upstream.ts'

/** Sizes of the contests: clients to change at Auth0 (few, many) and in one Cognito pool. */
export interface PeerSizes {
  readonly few: number
  readonly many: number
  readonly pool: number
}

interface Bench {
  readonly built: Built
  /** Folder of the published packages. */
  readonly peers: string
  readonly hook: string
  /** What `node -e 0` takes. */
  readonly nothing: Usage
}

export async function measurePeers(
  root: string,
  built: Built,
  upstream: Upstream,
  sizes: PeerSizes,
): Promise<readonly Row[]> {
  const peers = join(root, 'bench', 'peers')
  if (!existsSync(join(peers, 'node_modules'))) {
    process.stderr.write('installing what is compared with ...\n')
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peers, stdio: 'ignore' })
  }
  const hook = join(peers, 'usage.mjs')
  const idle = []
  for (let turn = 0; turn < 5; turn += 1) {
    idle.push(await runProgram({ args: ['-e', '0'] }, hook, built.file('usage.json')))
  }
  const nothing = {
    wallMs: median(idle.map(({ wallMs }) => wallMs)),
    cpuMs: median(idle.map(({ cpuMs }) => cpuMs)),
    memoryMb: median(idle.map(({ memoryMb }) => memoryMb)),
  }
  const bench = { built, peers, hook, nothing }
  const rows: Row[] = []
  rows.push(...(await ownFiles(bench, upstream, sizes.few)))
  rows.push(...(await ownJob(bench, upstream, 'auth0', sizes.many)))
  rows.push(...(await ownJob(bench, upstream, 'cognito', sizes.pool)))
  for (const count of [sizes.few, sizes.many]) {
    rows.push(...(await deployCli(bench, count)))
    for (const atOnce of [false, true]) rows.push(...(await auth0Loop(bench, count, atOnce)))
  }
  for (const whole of [true, false]) {
    rows.push(...(await cognitoLoop(bench, sizes.pool, { whole, atOnce: false })))
  }
  rows.push(...(await cognitoLoop(bench, sizes.pool, { whole: true, atOnce: true })))
  return rows
}

/** A job is to keep this close to the permitted rate. */
const AIMS = { auth0: 1.05, cognito: 1.08 } as const

/** Many clients by a job on the server. */
async function ownJob(
  bench: Bench,
  upstream: Upstream,
  provider: ProviderName,
  count: number,
): Promise<readonly Row[]> {
  const account = await (provider === 'auth0' ? auth0Account(count) : cognitoAccount(count))
  const { wallMs, cpuMs, job } = await runJob(bench.built, upstream, provider, account)
  const section = `clientry job, ${count} ${provider} clients`
  const ideal = idealMs(provider, count)
  const rows = await finish(bench, section, { wallMs, cpuMs, memoryMb: Number.NaN }, account)
  const { failed = 0 } = job.counts
  return [
    {
      section,
      name: 'time at the permitted rate',
      figure: wallMs / ideal,
      unit: 'x',
      aim: AIMS[provider],
      detail: `${digits(wallMs)} / ${digits(ideal)} ms`,
    },
    { section, name: 'clients that failed', figure: failed, unit: 'clients', aim: 0 },
    ...rows,
  ]
}

/** A few clients by the command, from their files. */
async function ownFiles(bench: Bench, upstream: Upstream, count: number): Promise<readonly Row[]> {
  const account = await auth0Account(count)
  const { plan, apply } = await runFiles(bench.built, upstream, account, {
    hook: bench.hook,
    rounds: 1,
    write: (folder) => writeFiles(account, folder, ADDED),
  })
  const section = `clientry apply, ${count} Auth0 clients`
  const [planned, applied] = [plan[0] ?? bench.nothing, apply[0] ?? bench.nothing]
  return [
    {
      section,
      name: 'CPU of the command / node -e 0',
      figure: applied.cpuMs / bench.nothing.cpuMs,
      unit: 'x',
      aim: FILES_AIM,
      detail: `plan before it: ${digits(planned.cpuMs / bench.nothing.cpuMs)} x, ${digits(planned.wallMs)} ms`,
    },
    { section, name: 'memory of the command', figure: applied.memoryMb, unit: 'MB', aim: FILES_MB },
    ...(await finish(bench, section, applied, account)),
  ]
}

/** Auth0's own tool, with a folder in which each client has its new callbacks. */
async function deployCli(bench: Bench, count: number): Promise<readonly Row[]> {
  const account = await auth0Account(count)
  const front = await tlsFront(account.emulator.url, bench.peers)
  const folder = bench.built.file(`tenant-${count}`)
  mkdirSync(join(folder, 'clients'), { recursive: true })
  for (const id of account.ids) {
    const { name, callbacks } = account.before(id) as { name: string; callbacks: string[] }
    const wanted = { name, callbacks: [...callbacks, ADDED] }
    writeFileSync(join(folder, 'clients', `${id}.json`), JSON.stringify(wanted))
  }
  const config = bench.built.file(`deploy-${count}.json`)
  writeFileSync(
    config,
    JSON.stringify({
      AUTH0_DOMAIN: front.domain,
      AUTH0_CLIENT_ID: CREDENTIAL.clientId,
      AUTH0_CLIENT_SECRET: CREDENTIAL.clientSecret,
      AUTH0_AUDIENCE: `${account.emulator.url}/api/v2/`,
      AUTH0_INCLUDED_ONLY: ['clients'],
    }),
  )
  const cli = join(bench.peers, 'node_modules', 'auth0-deploy-cli', 'lib', 'index.js')
  const args = [cli, 'import', '--config_file', config, '--input_file', folder]
  const env = { NODE_EXTRA_CA_CERTS: certificateOf(bench, front.certificate) }
  const usage = await run(bench, { args, env })
  front.close()
  return finish(bench, `auth0-deploy-cli, ${count} Auth0 clients`, usage, account)
}

async function auth0Loop(bench: Bench, count: number, atOnce: boolean): Promise<readonly Row[]> {
  const account = await auth0Account(count)
  const front = await tlsFront(account.emulator.url, bench.peers)
  const task = {
    domain: front.domain,
    ...CREDENTIAL,
    audience: `${account.emulator.url}/api/v2/`,
    callback: ADDED,
    ids: account.ids,
    atOnce,
  }
  const usage = await run(bench, {
    args: [join(bench.peers, 'auth0-loop.mjs')],
    env: {
      BENCH_TASK: JSON.stringify(task),
      NODE_EXTRA_CA_CERTS: certificateOf(bench, front.certificate),
    },
  })
  front.close()
  const how = atOnce ? 'all at once' : 'one by one'
  return finish(bench, `Auth0 SDK ${how}, ${count} clients`, usage, account)
}

async function cognitoLoop(
  bench: Bench,
  count: number,
  how: { readonly whole: boolean; readonly atOnce: boolean },
): Promise<readonly Row[]> {
  const account = await cognitoAccount(count)
  const task = {
    endpoint: account.emulator.url,
    region: REGION,
    credentials: AWS_CREDENTIALS,
    userPoolId: POOL_ID,
    callback: ADDED,
    ids: account.ids,
    ...how,
  }
  const args = [join(bench.peers, 'cognito-loop.mjs')]
  const usage = await run(bench, { args, env: { BENCH_TASK: JSON.stringify(task) } })
  const what = how.whole ? 'whole client back' : 'only the change'
  const order = how.atOnce ? 'all at once' : 'one by one'
  return finish(bench, `AWS SDK ${order}, ${what}, ${count} clients`, usage, account)
}

function certificateOf({ built }: Bench, certificate: string): string {
  const path = built.file('front.pem')
  writeFileSync(path, certificate)
  return path
}

const run = ({ hook, built }: Bench, program: Program) =>
  runProgram(program, hook, built.file('usage.json'))

/** The rows of one contestant. */
async function finish(
  { nothing }: Bench,
  section: string,
  { wallMs, cpuMs, memoryMb }: Usage,
  account: Account & { readonly emulator: { close(): Promise<void> } },
): Promise<readonly Row[]> {
  const { calls, writes, throttled, missing, lost } = outcomeOf(account)
  await account.emulator.close()
  const count = account.ids.length
  return [
    { section, name: 'wall', figure: wallMs, unit: 'ms', detail: `${calls} calls` },
    {
      section,
      name: 'CPU of `node -e 0`',
      figure: cpuMs / nothing.cpuMs,
      unit: 'x',
      detail: `${digits(cpuMs)} ms${Number.isNaN(memoryMb) ? '' : `, ${digits(memoryMb)} MB`}`,
    },
    {
      section,
      name: 'writes for a client',
      figure: writes / count,
      unit: 'x',
      detail: `${writes} for ${count}`,
    },
    {
      section,
      name: 'calls refused as too fast',
      figure: (100 * throttled) / calls,
      unit: '%',
      detail: `${throttled} of ${calls}`,
    },
    { section, name: 'clients without the change', figure: missing, unit: 'clients' },
    { section, name: 'other settings lost', figure: lost, unit: 'settings' },
  ]
}
