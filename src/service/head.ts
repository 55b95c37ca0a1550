/**
 * The head of a client's log: nothing new begins while a change is open there, and what somebody else
 * changed since is recorded before a change of ours is planned.
 */

import { diffClients } from '../core/diff.ts'
import type { Native } from '../core/mapping.ts'
import type { ClientRef, Provider } from '../providers/provider.ts'
import type { Entry } from '../store/store.ts'
import { resourceOf, type Service } from './service.ts'
import { settle } from './settle.ts'
import { busy } from './turns.ts'

interface Place {
  readonly ref: ClientRef
  readonly provider: Provider
  /** Epoch milliseconds. */
  readonly deadline: number
}

/** Pause between two looks at another instance's open intent (milliseconds, with jitter). */
const POLL_MS = 50

/** The newest entry, after any change that was left open has been settled. */
export async function settledHead(
  service: Service,
  { ref, deadline }: Place,
): Promise<Entry | undefined> {
  for (;;) {
    const last = await service.store.last(resourceOf(ref))
    if (last?.kind !== 'intent') return last
    if (service.now() >= deadline) throw busy()
    if (service.now() >= last.deadline) await settle(service, last, deadline)
    else await service.sleep(POLL_MS * (0.5 + Math.random()))
  }
}

/**
 * Records that somebody else changed the client since we last looked. Gives the sequence number that
 * comes next; `undefined` when another instance was first.
 */
export async function noteOutsideChange(
  service: Service,
  { ref, provider }: Place,
  head: Entry | undefined,
  base: Native,
  baseTag: string,
): Promise<number | undefined> {
  if (head === undefined) return 1
  const known = 'tag' in head ? head.tag : undefined
  if (known === undefined || known === baseTag) return head.seq + 1
  const state = service.fingerprints.masked(provider.mapping, base)
  const before = 'state' in head && head.state !== undefined ? head.state : state
  const appended = await service.store.append({
    kind: 'outside_change',
    resource: resourceOf(ref),
    seq: head.seq + 1,
    at: service.now(),
    tag: baseTag,
    state,
    // Both sides are masked already: a fingerprint stands for itself.
    changes: diffClients(provider.mapping, before, state, (text) => text),
  })
  return appended ? head.seq + 2 : undefined
}
