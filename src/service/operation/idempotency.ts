/**
 * Idempotency keys (guarantee G6). A key has a log of its own, in which each attempt says which
 * operation it is about to begin, before that operation's intent can be appended to the client's log.
 * An attempt first loads the head of the client's log and then the key's: any intent that is there
 * with this key was announced before. Any later one takes the number that this attempt's own intent
 * needs. So at most one intent is in force for a key, at whatever step a process dies.
 *
 * The operation is stored and not its answer: a repetition returns the outcome of the operation.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */

import { isClientError } from '../../core/errors.ts'
import { canonicalJson, type Json } from '../../core/json/json.ts'
import type { Fingerprints } from '../../core/secrecy/fingerprint.ts'
import type { Actor } from '../../store/log/actor.ts'
import { following } from '../../store/log/chain.ts'
import type { Intent, KeyUse } from '../../store/log/entry.ts'
import { overAt } from '../../store/log/over.ts'
import { keyResource } from '../../store/resource.ts'
import { candidatesFor } from '../access/fresh-look.ts'
import type { ChangeRequest, Key } from '../base/request.ts'
import { checkDeadline } from '../base/retry.ts'
import { callerOf, type Service } from '../base/service.ts'
import { settlementOf } from './actions.ts'
import { ignored } from './conflict.ts'
import { LOST_RACE } from './head.ts'
import { keyInUse, keyReused, keyWornOut } from './key-errors.ts'
import { settle } from './settle.ts'

/**
 * How many attempts without an effect a key allows: every later attempt has to look up each of them. A
 * caller that repeats a refused request would otherwise make each of its requests slower.
 */
export const MAX_USES = 500

/** The key was already used for this request; `intent` is absent if nothing had to change. */
export interface EarlierUse {
  readonly kind: 'used'
  readonly intent: Intent | undefined
}

/** The key is bound to this attempt. */
export interface Claimed {
  readonly kind: 'claimed'
  readonly use: KeyUse
  /** The operations of earlier attempts that had not recorded an intent. */
  readonly earlier: readonly string[]
}

/** A caller's key and the request that it is bound to, as fingerprints that reveal neither. */
export function keyOf({ ofText }: Fingerprints, caller: Actor, name: string, request: Json): Key {
  return {
    log: keyResource(ofText('idempotency key', JSON.stringify([callerOf(caller), name]))),
    fingerprint: ofText('keyed request', canonicalJson(request)),
  }
}

/**
 * Runs work unless a request with the same key is already running in this process.
 * @throws ClientError `key_in_use`
 */
export async function onlyOnce<T>(
  { keysInUse }: Service,
  { key, dryRun }: Pick<ChangeRequest, 'key' | 'dryRun'>,
  work: () => Promise<T>,
): Promise<T> {
  if (key === undefined || dryRun) return work()
  if (keysInUse.has(key.log)) throw keyInUse()
  keysInUse.add(key.log)
  try {
    return await work()
  } finally {
    keysInUse.delete(key.log)
  }
}

/**
 * Finds the operation that the key of a request was used for, or binds the key to this attempt. A
 * dry run has no effect that could be repeated, and uses no key.
 * @throws ClientError `key_reused`, `key_in_use`, `change_unresolved`, `deadline_exceeded`
 */
export async function claimKey(
  service: Service,
  { key, dryRun, deadline }: Pick<ChangeRequest, 'key' | 'dryRun' | 'deadline'>,
  operationId: string,
): Promise<EarlierUse | Claimed | typeof LOST_RACE | undefined> {
  if (key === undefined || dryRun) return undefined
  const uses = (await service.store.entries(key.log)) as readonly KeyUse[]
  const { earlierUse, without } = await findUse(service, key, uses, deadline)
  if (earlierUse !== undefined) return earlierUse
  if (uses.length >= MAX_USES) throw keyWornOut(MAX_USES)
  const use = following(uses.at(-1), useOf(service, key, operationId, false))
  const appended = await service.store.append(use)
  return appended ? { kind: 'claimed', use, earlier: without } : LOST_RACE
}

/**
 * Finds what the key of a request was used for, without claiming it.
 * @throws ClientError `key_reused`, `key_in_use`, `change_unresolved`, `deadline_exceeded`
 */
export async function findEarlierUse(
  service: Service,
  { key, dryRun, deadline }: Pick<ChangeRequest, 'key' | 'dryRun' | 'deadline'>,
): Promise<EarlierUse | undefined> {
  if (key === undefined || dryRun) return undefined
  const uses = (await service.store.entries(key.log)) as readonly KeyUse[]
  return (await findUse(service, key, uses, deadline)).earlierUse
}

/**
 * Records that the request changed nothing; `false` if another attempt took the key meanwhile, or is
 * running: what that attempt has just written must not be taken for an earlier state.
 */
export async function recordUnchanged(
  service: Service,
  { use, earlier }: Claimed,
): Promise<boolean> {
  for (const operationId of earlier) {
    if ((await service.store.operation(operationId)) !== undefined) return false
  }
  const key = { log: use.resource, fingerprint: use.fingerprint }
  return service.store.append(following(use, useOf(service, key, use.operationId, true)))
}

function useOf(service: Service, key: Key, operationId: string, unchanged: boolean) {
  return {
    kind: 'key_use' as const,
    resource: key.log,
    at: service.now(),
    fingerprint: key.fingerprint,
    operationId,
    unchanged,
  }
}

/** Finds what a key was used for; `without`: operations that have no intent yet, and perhaps never will. */
async function findUse(
  service: Service,
  { fingerprint }: Key,
  uses: readonly KeyUse[],
  deadline: number,
): Promise<{ readonly earlierUse?: EarlierUse; readonly without: readonly string[] }> {
  if (uses.some((use) => use.fingerprint !== fingerprint)) throw keyReused()
  const without: string[] = []
  if (uses.some(({ unchanged }) => unchanged)) {
    return { earlierUse: { kind: 'used', intent: undefined }, without }
  }
  for (const { operationId } of uses.toReversed()) {
    checkDeadline(service, deadline)
    const intent = await service.store.operation(operationId)
    if (intent === undefined) {
      without.push(operationId)
      continue
    }
    const closing =
      (await closingOf(service, intent)) ?? (await settledNow(service, intent, deadline))
    if (closing === undefined) throw keyInUse()
    if (closing.outcome === 'conflict') {
      const candidates = candidatesFor(service, intent, closing.candidates)
      throw settlementOf(intent).conflict(intent, candidates)
    }
    const { outcome, missed } = closing
    if (outcome === 'partly_applied' || (outcome === 'not_applied' && missed !== undefined)) {
      throw ignored(intent, outcome, missed)
    }
    if (closing.outcome === 'applied') return { earlierUse: { kind: 'used', intent }, without }
  }
  return { without }
}

async function closingOf({ store }: Service, { resource, seq }: Intent) {
  const [closing] = await store.entries(resource, { from: seq + 1, limit: 1 })
  return closing?.kind === 'outcome' ? closing : undefined
}

/**
 * Settles an operation that its own request has left open. A creation has a log of its own, so
 * only its key and the sweep find it. `undefined`: its outcome is not known yet.
 */
async function settledNow(service: Service, intent: Intent, deadline: number) {
  if (service.now() < overAt(intent, service.store)) return undefined
  await settle(service, intent, deadline).catch((error: unknown) => {
    if (!isClientError(error)) throw error
  })
  return closingOf(service, intent)
}
