/**
 * One life of a lease: it is taken, and when its time is over a sweep ends it. One of the two meets a fault
 * upstream, an outside writer and a crash; the settlement after it can crash too.
 */

import { type JsonObject, same } from '../../src/core/json/json.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { ChangedClient, ChangeKind, UpstreamFault } from './changed-client.ts'
import {
  type Crash,
  calmly,
  type Instance,
  onFreshStore,
  openInstance,
  sweepUntilSettled,
  takesTime,
  UPSTREAM_TIMEOUT_MS,
} from './instance.ts'
import { type Moment, observed } from './observed.ts'

export interface LeaseScenario {
  readonly kind: ChangeKind
  /** Which of the two meets it all. */
  readonly disturbed: 'taking' | 'ending'
  readonly fault?: UpstreamFault
  /** `adds`: puts a value of its own into the list; `takes`: takes the leased one out. */
  readonly writer?: { readonly moment: Moment; readonly does: 'adds' | 'takes' }
  readonly crash?: Crash
  readonly recoveryCrash?: Crash
}

export interface LeaseEvidence {
  readonly broken: readonly string[]
  readonly passed: readonly CrashPoint[]
  readonly passedInRecovery: readonly CrashPoint[]
  readonly crashed: boolean
}

/** The native list of callbacks, and the call that writes it. */
const NATIVE = {
  cognito: { list: 'CallbackURLs', write: 'UpdateUserPoolClient' },
  auth0: { list: 'callbacks', write: 'PATCH /clients/{id}' },
} as const

export const isLeasable = ({ name }: ChangeKind): boolean => Object.hasOwn(NATIVE, name)

const nativeOf = ({ name }: ChangeKind) => NATIVE[name as keyof typeof NATIVE]
const LEASED = 'https://pr-7.preview.example/cb'
const FOREIGN = 'https://foreign.example/cb'
const TIMES = { retryAfter: 0.05, delayMs: 1.5 * UPSTREAM_TIMEOUT_MS }

const HOUR_MS = 3_600_000
/** When the lease is over, and when everything after it is. */
const OVER_MS = 10 * HOUR_MS

/** Runs one; it takes some tens of milliseconds. */
export async function runLease(scenario: LeaseScenario): Promise<LeaseEvidence> {
  return onFreshStore(scenario.kind.start, (client, path) => run(scenario, client, path))
}

async function run(
  scenario: LeaseScenario,
  client: ChangedClient,
  path: string,
): Promise<LeaseEvidence> {
  const { kind, disturbed, fault, writer, crash, recoveryCrash } = scenario
  const list = () => client.view()[nativeOf(kind).list] as readonly string[]
  const start = client.view()
  const before = list()
  const landed = () => fault !== 'delay' || client.lateCallLanded()
  let armed = false
  let written = false
  let overtaken = false
  const hear = (moment: Moment, mayLand: boolean) => {
    if (!armed || written || moment !== writer?.moment) return
    written = true
    overtaken = mayLand
    const now = list()
    const next = writer.does === 'adds' ? [...now, FOREIGN] : now.filter((one) => one !== LEASED)
    client.writeOutside({ [nativeOf(kind).list]: next })
  }
  const providers = new Map([[client.ref.provider, observed(client.provider, hear)]])
  const disturb = () => {
    if (fault !== undefined)
      client.inject({ kind: fault, operation: nativeOf(kind).write, skip: 0, ...TIMES })
    armed = true
  }
  const calm = () => {
    armed = false
    client.clearFaults()
  }

  if (disturbed === 'ending') await calmly(path, client, 0, take)
  const at = disturbed === 'taking' ? 0 : OVER_MS
  const work = disturbed === 'taking' ? take : end
  disturb()
  const first = await openInstance(path, providers, {
    crash,
    lateMs: at,
    timed: takesTime(fault),
    landed,
  })
  const ended = await Promise.race([work(first, client).catch(() => 'failed'), first.crashed])
  calm()
  await first.close()

  const second = await openInstance(path, client.providers, {
    crash: recoveryCrash,
    lateMs: at + HOUR_MS,
    timed: fault === 'delay',
    landed,
  })
  const settling = await Promise.race([sweepUntilSettled(second), second.crashed])
  const passedInRecovery = [...second.passed]
  await second.close()
  await calmly(path, client, at + 2 * HOUR_MS, sweepUntilSettled)
  const afterFirst = await calmly(path, client, at + 2 * HOUR_MS, (one) => lookAt(one, client))
  const mid = list()
  await calmly(path, client, OVER_MS + 3 * HOUR_MS, end)
  const last = await calmly(path, client, OVER_MS + 3 * HOUR_MS, (one) => lookAt(one, client))

  const present = mid.includes(LEASED)
  const wrong: [boolean, string][] = [
    [present && !afterFirst.leased, 'the value is there without a lease'],
    [list().includes(LEASED), 'the value is there when its time is long over'],
    [last.leased, 'there is a lease when its time is long over'],
    [last.due.length > 0, 'something is due for ever'],
    [last.open > 0, 'an intent is open'],
    [!before.every((one) => list().includes(one)), 'a value that was there before is gone'],
    [
      written && !overtaken && mayJudge(scenario) && !list().includes(FOREIGN),
      "someone else's value is gone",
    ],
    [!same(others(client.view(), kind), others(start, kind)), 'another setting has changed'],
    [
      disturbed === 'taking' &&
        !present &&
        afterFirst.leased &&
        afterFirst.outcome === 'applied' &&
        writer?.does !== 'takes',
      'the lease is recorded as applied, and its value is not there',
    ],
  ]
  return {
    broken: wrong.flatMap(([is, says]) => (is ? [`${says} (${JSON.stringify(list())})`] : [])),
    passed: [...first.passed],
    passedInRecovery,
    crashed:
      (crash === undefined || ended === 'crashed') &&
      (recoveryCrash === undefined || settling === 'crashed'),
  }
}

/** Lists are written whole: what comes between read and write, or meets a late write, is overwritten unseen. */
const mayJudge = ({ writer }: LeaseScenario) =>
  writer?.does === 'adds' && writer.moment !== 'before call 1'

const others = (view: JsonObject, kind: ChangeKind): JsonObject =>
  Object.fromEntries(Object.entries(view).filter(([key]) => key !== nativeOf(kind).list))

async function take({ service }: Instance, { ref, provider }: ChangedClient): Promise<unknown> {
  return changeClient(service, {
    ref,
    provider: service.providers.get(ref.provider) ?? provider,
    patch: {
      kind: 'lease',
      field: 'callbacks',
      value: LEASED,
      owner: 'pr-7',
      seconds: (OVER_MS - HOUR_MS) / 1_000,
    },
    dryRun: false,
    actor: { subject: 'ci', issuer: 'https://issuer.example' },
    requestId: 'request',
    deadline: service.now() + 10 * service.upstreamTimeoutMs,
  })
}

/** A sweep as the program does it, and more of them as long as something is left. */
async function end({ service }: Instance): Promise<unknown> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { failed } = await carryOutDue(service, new Map())
    if (failed.length === 0) return
  }
}

async function lookAt({ service }: Instance, { ref }: ChangedClient) {
  const { store, now } = service
  const entries = await store.entries(resourceOf(ref))
  const last = entries.at(-1)
  return {
    leased: last?.standing?.leases !== undefined,
    due: await store.due(now()),
    open: (await store.openIntents()).length,
    outcome: last?.kind === 'outcome' ? last.outcome : undefined,
  }
}
