/** What must hold after each round of `torture.ts`, once all is quiet. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Entry, Intent } from '../../src/store/log/entry.ts'
import type { Store } from '../../src/store/store.ts'
import type { Chance } from './chance.ts'
import { linearization, type Operation, type State } from './linearizability.ts'
import type { FaultProxy } from './proxy.ts'
import { type Issuer, patch, type ServerProcess } from './servers.ts'
import type { Target } from './torture-targets.ts'

export interface Totals {
  rounds: number
  changes: number
  kills: number
  /** Times that the store was lost for a moment. */
  crashes: number
  freezes: number
  faults: number
  outsideWrites: number
  /** Rounds in which an instance came back after its change had been settled, which it reported. */
  overlaps: number
  /** Rounds in which a change ended as a conflict that was reported. */
  conflicts: number
}

/** One round, with everything that it plays with. */
export interface Round {
  readonly chance: Chance
  readonly target: Target
  readonly proxy: FaultProxy
  readonly store: Store
  readonly issuer: Issuer
  readonly servers: readonly ServerProcess[]
  readonly totals: Totals
  /** Loses the store for a moment. */
  crash?(): Promise<void>
}

/** Tries of a change that nothing is to go wrong with. */
const CALM_TRIES = 40

/** A change with nothing in its way, repeated until it is answered 200. */
export async function calm(round: Round, client: JsonObject): Promise<JsonObject> {
  const { servers, issuer, target } = round
  let last: Json = null
  for (let tries = 0; tries < CALM_TRIES; tries += 1) {
    const server = servers[tries % servers.length] ?? { url: '' }
    const answer = await patch(server, issuer, { ...target.where, client })
    if (answer?.status === 200) return answer.body
    last = answer?.body ?? null
  }
  throw new Error(`the client can no longer be changed: ${JSON.stringify(last)}`)
}

export interface Played {
  readonly initial: State
  readonly history: readonly Operation[]
  /** Sequence number of the first entry of the round. */
  readonly from: number
  readonly resource: string
}

/** A sweep comes every 15 s and settles in a moment (milliseconds). */
const SETTLED_AFTER_MS = 20_000

/**
 * Intents that no one settles. A request that its caller has given up may still run at a server, and its
 * intent is open until it ends.
 */
async function leftOpen(store: Store): Promise<readonly Intent[]> {
  for (;;) {
    const open = await store.openIntents()
    const left = open.filter(({ deadline }) => Date.now() > deadline + SETTLED_AFTER_MS)
    if (open.length === 0 || left.length > 0) return left
    await new Promise((resume) => setTimeout(resume, 50))
  }
}

/** Throws an `Error` that says what the round violated. */
export async function judge(round: Round, played: Played): Promise<void> {
  const { target, store, totals } = round
  const { initial, history, from, resource } = played
  const started = performance.now()
  const end = target.watched(await calm(round, {}))
  const read = { name: 'the end', invoked: started, returned: performance.now(), answer: end }
  const open = await leftOpen(store)
  if (open.length > 0) {
    const log = await store.entries(open[0]?.resource ?? '', { from: (open[0]?.seq ?? 0) - 6 })
    throw new Error(
      `an intent is left open: ${JSON.stringify({ open: open.map(shortOf), log: log.map(shortOf) })}`,
    )
  }
  const entries = await store.entries(resource, { from })
  checkLog(entries, from)
  const changed = target.restBroken()
  if (changed !== undefined) throw new Error(`${changed}, which no one named, has changed`)
  const overlaps = entries.some(({ kind }) => kind === 'overlap')
  const conflicts = entries.some(
    (entry) => entry.kind === 'outcome' && entry.outcome === 'conflict',
  )
  totals.overlaps += Number(overlaps)
  totals.conflicts += Number(conflicts)
  // What an overlap or a conflict did is reported, and in no order with the rest.
  if (overlaps || conflicts) return
  compareWithLog(entries, initial, end)
  const order = linearization(initial, [...history, read])
  if (order !== undefined) return
  const story = JSON.stringify({ initial, history, end, entries: entries.map(shortOf) })
  throw new Error(`no order explains the answers: ${story}`)
}

/** Settings to which values are only added within a round. */
const LISTS = ['callbacks', 'allowedLogoutUrls']

/** What came into force is recorded, and what is recorded as applied is in force. */
function compareWithLog(entries: readonly Entry[], initial: State, end: State): void {
  for (const list of LISTS) {
    const recorded = new Set<unknown>()
    for (const [index, entry] of entries.entries()) {
      if (entry.kind !== 'intent') continue
      const closing = entries[index + 1]
      if (closing?.kind !== 'outcome' || closing.outcome !== 'applied') continue
      const values = entry.changes.find(({ field }) => field === list)?.added ?? []
      for (const value of values) recorded.add(value)
    }
    const held = new Set<unknown>(end[list])
    const came = [...held].filter((value) => !initial[list]?.includes(String(value)))
    const untold = came.find((value) => !recorded.has(value))
    if (untold !== undefined) throw new Error(`${untold} is in force without a record of it`)
    const lost = [...recorded].find((value) => !held.has(value))
    if (lost !== undefined) throw new Error(`${lost} is recorded as applied and is not in force`)
  }
}

/** Numbers without a gap, and an outcome after each intent. */
function checkLog(entries: readonly Entry[], from: number): void {
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== from + index) throw new Error(`the history has a gap at ${entry.seq}`)
    if (entry.kind !== 'intent') continue
    const next = entries[index + 1]
    if (next?.kind === 'outcome' && next.operationId === entry.operationId) continue
    throw new Error(`the intent ${entry.seq} has no outcome`)
  }
}

const shortOf = (entry: Entry) => ({
  kind: entry.kind,
  seq: entry.seq,
  at: entry.at,
  ...('deadline' in entry ? { deadline: entry.deadline } : {}),
  ...('outcome' in entry ? { outcome: entry.outcome, settledBy: entry.settledBy } : {}),
  ...('changes' in entry ? { changes: entry.changes } : {}),
})
