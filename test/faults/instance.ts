/**
 * One instance of the program as a scenario runs it, in process: it can stand still for ever at a crash
 * point, which is how it dies, and it reports which points it has passed.
 */

import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { WAITS_MS } from '../../src/service/approval/request-states.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { createLate } from '../../src/service/base/late-work.ts'
import type { ChangeRequest, Key } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { DEFAULT_SHARES } from '../../src/service/lease/lease-share.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { createSeal } from '../../src/store/seal.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { ChangedClient } from './changed-client.ts'

export interface Crash {
  readonly point: CrashPoint
  /** At which of its visits: 1 is the first. */
  readonly visit: number
}

/** Each visit of each point as a crash. */
export const visits = (passed: readonly CrashPoint[]): readonly Crash[] =>
  passed.map((point, index) => ({
    point,
    visit: passed.slice(0, index + 1).filter((one) => one === point).length,
  }))

/** What became of one change, as its caller saw it; `undefined`: it crashed. */
export type Answer =
  | { readonly outcome: string; readonly warnings: number; readonly operationId?: string }
  | { readonly code: string }
  | undefined

/** The key of the installation. */
export const INSTANCE_KEY = Buffer.alloc(32, 7)
/** In memory where the system has that: no power is cut here, and a thousand files are written. */
export const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Runs a scenario on what it is about, which is started for it, with the path of a store that is not there yet. */
export async function onFreshStore<C extends { close(): Promise<unknown> }, R>(
  start: () => Promise<C>,
  work: (client: C, path: string) => Promise<R>,
): Promise<R> {
  const folder = mkdtempSync(join(FOLDER, 'clientry-scenario-'))
  const client = await start()
  try {
    return await work(client, join(folder, 'clientry.db'))
  } finally {
    await client.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where a call stalls or comes late: long enough for a loopback call of a busy process (milliseconds). */
export const UPSTREAM_TIMEOUT_MS = 150
/** Elsewhere nothing waits for it, so that no busy machine makes a fault of its own (milliseconds). */
export const CALM_TIMEOUT_MS = 5_000
/** Leaves room for a second attempt, which needs half a second (milliseconds). */
const DEADLINE_MS = 1_500
/** A busy machine is given this long for a late call to arrive (milliseconds). */
const LONGEST_LATE_MS = 2_000
const LOOK_MS = 5
export const CALM_DEADLINE_MS = 10_000
/** Tries before something is held to be broken. */
const TRIES = 20

const pause = (milliseconds: number) =>
  new Promise<void>((resume) => setTimeout(resume, milliseconds))

/** Whether a fault takes time: a call that is not answered, or comes late. */
export const takesTime = (fault: string | undefined): boolean =>
  fault === 'delay' || fault?.startsWith('stall_') === true

export interface Instance {
  readonly service: Service
  readonly passed: CrashPoint[]
  /** Resolves when it stands still at its crash point. */
  readonly crashed: Promise<'crashed'>
  close(): Promise<void>
}

export interface InstanceOptions {
  readonly crash?: Crash | undefined
  readonly lateMs?: number
  /** Whether calls may stall or come late: time-outs are short then, and pauses take their time. */
  readonly timed?: boolean
  /** Whether what is on its way has arrived: it does so while settling waits for it, not after. */
  landed?(): boolean
}

/** Opens an instance on a file; `lateMs`: how far its clock is ahead. */
export async function openInstance(
  path: string,
  providers: ReadonlyMap<string, Provider>,
  { crash, lateMs = 0, timed = false, landed }: InstanceOptions,
): Promise<Instance> {
  const now = () => Date.now() + lateMs
  const passed: CrashPoint[] = []
  let die = (_: 'crashed') => {}
  const crashed = new Promise<'crashed'>((resolve) => {
    die = resolve
  })
  const service: Service = {
    store: createSqliteStore(await openDatabase(path)),
    seal: createSeal(INSTANCE_KEY),
    fingerprints: createFingerprints(INSTANCE_KEY),
    providers,
    turns: createTurns(now),
    keysInUse: new Set(),
    late: createLate(),
    leaseShares: DEFAULT_SHARES,
    requestsWaitMs: WAITS_MS,
    permits: () => new Set(PERMISSIONS),
    upstreamTimeoutMs: timed ? UPSTREAM_TIMEOUT_MS : CALM_TIMEOUT_MS,
    now,
    sleep: async (milliseconds) => {
      if (!timed) return new Promise(setImmediate)
      const until = Date.now() + LONGEST_LATE_MS
      await pause(milliseconds)
      while (landed?.() === false && Date.now() < until) await pause(LOOK_MS)
    },
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

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }

/** The idempotency key of a request that asks for this. */
export const keyFor = (asked: ChangeRequest['patch']): Key =>
  keyOf(createFingerprints(INSTANCE_KEY), ACTOR, 'one request', asked as unknown as Json)

/** Changes the client as one request does. */
export async function changeWith(
  { service, crashed }: Instance,
  { ref, provider }: ChangedClient,
  patch: ChangeRequest['patch'],
  { deadlineMs = DEADLINE_MS, key }: { readonly deadlineMs?: number; readonly key?: Key } = {},
): Promise<Answer> {
  const deadline = service.now() + deadlineMs
  const work = changeClient(service, {
    ref,
    provider: service.providers.get(ref.provider) ?? provider,
    patch,
    dryRun: false,
    actor: ACTOR,
    ...(key === undefined ? {} : { key }),
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

/** The change before and the change after add to a list that the change itself does not name. */
const adding = (name: string, list: string) =>
  parseMergePatch({
    [list]: {
      add: [
        list === 'webOrigins' ? `https://${name}.example.com` : `https://app.example.com/${name}`,
      ],
    },
  })

/** A change that nothing is to go wrong with; a name makes it its own. What went wrong the first time is over then. */
export async function changeCalmly(
  instance: Instance,
  client: ChangedClient,
  asked: string | ChangeRequest['patch'],
): Promise<Answer> {
  const list = client.calmList ?? 'allowedLogoutUrls'
  const patch = typeof asked === 'string' ? adding(asked, list) : asked
  let answer: Answer
  for (let tries = 0; tries < TRIES; tries += 1) {
    const one = tries === 0 ? instance : calm(instance)
    answer = await changeWith(one, client, patch, { deadlineMs: CALM_DEADLINE_MS })
    if (answer === undefined || 'outcome' in answer) return answer
  }
  return answer
}

/** Sweeps, several times if need be: what one could not settle is for the next. Gives what is left. */
export async function sweepUntilSettled(instance: Instance): Promise<number> {
  let left = 0
  for (let sweeps = 0; sweeps < TRIES; sweeps += 1) {
    const { service } = sweeps === 0 ? instance : calm(instance)
    await sweep(service)
    left = (await service.store.openIntents()).length
    if (left === 0) return left
  }
  return left
}

/** With patience for a slow machine; what stalls is over. */
const calm = (instance: Instance): Instance => ({
  ...instance,
  service: { ...instance.service, upstreamTimeoutMs: CALM_TIMEOUT_MS },
})

/** Work of an instance that nothing goes wrong with; `lateMs`: how far its clock is ahead. */
export async function calmly<C extends Pick<ChangedClient, 'providers'>, T>(
  path: string,
  client: C,
  lateMs: number,
  work: (instance: Instance, client: C) => Promise<T>,
): Promise<T> {
  const instance = await openInstance(path, client.providers, { lateMs })
  try {
    return await work(instance, client)
  } finally {
    await instance.close()
  }
}
