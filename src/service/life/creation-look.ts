/**
 * One search for a client whose creation was not answered: which clients may be the new one, and
 * how strong the evidence for each is.
 */

import { memberOf } from '../../core/json/json.ts'
import { withoutPaths } from '../../core/json/paths.ts'
import { holdsSent } from '../../core/json/sent.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import type { Creation } from '../../providers/creation.ts'
import type { Entry } from '../../store/log/entry.ts'
import { creationResource, resourceOf } from '../../store/resource.ts'
import { openSealed, type Sealed } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import type { Running } from '../operation/running.ts'

/** The clocks of providers and ours differ by less than this (milliseconds; our choice). */
export const CLOCK_SKEW_MS = 60_000

/** A client that the creation may have made. */
export interface Candidate {
  readonly id: string
  readonly native: Native
  /**
   * `ours`: it is the new client. `like`: it has all that was sent. `other`: it may still be the
   * new client.
   */
  readonly match: 'ours' | 'like' | 'other'
}

/** `undefined`: the provider has no way to find out. */
export async function look(
  service: Service,
  running: Running,
  creation: Creation,
  call: Call,
): Promise<readonly Candidate[] | undefined> {
  const { provider, ref, next } = running
  const search = {
    next,
    since: sinceOf(running),
    isKnown: async (id: string) => isOther(running, await firstOf(service, running, id)),
  }
  // A search may read every client of a pool, which must not delay running changes.
  const candidates = await creation.find(ref, search, { ...call, urgent: false })
  if (candidates === undefined) return undefined
  // Read before the logs: a creation that is closed by then has begun the log of its client.
  const rivals = candidates.length === 0 ? [] : await rivalsOf(service, running)
  const holds = ({ next: target }: Pick<Sealed, 'next'>, native: Native) =>
    target === null ||
    holdsSent(withoutHidden(provider.mapping, creation.sent(target), native), native)
  const matches = candidates.map(async ({ native, proven }): Promise<Candidate> => {
    const id = creation.idOf(native)
    const first = await firstOf(service, running, id)
    if (proven || isOurs(running, first)) return { id, native, match: 'ours' }
    const like = first === undefined && holds({ next }, native)
    const contested = rivals.some((rival) => holds(rival, native))
    return { id, native, match: like && !contested ? 'like' : 'other' }
  })
  return Promise.all(matches)
}

const sinceOf = ({ intent }: Running) => intent.at - CLOCK_SKEW_MS

async function firstOf({ store }: Service, { ref }: Running, id: string) {
  const [first] = await store.entries(resourceOf({ ...ref, id }), { limit: 1 })
  return first
}

const isOurs = ({ intent }: Running, first: Entry | undefined) =>
  first?.kind === 'created' && first.operationId === intent.operationId

/** Whether the first entry of a client's log shows that it is another client. */
const isOther = (running: Running, first: Entry | undefined) =>
  first !== undefined && !isOurs(running, first) && isOfAnother(first, sinceOf(running))

/**
 * What other open creations there will make: a client that one of them may have made is
 * not attributed to this one. A record that cannot be opened may be of any client.
 */
async function rivalsOf(
  service: Service,
  { intent, ref }: Running,
): Promise<readonly Pick<Sealed, 'next'>[]> {
  const open = await service.store.openIntents()
  const others = open.filter(
    ({ operationId, resource }) =>
      operationId !== intent.operationId && resource === creationResource(ref, operationId),
  )
  return Promise.all(others.map(async (one) => (await openSealed(service, one)) ?? { next: null }))
}

/**
 * Whether the log of a client shows that it is another client. A log that a change has begun since
 * proves nothing: someone may have found the new client in a list and changed it.
 */
function isOfAnother(first: Entry, since: number): boolean {
  if (first.kind === 'created' || first.at < since) return true
  return first.kind === 'intent' && first.action === 'adopt'
}

/** The sent record without the secrets that reads do not show to this server. */
function withoutHidden({ secretPaths }: Mapping, request: Native, native: Native): Native {
  return withoutPaths(
    request,
    secretPaths.filter((path) => memberOf(native, path.split('.')[0] ?? path) === undefined),
  )
}

/** The clients of an earlier search that have not proved to be others since. */
export async function stillUnknown(
  service: Service,
  running: Running,
  ids: readonly string[],
): Promise<readonly string[]> {
  const logs = await Promise.all(ids.map((id) => firstOf(service, running, id)))
  return ids.filter((_, index) => !isOther(running, logs[index]))
}
