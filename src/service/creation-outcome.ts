/**
 * What became of a creation whose answer was lost: a client that looks as planned and in whose log
 * nothing stands. A provider's own ids are all that names a client, and they are told by the answer only.
 */

import { type Json, memberOf } from '../core/json.ts'
import type { Mapping, Native } from '../core/mapping.ts'
import { sameState, stateOf } from '../core/mapping.ts'
import type { Call } from '../providers/provider.ts'
import { following } from '../store/chain.ts'
import { resourceOf } from '../store/resource.ts'
import type { Service } from './service.ts'
import { type Running, type Settled, waitForLate } from './settle.ts'

/** Clocks of providers and ours differ by less than this (milliseconds); ours. */
export const CLOCK_SKEW_MS = 60_000

/**
 * Looks for it. One that fits is taken for it; several are a conflict, since one of them is somebody
 * else's, and so is a provider that cannot tell. `mayLand`: the request may still be on its way.
 */
export async function findCreation(
  service: Service,
  running: Running,
  call: Call,
  mayLand: boolean,
): Promise<Settled> {
  let found = await fitting(service, running, call)
  if (found?.length === 0 && mayLand) {
    await waitForLate(service, call)
    found = await fitting(service, running, call)
  }
  if (found === undefined) {
    return { outcome: mayLand ? 'conflict' : 'not_applied', native: undefined }
  }
  const [one, ...more] = found
  if (more.length > 0) return { outcome: 'conflict', native: undefined }
  return { outcome: one === undefined ? 'not_applied' : 'applied', native: one }
}

async function fitting(
  service: Service,
  { intent, provider, ref, next }: Running,
  call: Call,
): Promise<readonly Native[] | undefined> {
  const { creation, mapping } = provider
  const since = intent.at - CLOCK_SKEW_MS
  const candidates = await creation?.find(ref, next, since, call)
  if (creation === undefined || candidates === undefined) return undefined
  const found: Native[] = []
  for (const native of candidates) {
    if (!sameState(mapping, asPlanned(mapping, next, native), next)) continue
    const log = resourceOf({ ...ref, id: creation.idOf(native) })
    const first = (await service.store.entries(log, { limit: 1 }))[0]
    // A log that this very creation has begun is its own.
    const ours = first?.kind === 'created' && first.operationId === intent.operationId
    if (first === undefined || ours) found.push(native)
  }
  return found
}

/**
 * The planned record with the values that the provider holds: what it makes up for a new client (id,
 * secret, times) is left out, and what it has dropped is missing.
 */
export function asPlanned(mapping: Mapping, next: Native, native: Native): Native {
  const settings = stateOf(mapping, next)
  return Object.fromEntries(
    Object.entries(next).flatMap(([name, value]): [string, Json][] => {
      if (!Object.hasOwn(settings, name)) return [[name, value]]
      const held = memberOf(native, name)
      return held === undefined ? [] : [[name, held]]
    }),
  )
}

/** Begins the log of a client that was made, before its creation is closed; gives its id. */
export async function beginLog(
  service: Service,
  { intent, provider, ref }: Running,
  native: Native | undefined,
): Promise<string | undefined> {
  if (native === undefined || provider.creation === undefined) return undefined
  const { fingerprints, store } = service
  const id = provider.creation.idOf(native)
  const { operationId, requestId, actor, copiedFrom } = intent
  // Where the log has begun already, this very creation was found and recorded before.
  await store.append(
    following(undefined, {
      kind: 'created' as const,
      resource: resourceOf({ ...ref, id }),
      at: service.now(),
      operationId,
      requestId,
      actor,
      tag: fingerprints.ofState(provider.mapping, native),
      state: fingerprints.masked(provider.mapping, native),
      ...(copiedFrom === undefined ? {} : { copiedFrom }),
    }),
  )
  return id
}
