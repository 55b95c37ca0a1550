/**
 * Reads that must not be older than what is recorded. A provider may answer for a while from a copy that is behind
 * (`Provider.readLagMs`): a plan over such a record would take back what was written a moment ago, and what it lacks would be
 * recorded as someone else's change.
 */

import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Entry } from '../../store/log/entry.ts'
import { resourceOf } from '../../store/resource.ts'
import { untilSeen } from './retry.ts'
import type { Service } from './service.ts'

/** Fingerprint of the last recorded state; `undefined`: unknown. */
export const tagOf = (head: Entry | undefined): string | undefined =>
  head !== undefined && 'tag' in head ? head.tag : undefined

interface Reading<N> {
  readonly provider: Provider
  readonly ref: ClientRef
  /** The newest entry of the client's log. */
  readonly head: Entry | undefined
  /** Epoch milliseconds. */
  readonly deadline: number
  read(): Promise<N>
}

/** Whether a read may show less than is recorded. */
export const mayBeBehind = (
  { now }: Pick<Service, 'now'>,
  { readLagMs = 0 }: Provider,
  head: Entry | undefined,
): boolean => head !== undefined && readLagMs > 0 && now() < head.at + readLagMs

/**
 * Reads until the record is none that was recorded before the newest one, or no copy can be behind any more. What someone else
 * has set since is no such record.
 * @throws ClientError as `read` does; `deadline_exceeded` where it cannot be known in time
 */
export async function readFresh<N extends Native | undefined>(
  service: Service,
  { provider, ref, head, deadline, read }: Reading<N>,
): Promise<N> {
  const newest = tagOf(head)
  if (head === undefined || newest === undefined || !mayBeBehind(service, provider, head)) {
    return read()
  }
  const { fingerprints } = service
  const former = await formerTags(service, ref, head)
  const isNewer = (native: N) => {
    const tag = native && fingerprints.ofState(provider.mapping, native)
    return tag === newest || (tag !== undefined && !former.has(tag))
  }
  const { readLagMs = 0 } = provider
  return untilSeen(service, deadline)(read, isNewer, head.at + readLagMs - service.now())
}

/** More changes than that of one client do not fit into the time. */
const ENTRIES = 200

/** Fingerprints of states that the log has from before. */
async function formerTags(
  { store }: Service,
  ref: ClientRef,
  { seq }: Entry,
): Promise<ReadonlySet<string>> {
  const from = Math.max(seq - ENTRIES, 1)
  const entries = await store.entries(resourceOf(ref), { from, below: seq })
  return new Set(
    entries.flatMap((entry) => ('baseTag' in entry ? entry.baseTag : (tagOf(entry) ?? []))),
  )
}
