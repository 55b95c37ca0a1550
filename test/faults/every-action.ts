/**
 * An operation of each action that dies at every crash point that it passes, and whose settlement dies at every
 * one that that passes; then it is settled, and sent again. Nothing else goes wrong: what faults and outside
 * writers add is in `enumeration.ts`, for the actions whose settlement they can make a difference to.
 */

import { inParallel } from '../../src/core/in-parallel.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import type { ActionName, Entry } from '../../src/store/log/entry.ts'
import { actionOf } from '../../src/store/log/entry.ts'
import type { Clients } from './action-places.ts'
import { ACTION_KINDS, type ActionKind, type On } from './action-worlds.ts'
import {
  type Crash,
  INSTANCE_KEY,
  type Instance,
  onFreshStore,
  openInstance,
  visits,
} from './instance.ts'
import { type Met, meet } from './met.ts'

export interface ActionScenario {
  readonly kind: ActionKind
  readonly crash?: Crash
  readonly recoveryCrash?: Crash
}

interface Evidence {
  readonly broken: readonly string[]
  readonly passed: readonly CrashPoint[]
  readonly passedInRecovery: readonly CrashPoint[]
  readonly crashed: boolean
}

export interface ActionCount {
  readonly run: number
  readonly broken: readonly string[]
  readonly met: Met
}

/** An hour later every deadline is over. */
const LATER_MS = 3_600_000
const DEADLINE_MS = 10_000
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
/** A creation is looked for twice. */
const SWEEPS = 3

/** Opening stores takes most of the time. */
const AT_ONCE = 8

/**
 * Runs them all, but of kinds that say so those that are drawn; of the crashes of settlements those that are drawn, and one at
 * each crash point at which the action has not died yet.
 */
export async function everyAction(
  isDrawn: (scenario: string) => boolean = () => true,
): Promise<ActionCount> {
  const broken: string[] = []
  const met = new Map<ActionName, Set<CrashPoint>>()
  let run = 0
  async function judge(scenario: ActionScenario): Promise<Evidence> {
    const { kind, crash, recoveryCrash } = scenario
    const evidence = await runAction(scenario)
    run += 1
    const where = [crash, recoveryCrash].map((one) => one && `${one.point} ${one.visit}`)
    broken.push(...evidence.broken.map((wrong) => `${kind.name}, ${where.join(', ')}: ${wrong}`))
    if (evidence.crashed) meet(met, kind.action, scenario)
    return evidence
  }
  await inParallel(ACTION_KINDS, AT_ONCE, async (kind) => {
    if (kind.drawn && !isDrawn(kind.name)) return
    const { passed } = await judge({ kind })
    const isNew = ({ point }: Crash) => !met.get(kind.action)?.has(point)
    const nameOf = (...crashes: readonly Crash[]) =>
      [kind.name, ...crashes.flatMap((crash) => Object.values(crash))].join()
    for (const crash of visits(passed)) {
      const { passedInRecovery } = await judge({ kind, crash })
      for (const recoveryCrash of visits(passedInRecovery)) {
        if (isNew(recoveryCrash) || isDrawn(nameOf(crash, recoveryCrash))) {
          await judge({ kind, crash, recoveryCrash })
        }
      }
    }
  })
  return { run, broken, met }
}

async function runAction(scenario: ActionScenario): Promise<Evidence> {
  return onFreshStore(scenario.kind.start, (clients, path) => run(scenario, clients, path))
}

async function run(
  { kind, crash, recoveryCrash }: ActionScenario,
  clients: Clients,
  path: string,
): Promise<Evidence> {
  const at = kind.afterMs
  const before = await on(path, clients, 0, undefined, async (one) => {
    await kind.before(one)
    return new Set((await entriesOf(one)).map(({ hash }) => hash))
  })
  const look = (one: On) => lookAt(one, kind, before.result)
  const first = await on(path, clients, at, crash, (one) => kind.perform(one))
  const settle = async (one: On) => {
    await sweepAll(one.service)
    return look(one)
  }
  const second = await on(path, clients, at + LATER_MS, recoveryCrash, settle)
  const left =
    second.result === 'crashed'
      ? (await on(path, clients, at + 2 * LATER_MS, undefined, settle)).result
      : second.result
  const { result: last } = await on(path, clients, at + 3 * LATER_MS, undefined, async (one) => {
    const again = await kind.perform(one)
    return { ...(await look(one)), again: again.outcome }
  })
  const wrong: readonly (readonly [boolean, string])[] = [
    [
      crash === undefined && (first.result === 'crashed' || first.result.outcome !== 'applied'),
      'nothing came of it',
    ],
    [left.open > 0, 'an intent is open after its settlement'],
    [left.applied !== left.effects, 'what is recorded is not what is in force'],
    [left.others.length > 0, `something else is recorded: ${left.others.join()}`],
    [!['applied', 'unchanged'].includes(last.again), 'it cannot be sent again'],
    [last.effects !== 1, `it is in force ${last.effects} times`],
    [last.open > 0, 'an intent is open in the end'],
    [last.faults > 0, 'the history does not hold together'],
  ]
  return {
    broken: wrong.flatMap(([is, says]) => (is ? [says] : [])),
    passed: first.passed,
    passedInRecovery: second.passed,
    crashed:
      (crash === undefined || first.result === 'crashed') &&
      (recoveryCrash === undefined || second.result === 'crashed'),
  }
}

/** Does something at an instance of its own, which may die of it. */
async function on<T, C extends Crash | undefined>(
  path: string,
  clients: Clients,
  lateMs: number,
  crash: C,
  work: (one: On) => Promise<T>,
): Promise<{
  readonly result: T | (C extends undefined ? never : 'crashed')
  readonly passed: readonly CrashPoint[]
}> {
  const providers = new Map<string, Provider>()
  const instance: Instance = await openInstance(path, providers, { crash, lateMs })
  const { service } = instance
  const { ref } = clients
  const provider = clients.providerFor(service)
  providers.set(ref.provider, provider)
  const request = {
    ref,
    provider,
    key: keyOf(createFingerprints(INSTANCE_KEY), ACTOR, 'one request', null),
    dryRun: false,
    actor: ACTOR,
    requestId: 'request',
    deadline: service.now() + DEADLINE_MS,
  }
  try {
    const done = work({ service, clients, request })
    const result = await Promise.race([done, instance.crashed])
    return {
      result: result as T | (C extends undefined ? never : 'crashed'),
      passed: [...instance.passed],
    }
  } finally {
    await instance.close()
  }
}

async function sweepAll(service: Service): Promise<void> {
  for (let hours = 0; hours < SWEEPS; hours += 1) {
    await sweep({ ...service, now: () => service.now() + hours * LATER_MS })
  }
}

async function entriesOf({ service }: On): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for await (const { text } of service.store.records()) entries.push(JSON.parse(text) as Entry)
  return entries
}

/** What the logs say of it, and what is so; `before`: hashes of the entries that were there already. */
async function lookAt(one: On, kind: ActionKind, before: ReadonlySet<string>) {
  const { store } = one.service
  const entries = (await entriesOf(one)).filter(({ hash }) => !before.has(hash))
  const closings = entries.flatMap((entry) => (entry.kind === 'outcome' ? [entry] : []))
  const own = entries.flatMap((entry) =>
    entry.kind === 'intent' && actionOf(entry) === kind.action ? [entry.operationId] : [],
  )
  const isApplied = (id: string) =>
    closings.some(({ operationId, outcome }) => operationId === id && outcome === 'applied')
  return {
    open: (await store.openIntents()).length,
    applied: new Set(own.filter(isApplied)).size,
    effects: await kind.effects(one),
    faults: (await verifyLog(store)).faults.length,
    others: entries
      .filter(
        (entry) =>
          entry.kind === 'overlap' ||
          entry.kind === 'outside_change' ||
          (entry.kind === 'outcome' &&
            (entry.outcome === 'conflict' || entry.surprises.length > 0)),
      )
      .map(({ kind }) => kind),
  }
}
