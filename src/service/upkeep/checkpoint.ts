/**
 * Checkpoints: the heads of all logs but their own, which they are kept in. The chain of a log cannot
 * show that its newest entries are missing; a checkpoint can, and a loss in the checkpoints' own log is
 * shown by the last one that was recorded elsewhere (each is written to the operator's log).
 */

import { canonicalJson, type Json } from '../../core/json/json.ts'
import type { Fingerprints } from '../../core/secrecy/fingerprint.ts'
import type { ErasedName } from '../../store/erasing.ts'
import { following } from '../../store/log/chain.ts'
import type { Checkpoint, Head } from '../../store/log/entry.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { Store } from '../../store/store.ts'
import type { Service } from '../base/service.ts'

/** The most logs that one checkpoint names; more logs need several checkpoints. */
export const MAX_HEADS = 1_000
/** The cursor before everything, in every store. */
export const START = '0'

/** How far back a checkpoint with both cursors is looked for, while servers of an earlier version add some too. */
const LOOK_BACK = 50

/** Adds checkpoints for the logs that grew since the last one; returns the newest of the added ones. */
export async function addCheckpoint(service: Service): Promise<Checkpoint | undefined> {
  const { store } = service
  let last = (await store.last(CHECKPOINTS)) as Checkpoint | undefined
  let since = { cursor: last?.cursor, others: await othersCursor(store, last) }
  let added: Checkpoint | undefined
  for (;;) {
    const [clients, others] = await Promise.all([
      store.heads(since.cursor),
      store.heads(since.others, 'others'),
    ])
    const heads = [...clients.heads, ...others.heads]
    const lastHeads = await headsAt(store, last)
    const isCovered = last === undefined || last.others !== undefined
    if (isCovered && heads.every((head) => lastHeads.has(textOf(head)))) return added
    // A store may look further back and return heads again. All are named again, so that the checkpoints at
    // one cursor always show by themselves what is new.
    const before = { cursor: since.cursor ?? START, others: since.others ?? START }
    const after = { cursor: clients.cursor, others: others.cursor }
    for (let from = 0; from === 0 || from < heads.length; from += MAX_HEADS) {
      // If the process dies in between, the next one begins where this one did.
      const whole = from + MAX_HEADS >= heads.length
      const part = heads.slice(from, from + MAX_HEADS).map(headIn)
      const next = nextCheckpoint(service, last, part, whole ? after : before)
      // Another instance is adding checkpoints.
      if (!(await store.append(next))) return added
      last = next
      added = next
    }
    since = after
    if (!clients.more && !others.more) return added
  }
}

/** What a checkpoint names of it. */
const headIn = ({ resource, seq, hash }: Head): Head => ({ resource, seq, hash })

/** Where the logs that are not of clients were last named up to; `undefined`: never. */
async function othersCursor(
  store: Store,
  last: Checkpoint | undefined,
): Promise<string | undefined> {
  if (last === undefined || last.others !== undefined) return last?.others
  const range = { below: last.seq, newestFirst: true, limit: LOOK_BACK }
  const earlier = (await store.entries(CHECKPOINTS, range)) as readonly Checkpoint[]
  return earlier.find(({ others }) => others !== undefined)?.others
}

/** The heads named by the last checkpoint, and by those before it that end at the same place. */
async function headsAt(store: Store, last: Checkpoint | undefined): Promise<ReadonlySet<string>> {
  const headSet = new Set<string>()
  const isThere = (one: Checkpoint) => one.cursor === last?.cursor && one.others === last?.others
  for (let one = last; one !== undefined && isThere(one); ) {
    for (const head of one.heads) headSet.add(textOf(head))
    const range = { below: one.seq, newestFirst: true, limit: 1 }
    one = (await store.entries(CHECKPOINTS, range))[0] as Checkpoint | undefined
  }
  return headSet
}

const textOf = ({ resource, seq }: Head) => JSON.stringify([resource, seq])

/** The checkpoint after `last`. */
export function nextCheckpoint(
  service: Pick<Service, 'fingerprints' | 'now'>,
  last: Checkpoint | undefined,
  heads: readonly Head[],
  more: Pick<Checkpoint, 'cursor' | 'others' | 'erased'>,
): Checkpoint {
  const body = {
    kind: 'checkpoint' as const,
    resource: CHECKPOINTS,
    at: service.now(),
    heads,
    ...more,
  }
  const code = codeOf(service.fingerprints, { ...body, previous: last?.hash ?? '' })
  return following(last, { ...body, code })
}

/** Adds a checkpoint that says what is going to be left of entries whose hash is over all of their texts. */
export async function nameErased(
  service: Pick<Service, 'store' | 'fingerprints' | 'now'>,
  erased: readonly ErasedName[],
): Promise<void> {
  for (;;) {
    const last = (await service.store.last(CHECKPOINTS)) as Checkpoint | undefined
    const { cursor = START, others = last === undefined ? START : undefined } = last ?? {}
    const more = { cursor, ...(others === undefined ? {} : { others }), erased }
    if (await service.store.append(nextCheckpoint(service, last, [], more))) return
  }
}

/** The keyed code of a checkpoint, over its whole content and the checkpoint before it. */
export function codeOf(
  { ofText }: Fingerprints,
  {
    at,
    heads,
    cursor,
    others,
    previous,
    erased,
  }: Pick<Checkpoint, 'at' | 'heads' | 'cursor' | 'others' | 'previous' | 'erased'>,
): string {
  const content = [at, heads as unknown as Json, cursor, previous]
  const all = others === undefined ? content : [...content, others]
  const whole = erased === undefined ? all : [...all, { erased: erased as unknown as Json }]
  return ofText('checkpoint', canonicalJson(whole))
}
