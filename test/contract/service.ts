/**
 * A real service for tests: a real SQLite file, real keys, real time; only the pauses are short. `npm run test:postgres` runs
 * some of them on PostgreSQL (`BENCH_STORE`).
 */

import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Patch, parseMergePatch } from '../../src/core/patch/patch.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { Call, ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { WAITS_MS } from '../../src/service/approval/request-states.ts'
import { createLate } from '../../src/service/base/late-work.ts'
import type { ChangeRequest, ChangeResult } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { DEFAULT_SHARES } from '../../src/service/lease/lease-share.ts'
import type { StoreKeys } from '../../src/store/keys/keys.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { keysOfFile } from '../fixtures/store-keys.ts'
import type { PostgresPlace } from '../postgres/place.ts'

export interface Bench {
  readonly service: Service
  readonly database: Database
  readonly path: string
  /** The installation's key, 32 bytes. */
  readonly key: Uint8Array
  /** What it seals with. */
  readonly keys: StoreKeys
  change(ref: ClientRef, client: object, options?: Partial<ChangeRequest>): Promise<ChangeResult>
  /** One more instance on the same store, as another process has it; closed with this one. */
  another(more?: { readonly key?: Uint8Array }): Promise<Bench>
  close(): Promise<void>
}

/** So long that no call over loopback is late on a busy machine (milliseconds). */
export const UPSTREAM_TIMEOUT_MS = 2_000

/**
 * For suites that lose or stall answers, most of whose tests wait as long as this. Mutation runs have more: a call that
 * is late on a busy machine would pass for a mutant that a test has noticed.
 */
export const LOST_ANSWERS: Surroundings = {
  upstreamTimeoutMs: Number(process.env.MUTATION_UPSTREAM_MS ?? '250'),
}

export interface Surroundings {
  readonly path?: string
  readonly key?: Uint8Array
  readonly upstreamTimeoutMs?: number
  /** Where the log is in place of the file. */
  readonly place?: PostgresPlace
}

/** The variable by which a run has the log on PostgreSQL, and all else as it is. */
const isOnPostgres = process.env.BENCH_STORE === 'postgresql'

/** Opens a store in a folder of its own and puts a service on it. */
export async function openBench(
  providers: ReadonlyMap<string, Provider>,
  surroundings: Surroundings = {},
): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-'))
  const { path = join(folder, 'clientry.db'), key = randomBytes(32) } = surroundings
  const { upstreamTimeoutMs = UPSTREAM_TIMEOUT_MS } = surroundings
  const database = await openDatabase(path)
  const keys = await keysOfFile(database, key)
  const own = isOnPostgres && surroundings.place === undefined
  const { place = own ? await (await import('../postgres/place.ts')).openPlace() : undefined } =
    surroundings
  const service: Service = {
    store: place === undefined ? createSqliteStore(database) : place.store(),
    seal: keys.seal,
    fingerprints: createFingerprints(keys.digestKey),
    providers,
    turns: createTurns(Date.now),
    keysInUse: new Set(),
    late: createLate(),
    leaseShares: DEFAULT_SHARES,
    requestsWaitMs: WAITS_MS,
    permits: () => new Set(PERMISSIONS),
    upstreamTimeoutMs,
    now: Date.now,
    sleep: (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds)),
    newId: randomUUID,
  }
  const others: Bench[] = []
  return {
    service,
    database,
    path,
    key,
    keys,
    another: async (more = {}) => {
      const other = await openBench(providers, {
        ...surroundings,
        path,
        key,
        ...(place && { place }),
        ...more,
      })
      others.push(other)
      return other
    },
    change: async (ref, client, options = {}) =>
      changeClient(service, { ...requestFor(service, ref, client), ...options }),
    close: async () => {
      for (const other of others.splice(0)) await other.close()
      await service.store.close()
      if (own) await place?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A change request by a test caller, with ten seconds to go. */
export function requestFor(service: Service, ref: ClientRef, client: object): ChangeRequest {
  const provider = service.providers.get(ref.provider)
  if (provider === undefined) throw new TypeError(`no provider ${ref.provider}`)
  const patch: Patch = parseMergePatch(client as never)
  return {
    ref,
    provider,
    patch,
    dryRun: false,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    requestId: randomUUID(),
    deadline: Date.now() + 10_000,
  }
}

/** A call to a provider that has time on a busy machine. */
export const callInTime = (operationId = 'test'): Call => ({
  deadline: Date.now() + 60_000,
  timeoutMs: 30_000,
  operationId,
})
