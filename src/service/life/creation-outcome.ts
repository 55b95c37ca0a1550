/**
 * Finds the outcome of a creation whose answer was lost. Only the provider's own ids identify a client, and
 * only the answer shows the new id. So no second client is made unless two searches, with time between them
 * for the provider's list to catch up, find none that could be the new client.
 */

import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import { following } from '../../store/log/chain.ts'
import type { FirstLook } from '../../store/log/entry.ts'
import { lookResource, resourceOf } from '../../store/resource.ts'
import { storedState } from '../base/record-storage.ts'
import type { Service } from '../base/service.ts'
import { isOpen } from '../operation/read-back.ts'
import type { Running, Settled } from '../operation/running.ts'
import { type Candidate, look, stillUnknown } from './creation-look.ts'

/** The most candidates that are recorded and named. */
const MAX_CANDIDATES = 20

/** More candidates than this are a conflict at once, since an entry that lists them is bounded too. */
const MAX_LOOKED_AT = 1_000

/**
 * Searches for the client. One that has what was sent is taken for it. None in two searches: it was not made.
 * Anything else is a conflict, and so is a provider without a way to find out.
 * @throws ClientError `deadline_exceeded`: there is no time left for the second search; a later
 * attempt makes it
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
  const earlier = await firstLookOf(service, operationId)
  const isSecond = earlier !== undefined && service.now() >= earlier.at + waitMs
  if (running.sweeping && earlier !== undefined && !isSecond) throw tooEarly()
  let matches = await look(service, running, creation, call)
  if (matches === undefined) return conflictOf([])
  let first = earlier
  if (!isSecond && !matches.some(isMatch)) {
    const ids = matches.map(({ id }) => id)
    if (ids.length > MAX_LOOKED_AT) return conflictOf(ids)
    first ??= await recordLook(service, operationId, ids)
    if (running.sweeping) throw tooEarly()
    await pauseUntil(service, first.at + waitMs, call)
    matches = await look(service, running, creation, call)
    if (matches === undefined) return conflictOf(first.ids)
  }
  const settled = outcomeOf(matches, await stillUnknown(service, running, first?.ids ?? []))
  const { native } = settled
  if (native === undefined || !(await isOpen(service, running.intent))) return settled
  return { ...settled, native: (await creation.complete?.(native, call)) ?? native }
}

async function firstLookOf(
  { store }: Service,
  operationId: string,
): Promise<FirstLook | undefined> {
  const entry = await store.last(lookResource(operationId))
  return entry?.kind === 'look' ? entry : undefined
}

/**
 * Records a first search for the process that searches next; returns the search of another process
 * that was first.
 */
async function recordLook(
  service: Service,
  operationId: string,
  ids: readonly string[],
): Promise<FirstLook> {
  const resource = lookResource(operationId)
  const entry = following(undefined, {
    kind: 'look' as const,
    resource,
    at: service.now(),
    operationId,
    ids,
  })
  if (await service.store.append(entry)) return entry
  return (await firstLookOf(service, operationId)) ?? entry
}

const isMatch = ({ match }: Candidate) => match !== 'other'

/** `earlier`: ids of the clients that an earlier look found. */
function outcomeOf(matches: readonly Candidate[], earlier: readonly string[]): Settled {
  const [one, ...more] = matches.filter(isMatch)
  const ours = matches.find(({ match }) => match === 'ours')
  if (ours !== undefined) return { outcome: 'applied', native: ours.native }
  if (one !== undefined && more.length === 0) return { outcome: 'applied', native: one.native }
  // A list that no longer shows a client that it has shown proves nothing.
  const ids = [...new Set([...matches.map(({ id }) => id), ...earlier])]
  return ids.length === 0 ? { outcome: 'not_applied', native: undefined } : conflictOf(ids)
}

const conflictOf = (ids: readonly string[]): Settled => ({
  outcome: 'conflict',
  native: undefined,
  candidates: ids.slice(0, MAX_CANDIDATES),
})

const tooEarly = () =>
  new ClientError(
    'deadline_exceeded',
    "The new client may still appear in the provider's list, and there is no time left to wait for that.",
  )

/** @throws ClientError `deadline_exceeded` if no time would be left after it */
async function pauseUntil(service: Service, time: number, { deadline }: Call): Promise<void> {
  if (time >= deadline) throw tooEarly()
  const pause = time - service.now()
  if (pause > 0) await service.sleep(pause)
}

/** Begins the log of a new client, before its creation is closed; returns its id. */
export async function beginLog(
  service: Service,
  { intent, provider, ref }: Running,
  native: Native | undefined,
): Promise<string | undefined> {
  if (native === undefined || provider.creation === undefined) return undefined
  const { fingerprints, store } = service
  const id = provider.creation.idOf(native)
  const resource = resourceOf({ ...ref, id })
  const { operationId, requestId, actor, copiedFrom, approval, removeAt, becomes } = intent
  const standing = { ...becomes, ...(removeAt && { removal: { at: removeAt, actor } }) }
  // If the log has begun already, this same creation was found and recorded before.
  await store.append(
    following(undefined, {
      kind: 'created' as const,
      resource,
      at: service.now(),
      operationId,
      requestId,
      actor,
      tag: fingerprints.ofState(provider.mapping, native),
      state: storedState(service, resource, provider.mapping, native),
      ...(copiedFrom === undefined ? {} : { copiedFrom }),
      ...(approval === undefined ? {} : { approval }),
      ...(Object.keys(standing).length === 0 ? {} : { standing }),
    }),
  )
  return id
}
