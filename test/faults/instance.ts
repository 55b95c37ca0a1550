/**
 * One instance of the program as a scenario runs it, in process: it can stand still for ever at a crash
 * point, which is how it dies, and it tells which points it has passed.
 */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Json } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
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
/** Long enough for a loopback call of a busy process (milliseconds). */
export const UPSTREAM_TIMEOUT_MS = 150
/** Leaves room for a second attempt, which needs half a second (milliseconds). */
const DEADLINE_MS = 1_500
/** A busy machine is given this long for a late call to arrive (milliseconds). */
const LONGEST_LATE_MS = 2_000
export const CALM_DEADLINE_MS = 10_000
/** Tries on a machine that may be busy, before something is held to be broken. */
const TRIES = 20

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
  /** Whether what is on its way has arrived: it does so while settling waits for it, not after. */
  landed?(): boolean
}

/** Opens an instance on a file; `lateMs`: how far its clock is ahead. */
export async function openInstance(
  path: string,
  providers: ReadonlyMap<string, Provider>,
  { crash, lateMs = 0, landed }: InstanceOptions,
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
    leaseShares: DEFAULT_SHARES,
    upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS,
    now,
    sleep: async (milliseconds) => {
      const until = Date.now() + LONGEST_LATE_MS
      await new Promise((resume) => setTimeout(resume, milliseconds))
      while (landed?.() === false && Date.now() < until) await new Promise(setImmediate)
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

/** A list that both providers have; the change before and the change after add to it. */
const adding = (name: string) =>
  parseMergePatch({ allowedLogoutUrls: { add: [`https://app.example.com/${name}`] } })

/**
 * A change that nothing is to go wrong with; a name makes it its own. On a busy machine a call may take
 * too long, so it is tried again.
 */
export async function changeCalmly(
  instance: Instance,
  client: ChangedClient,
  asked: string | ChangeRequest['patch'],
): Promise<Answer> {
  const patch = typeof asked === 'string' ? adding(asked) : asked
  let answer: Answer
  for (let tries = 0; tries < TRIES; tries += 1) {
    answer = await changeWith(instance, client, patch, { deadlineMs: CALM_DEADLINE_MS })
    if (answer === undefined || 'outcome' in answer) return answer
  }
  return answer
}

/** Sweeps, several times if need be: what one could not settle is for the next. Gives what is left. */
export async function sweepUntilSettled({ service }: Instance): Promise<number> {
  let left = 0
  for (let sweeps = 0; sweeps < TRIES; sweeps += 1) {
    await sweep(service)
    left = (await service.store.openIntents()).length
    if (left === 0) return left
  }
  return left
}

/** A slow machine is given this long for a call (milliseconds). */
export const CALM_TIMEOUT_MS = 5_000

/** Work of an instance that nothing goes wrong with; `lateMs`: how far its clock is ahead. */
export async function calmly<C extends Pick<ChangedClient, 'providers'>, T>(
  path: string,
  client: C,
  lateMs: number,
  work: (instance: Instance, client: C) => Promise<T>,
): Promise<T> {
  const instance = await openInstance(path, client.providers, { lateMs })
  const service = { ...instance.service, upstreamTimeoutMs: CALM_TIMEOUT_MS }
  try {
    return await work({ ...instance, service }, client)
  } finally {
    await instance.close()
  }
}
