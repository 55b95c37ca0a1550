/**
 * Rounds of concurrent changes over two real servers on one store, while servers are killed and
 * frozen, the store is lost, the network is spoiled and someone else writes. After each round all is quiet, and what is
 * in force, what was answered and what is recorded are compared.
 */

import { resourceOf } from '../../src/store/resource.ts'
import type { Chance } from './chance.ts'
import type { Operation } from './linearizability.ts'
import { type FaultProxy, PROXY_FAULTS, startFaultProxy } from './proxy.ts'
import { patch, type ServerProcess, startIssuer, startServer } from './servers.ts'
import { calm, judge, type Round, type Totals } from './torture-judge.ts'
import type { SharedStore } from './torture-stores.ts'
import { TARGETS, type Target } from './torture-targets.ts'

/** Deadlines are short, so that what a dead process left open is settled soon (milliseconds). */
const LIMITS = { deadlineMs: 1_500, upstreamTimeoutMs: 300 }
const CHANGES_PER_ROUND = 8

/** Everything that a run needs, started once. */
export interface Torture {
  readonly totals: Totals
  /** One round at one provider. Throws an `Error` that says what it violated. */
  round(chance: Chance): Promise<void>
  close(): Promise<void>
}

export async function startTorture(shared: SharedStore): Promise<Torture> {
  const issuer = await startIssuer()
  const targets = await Promise.all(TARGETS.map((start) => start()))
  const proxies = await Promise.all(targets.map(({ url }) => startFaultProxy(url)))
  const providers = Object.fromEntries(
    targets.map((target, index) => [target.name, target.settings(proxies[index]?.url ?? '')]),
  )
  const { store } = shared
  const servers: (ServerProcess | undefined)[] = [undefined, undefined]
  const totals: Totals = {
    rounds: 0,
    changes: 0,
    kills: 0,
    crashes: 0,
    freezes: 0,
    faults: 0,
    outsideWrites: 0,
    overlaps: 0,
    conflicts: 0,
  }

  async function running(): Promise<readonly ServerProcess[]> {
    const { settings, variables: secrets } = shared
    const options = { database: '', store: settings, secrets, providers, issuer, limits: LIMITS }
    const both = servers.map(async (server, index) => {
      const alive = server?.alive() ? server : await startServer(options)
      servers[index] = alive
      return alive
    })
    return Promise.all(both)
  }

  return {
    totals,
    round: async (chance) => {
      const index = chance.below(targets.length)
      const target = targets[index] as Target
      const proxy = proxies[index] as FaultProxy
      const servers = await running()
      const { crash } = shared
      const round = { chance, target, proxy, store, issuer, totals, servers }
      const quiet = await playRound({ ...round, ...(crash && { crash }) })
      await quiet(await running())
      totals.rounds += 1
    },
    close: async () => {
      await Promise.all(servers.map((server) => server?.kill()))
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await Promise.all(targets.map((target) => target.close()))
      await Promise.all([issuer.close(), shared.close()])
    },
  }
}

/** Plays it; gives what judges it once servers are running again. */
async function playRound(
  round: Round,
): Promise<(servers: readonly ServerProcess[]) => Promise<void>> {
  const { target, proxy, store, totals, chance } = round
  const resource = resourceOf(target.ref)
  const initial = target.watched(await calm(round, target.quiet))
  const from = ((await store.last(resource))?.seq ?? 0) + 1
  const faults = 1 + chance.below(4)
  for (let count = 0; count < faults; count += 1) spoil(round)
  const met = totalOf(proxy)
  const history: Operation[] = []
  const sent = Array.from({ length: CHANGES_PER_ROUND }, () => send(round, history))
  const over = { yes: false }
  const all = Promise.all(sent).then(() => {
    over.yes = true
  })
  await disturb(round, over)
  await all
  proxy.clear()
  totals.faults += totalOf(proxy) - met

  return (servers) => judge({ ...round, servers }, { initial, history, from, resource })
}

const totalOf = ({ met }: FaultProxy) => [...met.values()].reduce((sum, count) => sum + count, 0)

/** Lets some of the next requests fail; a delay is shorter than the time that settling waits. */
function spoil({ chance, proxy, target }: Round): void {
  const kind = chance.one(PROXY_FAULTS)
  const onlyWrites = chance.happens(0.7)
  proxy.spoil({
    kind,
    times: 1 + chance.below(2),
    delayMs: 50 + chance.below(LIMITS.upstreamTimeoutMs),
    ...(onlyWrites ? { when: target.isWrite } : {}),
  })
}

async function send({ chance, target, servers, issuer, totals }: Round, history: Operation[]) {
  const { client, ...operation } = target.change(chance, totals.changes)
  totals.changes += 1
  const name = `change ${totals.changes}`
  const invoked = performance.now()
  const answer = await patch(chance.one(servers), issuer, { ...target.where, client })
  const returned = performance.now()
  const { status, body } = answer ?? { status: 0, body: {} }
  if (status === 200)
    history.push({ name, invoked, returned, ...operation, answer: target.watched(body) })
  else if (UNKNOWN.includes(String(body.code ?? ''))) {
    history.push({ name, invoked, returned, ...operation, answer: 'unknown' })
  }
}

/** Answers, or none at all, after which a change may be in force; every other one says that it is not. */
const UNKNOWN = ['', 'outcome_unknown', 'change_unresolved', 'internal']

const EVENTS: readonly ('kill' | 'freeze' | 'outside write' | 'crash')[] = [
  'kill',
  'kill',
  'freeze',
  'outside write',
]

/** Kills, freezes, outside writes and losses of the store at moments that calls of the round choose. */
async function disturb(round: Round, over: { readonly yes: boolean }): Promise<void> {
  const { chance, proxy, servers, totals, target } = round
  const events = chance.below(3)
  for (let count = 0; count < events; count += 1) {
    const calls = proxy.forwarded() + chance.below(12)
    while (!over.yes && proxy.forwarded() < calls) await new Promise(setImmediate)
    const victim = chance.one(servers)
    const event = chance.one(round.crash === undefined ? EVENTS : [...EVENTS, 'crash'])
    if (event === 'kill') {
      await victim.kill()
      totals.kills += 1
    } else if (event === 'crash') {
      await round.crash?.()
      totals.crashes += 1
    } else if (event === 'outside write') {
      target.writeOutside(chance)
      totals.outsideWrites += 1
    } else if (victim.alive()) {
      await victim.freeze()
      const milliseconds = chance.below(2 * LIMITS.deadlineMs)
      await new Promise((resume) => setTimeout(resume, milliseconds))
      victim.resume()
      totals.freezes += 1
    }
  }
}
