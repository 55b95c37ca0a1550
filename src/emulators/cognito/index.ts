/**
 * An emulator of Amazon Cognito's app client operations, on a real socket and as strict as the
 * service: signed requests, full replace on update, rules between members, the update lock, request
 * rates. Other emulators merge on update, and so hide the very mistake that costs settings.
 */

import { copyOf } from '../copy.ts'
import { type Emulator, type ListenOptions, listenAs } from '../server.ts'
import { type Controls, controlAnswer } from './control.ts'
import { createRateLimits, type Limits } from './limits.ts'
import { createUpdateLock } from './lock.ts'
import { addressOf, answerTo, operationName } from './operations.ts'
import {
  type ClientRecord,
  createPools,
  newSecret,
  nowAfter,
  type PoolOptions,
  type Pools,
} from './pools.ts'
import { failure } from './refusal.ts'

export type { Limits, Rates } from './limits.ts'
export type { ClientRecord, PoolOptions, ResourceServer } from './pools.ts'

export interface CognitoEmulatorOptions extends ListenOptions {
  readonly pools?: readonly PoolOptions[]
  /** `emulator` when absent. */
  readonly accessKeyId?: string
  /** `emulator-secret` when absent. */
  readonly secretAccessKey?: string
  /** Request rates; `none` when absent. */
  readonly limits?: Limits
  /** How long an update holds the lock of its pool, in milliseconds; 5 when absent, 0: no lock. */
  readonly lockMs?: number
}

export interface CognitoEmulator extends Emulator {
  /** Stores a record as it is, unknown members included, in place of any with its ClientId. */
  put(poolId: string, record: ClientRecord): void
  /** A copy of the stored record. */
  client(poolId: string, clientId: string): ClientRecord
  addPool(pool: PoolOptions): void
  /**
   * A setting that the service gets only later: writes take it, Describe shows it, and an update
   * without it resets it to `resetsTo`, or removes it.
   */
  addFutureMember(name: string, resetsTo?: unknown): void
  /** The values of the secrets that are live, oldest first. */
  secrets(poolId: string, clientId: string): readonly string[]
  /** Puts a secret beside the others, as someone else would. */
  addSecret(poolId: string, clientId: string, value: string): void
}

const DEFAULT_LOCK_MS = 5

export async function startCognitoEmulator(
  options: CognitoEmulatorOptions = {},
): Promise<CognitoEmulator> {
  const { accessKeyId = 'emulator', secretAccessKey = 'emulator-secret' } = options
  const pools = createPools(options.pools ?? [])
  const limits = createRateLimits(options.limits ?? 'none')
  const lock = createUpdateLock(options.lockMs ?? DEFAULT_LOCK_MS)
  const futureMembers = new Map<string, unknown>()
  const controls: Controls = {
    put: pools.put,
    client: (poolId, clientId) => copyOf(pools.client(poolId, clientId)),
    addPool: pools.add,
    addFutureMember: (name, resetsTo) => {
      futureMembers.set(name, resetsTo)
    },
    poolIds: pools.ids,
  }
  const gate = { keys: { accessKeyId, secretAccessKey }, limits }
  const emulator = await listenAs(
    {
      operation: operationName,
      answer: (request, name) => answerTo(request, name, gate, { pools, lock, futureMembers }),
      faultAnswer: (kind) => FAULTS[kind](),
      foreignWrite: (request, change) => writeForeign(pools, addressOf(request), change),
      reset: () => {
        pools.reset()
        limits.reset()
        futureMembers.clear()
      },
      control: (request, name) => controlAnswer(request, name, controls),
    },
    options,
  )
  const { poolIds, ...methods } = controls
  const secretsOf = (poolId: string, clientId: string) =>
    pools.pool(poolId).secrets.get(clientId) ?? []
  return {
    ...emulator,
    ...methods,
    secrets: (poolId, clientId) => secretsOf(poolId, clientId).map(({ value }) => value),
    addSecret: (poolId, clientId, value) => {
      const before = secretsOf(poolId, clientId)
      const added = newSecret(clientId, value, before)
      pools.pool(poolId).secrets.set(clientId, [...before, added])
    },
  }
}

const FAULTS = {
  throttle: () => failure('TooManyRequestsException', 'Rate exceeded'),
  error: () => failure('InternalErrorException', 'Internal error'),
  expired_credentials: () =>
    failure('ExpiredTokenException', 'The security token included in the request is expired'),
}

/** Sets members of the addressed client as another writer would; `undefined` and null remove one. */
function writeForeign(
  pools: Pools,
  { UserPoolId, ClientId }: ReturnType<typeof addressOf>,
  change: ClientRecord,
): void {
  if (!pools.ids().includes(UserPoolId)) return
  const { clients } = pools.pool(UserPoolId)
  const before = clients.get(ClientId)
  if (before === undefined) return
  const next = { ...before, LastModifiedDate: nowAfter(before.LastModifiedDate), ...change }
  const present = Object.entries(next).filter(([, value]) => value !== undefined && value !== null)
  clients.set(ClientId, copyOf(Object.fromEntries(present)))
}
