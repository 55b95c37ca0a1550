/**
 * Checkpoints: what the clients' logs ended with, kept in a log of its own. The chain of a log cannot
 * tell that its newest entries are gone; a checkpoint can, and what a checkpoint's own log has lost is
 * told by the last one that was written down elsewhere (each is told to the operator's log).
 */

import type { Fingerprints } from '../core/fingerprint.ts'
import { canonicalJson, type Json } from '../core/json.ts'
import { following } from '../store/chain.ts'
import type { Checkpoint, Head } from '../store/entry.ts'
import { CHECKPOINTS } from '../store/resource.ts'
import type { Service } from './service.ts'

/** Logs that one checkpoint names at most; more make several checkpoints. */
const MAX_HEADS = 1_000

/** Adds checkpoints for what grew since the last one; gives the newest of those that were added. */
export async function addCheckpoint(service: Service): Promise<Checkpoint | undefined> {
  const { store } = service
  let last = (await store.last(CHECKPOINTS)) as Checkpoint | undefined
  let added: Checkpoint | undefined
  for (;;) {
    const { heads, cursor } = await store.heads(last?.cursor)
    const grown = heads.filter((head) => !isKnown(last, head))
    if (grown.length === 0) return added
    for (let from = 0; from < grown.length; from += MAX_HEADS) {
      const next = nextCheckpoint(service, last, grown.slice(from, from + MAX_HEADS), cursor)
      // Another instance is at it.
      if (!(await store.append(next))) return added
      last = next
      added = next
    }
  }
}

/** A store may give the last ones again, since its index may lag behind. */
const isKnown = (last: Checkpoint | undefined, { resource, seq }: Head) =>
  last?.heads.some((known) => known.resource === resource && known.seq === seq) ?? false

function nextCheckpoint(
  service: Service,
  last: Checkpoint | undefined,
  heads: readonly Head[],
  cursor: string,
): Checkpoint {
  const body = {
    kind: 'checkpoint' as const,
    resource: CHECKPOINTS,
    at: service.now(),
    heads,
    cursor,
  }
  const code = codeOf(service.fingerprints, { ...body, previous: last?.hash ?? '' })
  return following(last, { ...body, code })
}

/** The keyed code of a checkpoint, over everything that it says and the one before it. */
export function codeOf(
  { ofText }: Fingerprints,
  { at, heads, cursor, previous }: Pick<Checkpoint, 'at' | 'heads' | 'cursor' | 'previous'>,
): string {
  return ofText('checkpoint', canonicalJson([at, heads as unknown as Json, cursor, previous]))
}
