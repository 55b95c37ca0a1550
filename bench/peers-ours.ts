/** Clientry beside the peers: a job on its server, and the command on files. */

import { mkdirSync, rmSync } from 'node:fs'
import { type Api, connect, type Job } from '../src/sdk/index.ts'
import { POOL_ID } from '../test/fixtures/cognito.ts'
import { ADDED, AUTH0_RATE } from './accounts.ts'
import type { Built } from './built.ts'
import { type Account, type Program, runProgram, type Usage } from './contest.ts'
import { start } from './processes.ts'
import { createSubject, type ProviderName } from './subject.ts'
import type { Upstream } from './upstream.ts'

/** An account at an emulator, as `accounts.ts` makes them. */
export type Emulated = Account & {
  readonly emulator: { readonly url: string; clearCalls(): void }
}

/** The paces that Clientry keeps by default, in calls a second. */
const PACES = {
  // Client and write; connections take a few calls for all.
  auth0: { perSecond: AUTH0_RATE.perSecond * 0.8, together: 2 },
  // Reads and writes have a quota each.
  cognito: { perSecond: 5 * 0.6, together: 1 },
} as const

/**
 * How long so many changes take at the permitted rate, where each call is made once and the mirror has
 * used up what could have come at once (milliseconds).
 */
export function idealMs(provider: ProviderName, count: number): number {
  const { perSecond, together } = PACES[provider]
  return ((count * together) / perSecond) * 1_000
}

interface Server {
  readonly url: string
  readonly token: string
  cpuMs(): Promise<number>
  stop(): Promise<void>
}

async function serverFor(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
  { emulator }: Emulated,
  reserve?: number,
): Promise<Server> {
  const addresses = { ...upstream.addresses, [provider]: emulator.url }
  const subject = await createSubject(upstream.key, addresses)
  const path = built.file(`peers-${provider}-${Date.now()}.db`)
  const pace =
    provider === 'auth0'
      ? { ...AUTH0_RATE, ...(reserve === undefined ? {} : { reserve }) }
      : undefined
  const environment = subject.environment(
    provider,
    { type: 'sqlite', path, create: true },
    { pace },
  )
  const running = start(built.serve, built.process('control'), environment)
  const port = await running.printed(/"port":(\d+)/)
  const cpuMs = async () => {
    const { user, system } = await running.ask<NodeJS.CpuUsage>('cpu')
    return (user + system) / 1_000
  }
  const stop = async () => {
    await running.stop()
    rmSync(path, { force: true })
  }
  return { url: `http://127.0.0.1:${port}`, token: subject.token, cpuMs, stop }
}

/** The mirror's first round is over: it takes turns with whatever else is asked of a provider. */
async function mirrorFilled({ listClients }: Pick<Api, 'listClients'>): Promise<void> {
  for (;;) {
    const { body } = await listClients({ limit: 1 })
    if (body.mirror.every(({ complete }) => complete)) return
    await new Promise((resume) => setTimeout(resume, POLL_MS))
  }
}

/** Once a second is soon enough for a round that takes many (milliseconds). */
const POLL_MS = 1_000

/** One job over all clients of an account; its CPU is that of the server. `reserve`: that of the provider, where it is another than usual. */
export async function runJob(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
  account: Emulated,
  reserve?: number,
): Promise<Omit<Usage, 'memoryMb'> & { readonly job: Job }> {
  const server = await serverFor(built, upstream, provider, account, reserve)
  const api = connect({ url: server.url, token: server.token })
  await mirrorFilled(api)
  account.emulator.clearCalls()
  const place = provider === 'auth0' ? {} : { userPoolId: POOL_ID }
  const clients = account.ids.map((id) => ({ provider, ...place, id }))
  const before = await server.cpuMs()
  const started = performance.now()
  const patch = { callbacks: { add: [ADDED] } }
  const { body } = await api.createJob({ clients, patch, autoStart: true, maxFailures: null })
  let last: Job = body
  for await (const seen of api.job(body.id)) last = seen
  const wallMs = performance.now() - started
  const cpuMs = (await server.cpuMs()) - before
  await server.stop()
  return { wallMs, cpuMs, job: last }
}

/** How often, and what is in the files of a round. */
export interface FileRounds {
  /** Of Node, by which a process reports what it took. */
  readonly hook: string
  readonly rounds: number
  write(folder: string, round: number): void
}

/**
 * What the command takes to bring some clients to what their files say, plan and apply apart, with Node that has
 * nothing to do in each round.
 */
export async function runFiles(
  built: Built,
  upstream: Upstream,
  account: Emulated,
  { hook, rounds, write }: FileRounds,
): Promise<Readonly<Record<'nothing' | 'plan' | 'apply', readonly Usage[]>>> {
  const server = await serverFor(built, upstream, 'auth0', account)
  const env = { CLIENTRY_URL: server.url, CLIENTRY_TOKEN: server.token }
  const folder = built.file(`files-${Date.now()}`)
  mkdirSync(folder, { recursive: true })
  const planned = built.file('plan.json')
  const command = (...words: readonly string[]): Program => ({
    args: [built.command, ...words],
    env,
  })
  const run = (program: Program) => runProgram(program, hook, built.file('usage.json'))
  const usages = { nothing: [] as Usage[], plan: [] as Usage[], apply: [] as Usage[] }
  for (let round = 0; round < rounds; round += 1) {
    write(folder, round)
    usages.nothing.push(await run({ args: ['-e', '0'] }))
    usages.plan.push(await run(command('plan', folder, '--out', planned)))
    usages.apply.push(await run(command('apply', planned, '--yes')))
  }
  await server.stop()
  return usages
}
