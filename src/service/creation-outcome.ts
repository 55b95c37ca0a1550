/**
 * What became of a creation whose answer was lost. A provider's own ids are all that names a client, and
 * only the answer shows the new one. So no second client is made unless two looks, with time between them
 * for the provider's list to catch up, find none that could be the one.
 */

import { ClientError } from '../core/errors.ts'
import { type Json, memberOf } from '../core/json.ts'
import type { Mapping, Native } from '../core/mapping.ts'
import { stateOf } from '../core/mapping.ts'
import { withoutPaths } from '../core/paths.ts'
import { holdsSent } from '../core/sent.ts'
import type { Creation } from '../providers/creation.ts'
import type { Call } from '../providers/provider.ts'
import { following } from '../store/chain.ts'
import type { Entry } from '../store/entry.ts'
import { resourceOf } from '../store/resource.ts'
import { keptState } from './kept.ts'
import type { Look, Service } from './service.ts'
import type { Running, Settled } from './settle.ts'

/** Clocks of providers and ours differ by less than this (milliseconds); ours. */
export const CLOCK_SKEW_MS = 60_000

/** Candidates that are recorded and named. */
const MAX_CANDIDATES = 20

/** A client that may be the one that was to be made. */
interface Found {
  readonly id: string
  readonly native: Native
  /** `ours`: it is the one. `like`: it holds all that was sent. `other`: it could still be the one. */
  readonly match: 'ours' | 'like' | 'other'
}

/**
 * Looks for the client. One that holds what was sent is taken for it. None at two looks: it was not made.
 * Anything else is a conflict, and so is a provider that has no way to find out.
 * @throws ClientError `deadline_exceeded`: there is no time left for the second look
 */
export async function findCreation(
  service: Service,
  running: Running,
  call: Call,
): Promise<Settled> {
  const { creation } = running.provider
  if (creation === undefined) return conflictOf([])
  const { operationId } = running.intent
  const waitMs = service.upstreamTimeoutMs + creation.listLagMs
  const earlier = service.looks.get(operationId)
  const isSecond = earlier !== undefined && service.now() >= earlier.at + waitMs
  let found = await look(service, running, creation, call)
  if (found === undefined) return conflictOf([])
  if (!isSecond && !found.some(isMatch)) {
    const first = earlier ?? { at: service.now(), ids: found.map(({ id }) => id) }
    service.looks.set(operationId, first)
    await pauseUntil(service, first.at + waitMs, call)
    found = (await look(service, running, creation, call)) ?? []
  }
  const settled = outcomeOf(found, service.looks.get(operationId))
  service.looks.delete(operationId)
  return settled
}

const isMatch = ({ match }: Found) => match !== 'other'

function outcomeOf(found: readonly Found[], first: Look | undefined): Settled {
  const [one, ...more] = found.filter(isMatch)
  const ours = found.find(({ match }) => match === 'ours')
  if (ours !== undefined) return { outcome: 'applied', native: ours.native }
  if (one !== undefined && more.length === 0) return { outcome: 'applied', native: one.native }
  // A list that has shown a client and no longer does so proves nothing.
  const ids = [...new Set([...found.map(({ id }) => id), ...(first?.ids ?? [])])]
  return ids.length === 0 ? { outcome: 'not_applied', native: undefined } : conflictOf(ids)
}

const conflictOf = (ids: readonly string[]): Settled => ({
  outcome: 'conflict',
  native: undefined,
  candidates: ids.slice(0, MAX_CANDIDATES),
})

/** `undefined`: the provider has no way to find out. */
async function look(
  service: Service,
  { intent, provider, ref, next }: Running,
  creation: Creation,
  call: Call,
): Promise<readonly Found[] | undefined> {
  const since = intent.at - CLOCK_SKEW_MS
  const firstOf = async (id: string) => {
    const [first] = await service.store.entries(resourceOf({ ...ref, id }), { limit: 1 })
    return first
  }
  const isOurs = (first: Entry | undefined) =>
    first?.kind === 'created' && first.operationId === intent.operationId
  const search = {
    next,
    since,
    isKnown: async (id: string) => {
      const first = await firstOf(id)
      return first !== undefined && !isOurs(first) && isOfAnother(first, since)
    },
  }
  // A search may read every client of a pool, and that must not hold up changes under way.
  const candidates = await creation.find(ref, search, { ...call, urgent: false })
  if (candidates === undefined) return undefined
  const sent = creation.sent(next)
  const found = candidates.map(async ({ native, proven }): Promise<Found> => {
    const id = creation.idOf(native)
    const first = await firstOf(id)
    if (proven || isOurs(first)) return { id, native, match: 'ours' }
    const like = first === undefined && holdsSent(shown(provider.mapping, sent, native), native)
    return { id, native, match: like ? 'like' : 'other' }
  })
  return Promise.all(found)
}

/**
 * Whether the log of a client shows that the client is another one. A log that a change has begun since
 * proves nothing: someone may have found the new client in a list and changed it.
 */
function isOfAnother(first: Entry, since: number): boolean {
  if (first.kind === 'created' || first.at < since) return true
  return first.kind === 'intent' && first.action === 'adopt'
}

/** What was sent without the secrets that reads do not show to this server. */
function shown({ secretPaths }: Mapping, sent: Native, native: Native): Native {
  return withoutPaths(
    sent,
    secretPaths.filter((path) => memberOf(native, path.split('.')[0] ?? path) === undefined),
  )
}

/** @throws ClientError `deadline_exceeded` when there is no time left after it */
async function pauseUntil(service: Service, time: number, { deadline }: Call): Promise<void> {
  if (time >= deadline) {
    throw new ClientError(
      'deadline_exceeded',
      "The new client may still come up in the provider's list, and the request has no time left to wait for that.",
    )
  }
  const left = time - service.now()
  if (left > 0) await service.sleep(left)
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
  const resource = resourceOf({ ...ref, id })
  const { operationId, requestId, actor, copiedFrom } = intent
  // Where the log has begun already, this very creation was found and recorded before.
  await store.append(
    following(undefined, {
      kind: 'created' as const,
      resource,
      at: service.now(),
      operationId,
      requestId,
      actor,
      tag: fingerprints.ofState(provider.mapping, native),
      state: keptState(service, resource, provider.mapping, native),
      ...(copiedFrom === undefined ? {} : { copiedFrom }),
    }),
  )
  return id
}
