/**
 * Brings the mirror up with the log before it is read: what this server is about to store, and what another one, or
 * one that died, has recorded and not stored. So a caller finds what a change of theirs left, whichever server
 * they ask.
 */

import { isUnreadable } from '../../providers/unreadable.ts'
import type { Closing, Intent } from '../../store/log/entry.ts'
import type { Mirror } from '../../store/mirror.ts'
import { refOf } from '../../store/resource.ts'
import type { Range } from '../../store/store.ts'
import { openState } from '../base/record-storage.ts'
import type { Service } from '../base/service.ts'
import { settlementOf } from '../operation/actions.ts'
import { sightOf } from './mirror.ts'

/** Logs that are looked at in one turn. */
const AT_ONCE = 200

/** Entries of a log that are read at once. */
const NEAR = 4

/** @throws ClientError `store_unavailable` */
export async function catchUp(service: Service, mirror: Mirror): Promise<void> {
  await service.late.flush()
  for (;;) {
    const behind = await mirror.behind(AT_ONCE)
    for (const resource of behind) await catchUpWith(service, mirror, resource)
    if (behind.length < AT_ONCE) return
  }
}

/** Stores what the newest outcome of a log left; what cannot be opened is for the next round of reading. */
async function catchUpWith(service: Service, mirror: Mirror, resource: string): Promise<void> {
  const outcome = await newestOutcome(service, resource)
  if (outcome === undefined) return mirror.caughtUp(resource, Number.MAX_SAFE_INTEGER)
  const { intent, closing } = outcome
  const ref = refOf(resource)
  const provider = service.providers.get(ref.provider)
  const client = settlementOf(intent).left(ref, closing.created)
  const { state, tag, at, standing } = closing
  if (provider !== undefined && client !== undefined) {
    const native = state && openState(service, resource, state)
    // Without a state there was no client.
    if (state === undefined) return mirror.remove(client, at, resource)
    if (native !== undefined && tag !== undefined && !isUnreadable(native)) {
      const observation = { client, native, at, standing, tag }
      return mirror.put(sightOf(service, provider.mapping, observation), true, resource)
    }
  }
  return mirror.caughtUp(resource, at)
}

interface Outcome {
  readonly intent: Intent
  readonly closing: Closing
}

/** What was noticed since the newest outcome stands after it. */
async function newestOutcome({ store }: Service, resource: string): Promise<Outcome | undefined> {
  for (let below: number | undefined; below === undefined || below > 1; ) {
    const before: Range = below === undefined ? {} : { below }
    const entries = await store.entries(resource, { ...before, newestFirst: true, limit: NEAR })
    const at = entries.findIndex(({ kind }) => kind === 'outcome')
    const closing = entries[at]
    if (closing?.kind === 'outcome') {
      const [intent] = await store.entries(resource, { from: closing.seq - 1, limit: 1 })
      return intent?.kind === 'intent' ? { intent, closing } : undefined
    }
    below = entries.at(-1)?.seq ?? 1
  }
  return undefined
}
