/**
 * One scenario: a change that meets a fault upstream, an outside writer and a crash, then a settlement
 * (which can crash too), then one more change. Real sockets, a real SQLite file. A crash is an
 * instance that stands still for ever at a crash point; the next one opens the same file.
 */

import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import {
  type CallOfKind,
  type ChangedClient,
  type ChangeKind,
  fallibleCalls,
  type UpstreamFault,
  type View,
} from './changed-client.ts'
import {
  type Answer,
  CALM_DEADLINE_MS,
  type Crash,
  calmly,
  changeCalmly,
  changeWith,
  keyFor,
  onFreshStore,
  openInstance,
  sweepUntilSettled,
  takesTime,
  UPSTREAM_TIMEOUT_MS,
} from './instance.ts'
import { type Moment, observed } from './observed.ts'

export interface Scenario {
  readonly kind: ChangeKind
  /** `call`: which call of the change it meets; 0 is the first. */
  readonly fault?: { readonly kind: UpstreamFault; readonly call: number }
  readonly writer?: { readonly moment: Moment; readonly touches: 'named' | 'other' }
  readonly crash?: Crash
  readonly recoveryCrash?: Crash
  /** A fault that the settlement meets, at a call or at the read. */
  readonly recoveryFault?: { readonly kind: UpstreamFault; readonly at: CallOfKind }
  readonly settledBy: 'sweep' | 'next change'
}

/** Everything that the invariants judge. */
export interface Evidence {
  readonly scenario: Scenario
  readonly start: View
  readonly end: View
  readonly answer: Answer
  readonly next: Answer
  readonly entries: readonly Entry[]
  /** How many entries there were when the change began. */
  readonly begun: number
  /** Intents that several sweeps left open, and that were open in the end. */
  readonly leftBySweep: number
  readonly openIntents: number
  /** Fingerprint of what the provider holds in the end. */
  readonly tag: string
  /** Whether the outside writer came to write. */
  readonly written: boolean
  /** Whether a call of ours, given up as lost, could still be applied after it. */
  readonly overtaken: boolean
  /** Crash points passed by the change, and by its settlement. */
  readonly passed: readonly CrashPoint[]
  readonly passedInRecovery: readonly CrashPoint[]
  /** What the same request with the same key was answered in the end, and how often it took effect. */
  readonly repeated: Answer
  readonly effects: number
  /** Whether each crash that was asked for took place. */
  readonly crashed: boolean
}

/** What has passed until the next instance comes up: every deadline is over (milliseconds). */
const LATER_MS = 3_600_000
/** What a throttling provider asks for (seconds), and how long a late call takes (milliseconds). */
const TIMES = { retryAfter: 0.05, delayMs: 1.5 * UPSTREAM_TIMEOUT_MS }

/** Runs one scenario; it takes some tens of milliseconds. */
export async function runScenario(scenario: Scenario): Promise<Evidence> {
  return onFreshStore(scenario.kind.start, (client, path) => run(scenario, client, path))
}

async function run(scenario: Scenario, client: ChangedClient, path: string): Promise<Evidence> {
  const { kind, fault, writer, crash } = scenario
  const { ref, provider } = client
  let armed = false
  let written = false
  let overtaken = false
  const hear = (moment: Moment, mayLand: boolean) => {
    if (!armed || written || moment !== writer?.moment) return
    written = true
    overtaken = mayLand
    client.writeOutside(kind.outside[writer.touches])
  }
  const providers = new Map([[ref.provider, observed(provider, hear)]])
  // So that there is a state on record, with which the base of the change is compared.
  await changeBefore(path, client, kind)
  const timed = takesTime(fault?.kind)
  const landed = landedOf(scenario, client)
  const first = await openInstance(path, providers, { crash, timed, landed })
  const start = client.view()
  const begun = (await first.service.store.last(resourceOf(ref)))?.seq ?? 0

  const met = fallibleCalls(kind)[fault?.call ?? 0]
  if (fault !== undefined && met !== undefined) {
    client.inject({ kind: fault.kind, ...met, ...TIMES })
  }
  armed = true
  const key = keyFor(kind.asked)
  const deadlineMs = timed ? {} : { deadlineMs: CALM_DEADLINE_MS }
  const answer = await changeWith(first, client, kind.asked, { key, ...deadlineMs })
  armed = false
  // What the change did not come to meet is not meant for the next one.
  client.clearFaults()
  await first.close()
  return recover(scenario, client, path, {
    start,
    begun,
    answer,
    written,
    overtaken,
    passed: first.passed,
  })
}

/** Only a scenario with a delayed call has something that arrives late. */
const landedOf = ({ fault, recoveryFault }: Scenario, client: ChangedClient) =>
  fault?.kind === 'delay' || recoveryFault?.kind === 'delay' ? client.lateCallLanded : () => true

async function changeBefore(
  path: string,
  client: ChangedClient,
  { before }: ChangeKind,
): Promise<void> {
  const instance = await openInstance(path, client.providers, {})
  await changeCalmly(instance, client, 'before')
  if (before !== undefined) await changeCalmly(instance, client, before)
  await instance.close()
}

type Begun = Pick<Evidence, 'start' | 'begun' | 'answer' | 'written' | 'overtaken' | 'passed'>

/** Opens the file again later on, settles, and changes the client once more. */
async function recover(
  scenario: Scenario,
  client: ChangedClient,
  path: string,
  begun: Begun,
): Promise<Evidence> {
  const { crash, fault, recoveryCrash, recoveryFault, settledBy } = scenario
  if (recoveryFault !== undefined) {
    client.inject({ kind: recoveryFault.kind, ...recoveryFault.at, ...TIMES })
  }
  let instance = await openInstance(path, client.providers, {
    crash: recoveryCrash,
    lateMs: LATER_MS,
    timed: takesTime(recoveryFault?.kind) || fault?.kind === 'delay',
    landed: landedOf(scenario, client),
  })
  let leftBySweep = 0
  const work = async () => {
    if (settledBy === 'sweep') leftBySweep = await sweepUntilSettled(instance)
    return changeCalmly(instance, client, 'next')
  }
  let next = await Promise.race([work(), instance.crashed])
  const passedInRecovery = [...instance.passed]
  const recoveryCrashed = next === 'crashed' || next === undefined
  if (recoveryCrashed) {
    await instance.close()
    instance = await openInstance(path, client.providers, { lateMs: 2 * LATER_MS })
    next = await work()
  }
  const { service } = instance
  const native = await client.provider.read(client.ref, {
    operationId: 'end',
    deadline: Date.now() + 10_000,
    timeoutMs: 10_000,
  })
  const end = client.view()
  const openIntents = (await service.store.openIntents()).length
  const entries = await service.store.entries(resourceOf(client.ref))
  await instance.close()
  return {
    ...begun,
    scenario,
    end,
    next: next === 'crashed' ? undefined : next,
    entries,
    leftBySweep,
    openIntents,
    tag: service.fingerprints.ofState(client.provider.mapping, native),
    passedInRecovery,
    ...(await repeat(scenario, client, path)),
    crashed:
      (crash === undefined || begun.answer === undefined) &&
      (recoveryCrash === undefined || recoveryCrashed),
  }
}

/** Sends the request again with its key, after everything else. */
async function repeat(
  { kind }: Scenario,
  client: ChangedClient,
  path: string,
): Promise<Pick<Evidence, 'repeated' | 'effects'>> {
  client.clearFaults()
  const key = keyFor(kind.asked)
  return calmly(path, client, 3 * LATER_MS, async (instance) => {
    const calm = { key, deadlineMs: CALM_DEADLINE_MS }
    const repeated = await changeWith(instance, client, kind.asked, calm)
    const entries = await instance.service.store.entries(resourceOf(client.ref))
    const effects = entries.filter((entry, index) => {
      const before = entries[index - 1]
      const applied = entry.kind === 'outcome' && entry.outcome === 'applied'
      return applied && before?.kind === 'intent' && before.key === key.log
    })
    return { repeated, effects: effects.length }
  })
}
