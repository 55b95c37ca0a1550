/**
 * What the emulator holds: user pools with their app clients, secrets, identity providers and
 * resource servers. Records are kept as Describe shows them, members unknown to us included.
 */

import { copyOf } from '../copy.ts'
import { SETTINGS } from './members.ts'
import { refuse } from './refusal.ts'

export type ClientRecord = Readonly<Record<string, unknown>>

export interface ResourceServer {
  readonly identifier: string
  readonly scopes: readonly string[]
}

export interface PoolOptions {
  /** With the region before `_`, as in `eu-central-1_AbCdEf123`. */
  readonly id: string
  readonly name?: string
  /** Besides COGNITO, which every pool has. */
  readonly identityProviders?: readonly string[]
  readonly resourceServers?: readonly ResourceServer[]
  /** Completed with the members that Describe always shows. */
  readonly clients?: readonly ClientRecord[]
}

export interface Secret {
  readonly id: string
  readonly value: string
  /** Epoch seconds with milliseconds. */
  readonly createdAt: number
}

export interface Pool {
  readonly id: string
  readonly name: string
  /** Epoch seconds with milliseconds. */
  readonly createdAt: number
  readonly identityProviders: readonly string[]
  readonly resourceServers: readonly ResourceServer[]
  readonly clients: Map<string, ClientRecord>
  /** By client id, oldest first; a public client has none. */
  readonly secrets: Map<string, readonly Secret[]>
}

export interface Pools {
  add(options: PoolOptions): void
  /** Throws ResourceNotFoundException. */
  pool(id: string): Pool
  /** The record as stored; throws ResourceNotFoundException. */
  client(poolId: string, clientId: string): ClientRecord
  /** Stores a record as it is. A secret that it shows anew becomes the client's only one. */
  put(poolId: string, record: ClientRecord): void
  ids(): readonly string[]
  reset(): void
}

export function createPools(initial: readonly PoolOptions[]): Pools {
  const pools = new Map<string, Pool>()

  const self: Pools = {
    add: (options) => {
      pools.set(options.id, emptyPool(options))
      for (const record of options.clients ?? [])
        self.put(options.id, completed(options.id, record))
    },
    pool: (id) =>
      pools.get(id) ?? refuse('ResourceNotFoundException', `User pool ${id} does not exist.`),
    client: (poolId, clientId) =>
      self.pool(poolId).clients.get(clientId) ??
      refuse('ResourceNotFoundException', `User pool client ${clientId} does not exist.`),
    put: (poolId, record) => {
      const { clients, secrets } = self.pool(poolId)
      const { ClientId: id, ClientSecret: secret } = record
      if (typeof id !== 'string') throw new TypeError('A client record needs a ClientId')
      const shownBefore = clients.get(id)?.ClientSecret
      const remaining = (secrets.get(id) ?? []).filter(
        ({ value }) => value === secret || value !== shownBefore,
      )
      const isNew = typeof secret === 'string' && !remaining.some(({ value }) => value === secret)
      clients.set(id, copyOf(record))
      secrets.set(id, isNew ? [newSecret(id, secret, [])] : remaining)
    },
    ids: () => [...pools.keys()],
    reset: () => {
      pools.clear()
      for (const options of initial) self.add(options)
    },
  }
  self.reset()
  return self
}

/** Epoch seconds with milliseconds, as the service writes times. */
export function now(): number {
  return Date.now() / 1_000
}

/** A moment after `earlier` even within one millisecond, so that no two writes look the same. */
export function nowAfter(earlier: unknown): number {
  const least = typeof earlier === 'number' ? Math.round(earlier * 1_000) + 1 : 0
  return Math.max(Date.now(), least) / 1_000
}

/** Its id is `<client id>--<epoch>` (ClientSecretDescriptorType); milliseconds are our choice. */
export function newSecret(clientId: string, value: string, others: readonly Secret[]): Secret {
  const createdAt = nowAfter(others.at(-1)?.createdAt)
  return { id: `${clientId}--${Math.round(createdAt * 1_000)}`, value, createdAt }
}

function emptyPool({ id, name, identityProviders, resourceServers }: PoolOptions): Pool {
  return {
    id,
    name: name ?? id,
    createdAt: now(),
    identityProviders: identityProviders ?? [],
    resourceServers: resourceServers ?? [],
    clients: new Map(),
    secrets: new Map(),
  }
}

function completed(poolId: string, record: ClientRecord): ClientRecord {
  const settings = Object.entries(SETTINGS).flatMap(([name, { otherwise }]) =>
    otherwise === undefined ? [] : [[name, otherwise]],
  )
  const at = now()
  return {
    UserPoolId: poolId,
    ClientName: record.ClientId,
    CreationDate: at,
    LastModifiedDate: at,
    ...Object.fromEntries(settings),
    ...record,
  }
}
