/**
 * The checkpoint of a store that was copied. A checkpoint says where the next one begins, by a cursor of its own store; in another
 * store it means another place, or none. So a copy ends with checkpoints of its own, which name all that the copied ones
 * lack and whose cursor is the end of this store.
 */

import type { Checkpoint, Head } from '../../store/log/entry.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { HeadsOf } from '../../store/store.ts'
import type { Service } from '../base/service.ts'
import { MAX_HEADS, nextCheckpoint, START } from './checkpoint.ts'

type Parts = Pick<Service, 'store' | 'fingerprints' | 'now'>

/** `heads`: the newest entry of each log, of which that of the checkpoints is left out. */
export async function addCopyCheckpoint(
  service: Parts,
  heads: Iterable<Head>,
): Promise<Checkpoint | undefined> {
  const { store } = service
  const ends = { cursor: await endOf(service, 'clients'), others: await endOf(service, 'others') }
  const claims = await claimsIn(service)
  let last = (await store.last(CHECKPOINTS)) as Checkpoint | undefined
  const missing = [...heads].filter(
    ({ resource, seq }) => resource !== CHECKPOINTS && (claims.get(resource) ?? 0) < seq,
  )
  const isThere = last?.cursor === ends.cursor && last.others === ends.others
  if (missing.length === 0 && isThere) return last
  const start = { cursor: START, others: START }
  // One without heads still says where this store ends.
  for (let from = 0; from === 0 || from < missing.length; from += MAX_HEADS) {
    const isLast = from + MAX_HEADS >= missing.length
    const part = missing.slice(from, from + MAX_HEADS)
    const next = nextCheckpoint(service, last, part, isLast ? ends : start)
    if (!(await store.append(next))) return undefined
    last = next
  }
  return last
}

/** The cursor after everything. */
async function endOf({ store }: Parts, of: HeadsOf): Promise<string> {
  for (let since: string | undefined; ; ) {
    const { cursor, more } = await store.heads(since, of)
    if (!more) return cursor
    since = cursor
  }
}

/** The furthest number that checkpoints name of each log. */
async function claimsIn({ store }: Parts): Promise<ReadonlyMap<string, number>> {
  const claims = new Map<string, number>()
  for (let from = 1; ; from += 1) {
    const [entry] = await store.entries(CHECKPOINTS, { from, limit: 1 })
    if (entry === undefined) return claims
    for (const { resource, seq } of (entry as Checkpoint).heads)
      claims.set(resource, Math.max(claims.get(resource) ?? 0, seq))
  }
}
