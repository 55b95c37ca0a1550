/**
 * The head of a client's log: nothing new begins while a change is open there, and what someone else
 * changed since is recorded before a change is planned.
 */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import { type Mapping, sameState } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { following } from '../../store/log/chain.ts'
import type { Entry } from '../../store/log/entry.ts'
import { overAt } from '../../store/log/over.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Watch } from '../../store/store.ts'
import { appendFitting } from '../base/entry-append.ts'
import { tagOf } from '../base/fresh-read.ts'
import { openState, storedChanges, storedState } from '../base/record-storage.ts'
import type { ChangeRequest, ClientSnapshot } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { busy } from '../base/turns.ts'
import { keyInUse } from './key-errors.ts'
import { type Settling, settle } from './settle.ts'

/** The standing of a log's client, from its newest entry. */
export async function standingOf(
  { store }: Pick<Service, 'store'>,
  resource: string,
): Promise<Standing | undefined> {
  return (await store.last(resource))?.standing
}

/** Another instance was first; the attempt starts again. */
export const LOST_RACE = Symbol('lost race')

/** Pause between two looks at another instance's open intent (milliseconds, with jitter). */
const POLL_MS = 50
/** The same where a watch reports its end: word of it can be lost with a connection. */
const LOOK_MS = 500

/**
 * Returns the newest entry, after any open change has been settled.
 * @throws ClientError `client_busy`; `key_in_use` if that change has the same key
 */
export async function settledHead(
  service: Service,
  { ref, deadline, key }: Pick<ChangeRequest, 'ref' | 'deadline' | 'key'>,
  settling: Settling = 'waiting',
): Promise<Entry | undefined> {
  let watch: Watch | undefined
  try {
    for (;;) {
      const last = await service.store.last(resourceOf(ref))
      if (last?.kind !== 'intent') return last
      if (service.now() >= deadline) throw busy()
      const end = overAt(last, service.store)
      if (service.now() >= end) await settle(service, last, deadline, settling)
      else if (key !== undefined && last.key === key.log) throw keyInUse()
      else if (watch !== undefined) await watch.grown(waitMs(service, end, deadline))
      else {
        // What ends between the look above and the beginning of the watch is seen by the next look.
        watch = service.store.watch?.(resourceOf(ref))
        if (watch === undefined) await service.sleep(POLL_MS * (0.5 + Math.random()))
      }
    }
  } finally {
    watch?.end()
  }
}

/** Until something is to be done, if no one says so before; with another look now and then. */
function waitMs({ now }: Service, ...times: readonly number[]): number {
  return Math.min(LOOK_MS, Math.max(Math.min(...times) - now(), 1))
}

/**
 * Records a change that someone else made since the last recorded state. Returns the entry that precedes
 * the next one.
 */
export async function noteOutsideChange(
  service: Service,
  { ref, provider }: Pick<ChangeRequest, 'ref' | 'provider'>,
  head: Entry | undefined,
  base: Native,
  baseTag: string,
): Promise<Entry | undefined | typeof LOST_RACE> {
  if (head === undefined || tagOf(head) === undefined) return head
  const { mapping } = provider
  const snapshot = { native: base, tag: baseTag }
  if (isRecorded(service, mapping, head, snapshot)) return head
  const before = recordedState(service, head)
  return recordOutsideChange(service, ref, head, { provider, before, ...snapshot })
}

/**
 * Whether a client is in the state that an entry recorded. Another release of this program can classify the same
 * settings differently, so a different fingerprint alone is not a change.
 */
export function isRecorded(
  service: Service,
  mapping: Mapping,
  entry: Entry,
  { native, tag }: Pick<ClientSnapshot, 'native' | 'tag'>,
): boolean {
  if (tagOf(entry) === tag) return true
  const before = recordedState(service, entry)
  return before !== undefined && sameRecord(service, mapping, before, native)
}

const recordedState = (service: Service, entry: Entry): Native | undefined =>
  'state' in entry && entry.state !== undefined
    ? openState(service, entry.resource, entry.state)
    : undefined

/** Whether two records are the same as far as they are stored. */
function sameRecord(
  { fingerprints }: Service,
  mapping: Mapping,
  one: Native,
  other: Native,
): boolean {
  return sameState(mapping, fingerprints.masked(mapping, one), fingerprints.masked(mapping, other))
}

interface Outside {
  readonly provider: Provider
  /** The last known record, with or without its secrets; absent: unknown. */
  readonly before: Native | undefined
  readonly native: Native
  /** Fingerprint of `native`. */
  readonly tag: string
}

/** Appends an outside change to the log that ends with `head`. */
export async function recordOutsideChange(
  service: Service,
  ref: ClientRef,
  head: Entry | undefined,
  { provider: { mapping }, before, native, tag }: Outside,
): Promise<Entry | typeof LOST_RACE> {
  const resource = resourceOf(ref)
  // Older versions masked less than this one does. A fingerprint is not masked again.
  const masked = (record: Native) => service.fingerprints.masked(mapping, record)
  const changes =
    before === undefined ? [] : diffClients(mapping, masked(before), masked(native), (text) => text)
  const entry = await appendFitting(service.store, changes, (fitting) =>
    following(head, {
      kind: 'outside_change' as const,
      resource,
      at: service.now(),
      tag,
      state: storedState(service, resource, mapping, native),
      changes: storedChanges(service, resource, mapping, fitting),
    }),
  )
  return entry ?? LOST_RACE
}

/** RFC 9110 section 13.1.1: strong comparison; `*` holds for any client that exists. */
export function checkPrecondition(ifMatch: readonly string[] | undefined, tag: string): void {
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(tag)) return
  throw new ClientError(
    'precondition_failed',
    'The client has changed since it was read (If-Match no longer holds). Nothing was sent. Read it again.',
    { field: 'If-Match' },
  )
}
