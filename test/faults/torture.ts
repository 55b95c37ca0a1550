/**
 * Rounds of concurrent changes over two real servers on one SQLite file, while servers are killed and
 * frozen, the network is spoiled and somebody else writes. After each round all is quiet, and what is
 * in force, what was answered and what is recorded are compared.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Entry } from '../../src/store/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import type { Chance } from './chance.ts'
import { linearization, type Operation, type State } from './linearizability.ts'
import { type FaultProxy, PROXY_FAULTS, startFaultProxy } from './proxy.ts'
import { type Issuer, patch, type ServerProcess, startIssuer, startServer } from './servers.ts'
import { TARGETS, type Target } from './torture-targets.ts'

export interface Totals {
  rounds: number
  changes: number
  kills: number
  freezes: number
  faults: number
  outsideWrites: number
  /** Rounds in which an instance came back after its change had been settled, which it told. */
  overlaps: number
  /** Rounds in which a change ended as a conflict that was told. */
  conflicts: number
}

/** Deadlines are short, so that what a dead process left open is settled soon (milliseconds). */
const LIMITS = { deadlineMs: 1_500, upstreamTimeoutMs: 300 }
const CHANGES_PER_ROUND = 8
/** Tries of a change that nothing is to go wrong with. */
const CALM_TRIES = 40

/** What a round broke: a sentence. */
export class Violation extends Error {}

/** Everything that a run needs, started once. */
export interface Torture {
  readonly totals: Totals
  /** One round at one provider. @throws Violation */
  round(chance: Chance): Promise<void>
  close(): Promise<void>
}

export async function startTorture(): Promise<Torture> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-torture-'))
  const database = join(folder, 'clientry.db')
  const issuer = await startIssuer()
  const targets = await Promise.all(TARGETS.map((start) => start()))
  const proxies = await Promise.all(targets.map(({ url }) => startFaultProxy(url)))
  const providers = Object.fromEntries(
    targets.map((target, index) => [target.name, target.settings(proxies[index]?.url ?? '')]),
  )
  const store = createSqliteStore(await openDatabase(database))
  const servers: (ServerProcess | undefined)[] = [undefined, undefined]
  const totals: Totals = {
    rounds: 0,
    changes: 0,
    kills: 0,
    freezes: 0,
    faults: 0,
    outsideWrites: 0,
    overlaps: 0,
    conflicts: 0,
  }

  async function running(): Promise<readonly ServerProcess[]> {
    const options = { database, providers, issuer, limits: LIMITS }
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
      await playRound({ chance, target, proxy, store, issuer, totals, servers: await running() })
      totals.rounds += 1
    },
    close: async () => {
      await Promise.all(servers.map((server) => server?.kill()))
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await Promise.all(targets.map((target) => target.close()))
      await Promise.all([issuer.close(), store.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Round {
  readonly chance: Chance
  readonly target: Target
  readonly proxy: FaultProxy
  readonly store: Store
  readonly issuer: Issuer
  readonly servers: readonly ServerProcess[]
  readonly totals: Totals
}

async function playRound(round: Round): Promise<void> {
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

  await judge(round, { initial, history, from, resource })
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
const UNKNOWN = ['', 'outcome_unknown', 'conflict', 'internal']

/** Kills, freezes and outside writes at moments that calls of the round choose. */
async function disturb(round: Round, over: { readonly yes: boolean }): Promise<void> {
  const { chance, proxy, servers, totals, target } = round
  const events = chance.below(3)
  for (let count = 0; count < events; count += 1) {
    const calls = proxy.forwarded() + chance.below(12)
    while (!over.yes && proxy.forwarded() < calls) await new Promise(setImmediate)
    const victim = chance.one(servers)
    const event = chance.one(['kill', 'kill', 'freeze', 'outside write'] as const)
    if (event === 'kill') {
      await victim.kill()
      totals.kills += 1
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

/** A change with nothing in its way, repeated until it is answered 200. */
async function calm(round: Round, client: JsonObject): Promise<JsonObject> {
  const { servers, issuer, target } = round
  let last: Json = null
  for (let tries = 0; tries < CALM_TRIES; tries += 1) {
    const server = servers.find((one) => one.alive())
    const options = { ...target.where, client }
    const answer = server === undefined ? undefined : await patch(server, issuer, options)
    if (answer?.status === 200) return answer.body
    if (server === undefined) break
    last = answer?.body ?? null
  }
  if (servers.some((one) => one.alive())) {
    throw new Violation(`the client can no longer be changed: ${JSON.stringify(last)}`)
  }
  return {}
}

interface Played {
  readonly initial: State
  readonly history: readonly Operation[]
  /** Sequence number of the first entry of the round. */
  readonly from: number
  readonly resource: string
}

async function judge(round: Round, played: Played): Promise<void> {
  const { target, store, totals } = round
  const { initial, history, from, resource } = played
  const revived = round.servers.some((server) => server.alive())
  if (!revived) return
  const started = performance.now()
  const end = target.watched(await calm(round, {}))
  const read = { name: 'the end', invoked: started, returned: performance.now(), answer: end }
  if ((await store.openIntents()).length > 0) throw new Violation('an intent is left open')
  const entries = await store.entries(resource, { from })
  checkLog(entries, from)
  const changed = target.restBroken()
  if (changed !== undefined) throw new Violation(`${changed}, which nobody named, has changed`)
  const overlaps = entries.some(({ kind }) => kind === 'overlap')
  const conflicts = entries.some(
    (entry) => entry.kind === 'outcome' && entry.outcome === 'conflict',
  )
  totals.overlaps += Number(overlaps)
  totals.conflicts += Number(conflicts)
  // What an overlap or a conflict did is told, and in no order with the rest.
  if (overlaps || conflicts) return
  const order = linearization(initial, [...history, read])
  if (order !== undefined) return
  const story = JSON.stringify({ initial, history, end, entries: entries.map(shortOf) })
  throw new Violation(`no order explains the answers: ${story}`)
}

/** Numbers without a gap, and an outcome after each intent. */
function checkLog(entries: readonly Entry[], from: number): void {
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== from + index) throw new Violation(`the history has a gap at ${entry.seq}`)
    if (entry.kind !== 'intent') continue
    const next = entries[index + 1]
    if (next?.kind === 'outcome' && next.operationId === entry.operationId) continue
    throw new Violation(`the intent ${entry.seq} has no outcome`)
  }
}

const shortOf = (entry: Entry) => ({
  kind: entry.kind,
  seq: entry.seq,
  ...('outcome' in entry ? { outcome: entry.outcome, settledBy: entry.settledBy } : {}),
  ...('changes' in entry ? { changes: entry.changes } : {}),
})
