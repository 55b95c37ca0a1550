/**
 * One scenario: a change that meets a fault upstream, an outside writer and a crash, then a settlement
 * (which can crash too), then one more change. Real sockets, a real SQLite file. A crash is an
 * instance that stands still for ever at a crash point; the next one opens the same file.
 */

import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFingerprints } from '../../src/core/fingerprint.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { parseMergePatch } from '../../src/core/patch.ts'
import type { Provider, Step } from '../../src/providers/provider.ts'
import { changeClient } from '../../src/service/change.ts'
import type { CrashPoint } from '../../src/service/crash-points.ts'
import type { Service } from '../../src/service/service.ts'
import { sweep } from '../../src/service/settle.ts'
import { createTurns } from '../../src/service/turns.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Entry } from '../../src/store/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type {
  CallOfKind,
  ChangedClient,
  ChangeKind,
  UpstreamFault,
  View,
} from './changed-client.ts'

/** When somebody else writes: before the base is read, or before or after a call of the change. */
export type Moment = 'before the base read' | `before call ${number}` | `after call ${number}`

export interface Crash {
  readonly point: CrashPoint
  /** At which of its visits: 1 is the first. */
  readonly visit: number
}

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

/** What became of one change, as its caller saw it; `undefined`: it crashed. */
export type Answer =
  | { readonly outcome: string; readonly warnings: number; readonly operationId?: string }
  | { readonly code: string }
  | undefined

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
  readonly openIntents: number
  /** Fingerprint of what the provider holds in the end. */
  readonly tag: string
  /** Whether the outside writer came to write. */
  readonly written: boolean
  /** Crash points passed by the change, and by its settlement. */
  readonly passed: readonly CrashPoint[]
  readonly passedInRecovery: readonly CrashPoint[]
  /** Whether each crash that was asked for took place. */
  readonly crashed: boolean
}

const KEY = Buffer.alloc(32, 7)
/** Long enough for a loopback call of a busy process (milliseconds). */
const UPSTREAM_TIMEOUT_MS = 120
/** Leaves room for a second attempt, which needs half a second (milliseconds). */
const DEADLINE_MS = 1_500
/** What has passed until the next instance comes up: every deadline is over (milliseconds). */
const LATER_MS = 3_600_000
/** What a throttling provider asks for (seconds). */
const RETRY_AFTER = 0.05
const CALM_DEADLINE_MS = 10_000
const TRIES = 5

/** In memory where the system has that: no power is cut here, and a thousand files are written. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

interface Instance {
  readonly service: Service
  readonly passed: CrashPoint[]
  /** Resolves when it stands still at its crash point. */
  readonly crashed: Promise<'crashed'>
  close(): Promise<void>
}

async function openInstance(
  path: string,
  providers: ReadonlyMap<string, Provider>,
  { crash, lateMs = 0 }: { readonly crash?: Crash | undefined; readonly lateMs?: number },
): Promise<Instance> {
  const now = () => Date.now() + lateMs
  const passed: CrashPoint[] = []
  let die = (_: 'crashed') => {}
  const crashed = new Promise<'crashed'>((resolve) => {
    die = resolve
  })
  const service: Service = {
    store: createSqliteStore(await openDatabase(path)),
    seal: createSeal(KEY),
    fingerprints: createFingerprints(KEY),
    providers,
    turns: createTurns(now),
    keysInUse: new Set(),
    upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS,
    now,
    // Pauses between attempts are real and short.
    sleep: (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds / 5)),
    newId: randomUUID,
    reached: async (point) => {
      passed.push(point)
      if (point !== crash?.point) return
      if (passed.filter((one) => one === point).length !== crash.visit) return
      die('crashed')
      await new Promise(() => {})
    },
  }
  return { service, passed, crashed, close: () => service.store.close() }
}

async function changeWith(
  { service, crashed }: Instance,
  { ref, provider }: ChangedClient,
  client: JsonObject,
  deadlineMs = DEADLINE_MS,
): Promise<Answer> {
  const deadline = service.now() + deadlineMs
  const work = changeClient(service, {
    ref,
    provider: service.providers.get(ref.provider) ?? provider,
    patch: parseMergePatch(client),
    dryRun: false,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    requestId: 'request',
    deadline,
  }).then(
    ({ outcome, warnings, operationId }) => ({
      outcome,
      warnings: warnings.length,
      ...(operationId === undefined ? {} : { operationId }),
    }),
    (error: { code: string }) => ({ code: error.code ?? String(error) }),
  )
  const ended = await Promise.race([work, crashed])
  return ended === 'crashed' ? undefined : ended
}

/** A change that nothing is to go wrong with: on a busy machine a call may still take too long. */
async function changeCalmly(
  instance: Instance,
  client: ChangedClient,
  name: string,
): Promise<Answer> {
  let answer: Answer
  for (let tries = 0; tries < TRIES; tries += 1) {
    answer = await changeWith(instance, client, adding(name), CALM_DEADLINE_MS)
    if (answer === undefined || 'outcome' in answer) return answer
  }
  return answer
}

/** The provider, telling of each call before and after it. */
function observed(provider: Provider, at: (moment: Moment) => void): Provider {
  return {
    ...provider,
    read: async (...args) => {
      at('before the base read')
      return provider.read(...args)
    },
    steps: (...args) => provider.steps(...args).map((step, index) => watching(step, index + 1, at)),
  }
}

function watching(step: Step, number: number, at: (moment: Moment) => void): Step {
  return {
    ...step,
    send: async (call) => {
      at(`before call ${number}`)
      return step.send(call).finally(() => at(`after call ${number}`))
    },
  }
}

/** A list that both providers have; the change before and the change after add to it. */
const adding = (name: string) => ({
  allowedLogoutUrls: { add: [`https://app.example.com/${name}`] },
})

/** Runs one scenario; it takes some tens of milliseconds. */
export async function runScenario(scenario: Scenario): Promise<Evidence> {
  const folder = mkdtempSync(join(FOLDER, 'clientry-scenario-'))
  const client = await scenario.kind.start()
  try {
    return await run(scenario, client, join(folder, 'clientry.db'))
  } finally {
    await client.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(scenario: Scenario, client: ChangedClient, path: string): Promise<Evidence> {
  const { kind, fault, writer, crash } = scenario
  const { ref, provider } = client
  let armed = false
  let written = false
  const at = (moment: Moment) => {
    if (!armed || written || moment !== writer?.moment) return
    written = true
    client.writeOutside(kind.outside[writer.touches])
  }
  const providers = new Map([[ref.provider, observed(provider, at)]])
  // So that there is a state on record, with which the base of the change is compared.
  await changeBefore(path, client)
  const first = await openInstance(path, providers, { crash })
  const start = client.view()
  const begun = (await first.service.store.last(resourceOf(ref)))?.seq ?? 0

  const met = kind.calls[fault?.call ?? 0]
  if (fault !== undefined && met !== undefined) {
    client.inject({ kind: fault.kind, ...met, retryAfter: RETRY_AFTER })
  }
  armed = true
  const answer = await changeWith(first, client, kind.client)
  armed = false
  // What the change did not come to meet is not meant for the next one.
  client.clearFaults()
  await first.close()
  return recover(scenario, client, path, { start, begun, answer, written, passed: first.passed })
}

async function changeBefore(path: string, client: ChangedClient): Promise<void> {
  const instance = await openInstance(path, client.providers, {})
  await changeCalmly(instance, client, 'before')
  await instance.close()
}

type Begun = Pick<Evidence, 'start' | 'begun' | 'answer' | 'written' | 'passed'>

/** Opens the file again later on, settles, and changes the client once more. */
async function recover(
  scenario: Scenario,
  client: ChangedClient,
  path: string,
  begun: Begun,
): Promise<Evidence> {
  const { crash, recoveryCrash, recoveryFault, settledBy } = scenario
  if (recoveryFault !== undefined) {
    client.inject({ kind: recoveryFault.kind, ...recoveryFault.at, retryAfter: RETRY_AFTER })
  }
  let instance = await openInstance(path, client.providers, {
    crash: recoveryCrash,
    lateMs: LATER_MS,
  })
  const work = async () => {
    if (settledBy === 'sweep') await sweepUntilSettled(instance)
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
  const evidence: Evidence = {
    ...begun,
    scenario,
    end: client.view(),
    next: next === 'crashed' ? undefined : next,
    entries: await service.store.entries(resourceOf(client.ref)),
    openIntents: (await service.store.openIntents()).length,
    tag: service.fingerprints.ofState(client.provider.mapping, native),
    passedInRecovery,
    crashed:
      (crash === undefined || begun.answer === undefined) &&
      (recoveryCrash === undefined || recoveryCrashed),
  }
  await instance.close()
  return evidence
}

/** A sweep leaves what it could not settle; that is for the next one. */
async function sweepUntilSettled({ service }: Instance): Promise<void> {
  for (let sweeps = 0; sweeps < TRIES; sweeps += 1) {
    await sweep(service)
    if ((await service.store.openIntents()).length === 0) return
  }
}
