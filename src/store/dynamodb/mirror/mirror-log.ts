/**
 * The log of the mirror, and the state that comes of it. Steps are numbered items of one partition, each put if its number
 * is absent; steps of one process that wait at the same time go into one item. A process that only writes needs the
 * number of the last item; one that reads has the newest snapshot and what came after it, and asks for what is new by one
 * query, which also gives what is behind.
 */

import { randomUUID } from 'node:crypto'
import { ClientError } from '../../../core/errors.ts'
import { FIRST, type Item, MIRROR, sortKeyOf } from '../dynamodb-items.ts'
import type { Queries } from '../dynamodb-query.ts'
import { type Blob, type Blobs, packed, unpacked } from './mirror-blobs.ts'
import { createPending, isPending } from './mirror-pending.ts'
import { type Manifest, restOf, segmentOf, stateOf } from './mirror-snapshot.ts'
import { type Effect, emptyState, type MirrorState, type Step, take } from './mirror-state.ts'

/** Sort keys: the manifest, then the steps, then what is behind, and snapshots on their way. One range has all that is new. */
const MANIFEST = '0'
const stepKey = (number: number) => `1:${sortKeyOf(number)}`
export const BEHIND = '2:'
const END = '~'

/** Steps of one item, and their length; a longer one is a blob. */
const BATCH = { steps: 500, characters: 200_000 }
const INLINE_BYTES = 350 * 1024
/** Items after the snapshot, and characters of them, from which on a new one is made: by who reads places, and by anyone. */
const SNAPSHOT_AFTER = {
  refreshing: { items: 400, characters: 2 ** 20 },
  reading: { items: 2_000, characters: 4 * 2 ** 20 },
}
/** How often a snapshot is read that others are replacing, and a step is tried that others precede. */
const LOADS = 5
const TRIES = 50

interface Loaded {
  readonly state: MirrorState
  /** The number of the last step that is in the state. */
  last: number
  /** That of the first step that may still be in the table. */
  first: number
  manifest: Manifest | undefined
  /** The length of the steps that are in no snapshot. */
  characters: number
}

interface Waiting {
  readonly step: Step
  resolve(effect: Effect): void
  reject(error: unknown): void
}

type Calls = Pick<Queries, 'put' | 'query'> & {
  readonly blobs: Blobs
  remove(key: Item): Promise<void>
  now(): number
}

export type MirrorLog = ReturnType<typeof createMirrorLog>

export function createMirrorLog({ put, query, remove, blobs, now: clock }: Calls) {
  const pending = createPending({ put, remove, blobs, now: clock })
  let loaded: Loaded | undefined
  /** One after the other: what is read, and what is appended. */
  let turn: Promise<unknown> = Promise.resolve()
  let syncedAt = Number.NEGATIVE_INFINITY
  let behind: readonly Item[] = []
  let unfinished: readonly Item[] = []
  let waiting: Waiting[] = []
  /** The number of the last item that a process without the state has seen. */
  let seen: number | undefined

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  const stepsOf = async (item: Item): Promise<readonly Step[]> => {
    if (item.blob?.S === undefined)
      return (await unpacked(Buffer.from(item.steps?.B ?? '', 'base64'))) as unknown as Step[]
    const blob = JSON.parse(item.blob.S) as Blob
    return ((await blobs.getAll([blob])).get(blob[0]) ?? []) as unknown as Step[]
  }

  async function load(): Promise<Loaded> {
    for (let tries = 0; tries < LOADS; tries += 1) {
      const manifest = manifestOf(await query(MIRROR, { from: MANIFEST, to: MANIFEST }))
      const upTo = manifest?.upTo ?? 0
      const named = Object.entries(manifest?.segments ?? {})
      const wanted = manifest === undefined ? [] : [manifest.rest, ...named.map(([, blob]) => blob)]
      const values = await blobs.getAll(wanted)
      // Another process has made a newer one meanwhile.
      if (values.size < wanted.length) continue
      const segments = new Map(named.map(([key, [id]]) => [key, values.get(id) ?? null]))
      const state =
        manifest === undefined ? emptyState() : stateOf(values.get(manifest.rest[0]), segments)
      const first = (manifest?.from ?? 0) + 1
      const now: Loaded = { state, last: upTo, first, manifest, characters: 0 }
      if (await follow(now, await query(MIRROR, { from: stepKey(upTo + 1), to: END }))) return now
    }
    throw new ClientError(
      'store_unavailable',
      'The mirror of the clients is being renewed. Try again later.',
      { retryAfter: 5 },
    )
  }

  /** Takes the steps that come next; `false`: there is a gap, since what came between was in a snapshot. */
  async function follow(now: Loaded, items: readonly Item[]): Promise<boolean> {
    for (const item of items) {
      const number = numberOf(item)
      if (number === undefined || number <= now.last) continue
      if (number !== now.last + 1) return false
      for (const step of await stepsOf(item)) take(now.state, step)
      now.last = number
      now.characters += item.steps?.B?.length ?? BATCH.characters
    }
    behind = items.filter(({ sk }) => sk?.S?.startsWith(BEHIND))
    unfinished = items.filter(isPending)
    return true
  }

  async function synced(): Promise<Loaded> {
    const before = performance.now()
    if (loaded !== undefined) {
      const items = await query(MIRROR, { from: stepKey(loaded.last + 1), to: END })
      // A step that fails halfway would be taken again from its beginning.
      const now = loaded
      loaded = undefined
      if (await follow(now, items)) loaded = now
    }
    loaded ??= await load()
    syncedAt = before
    // Who reads is not kept from it by what cannot be written.
    await snapshotFrom(loaded, SNAPSHOT_AFTER.reading).catch(() => undefined)
    return loaded
  }

  /** Puts steps that wait, as the next item. */
  async function flush(): Promise<void> {
    const batch = taken(waiting)
    if (batch.length === 0) return
    waiting = waiting.slice(batch.length)
    try {
      await append(batch)
    } catch (error) {
      // What came of the item is not known here; the next reading shows it.
      loaded = undefined
      seen = undefined
      for (const one of batch) one.reject(error)
    }
  }

  async function append(batch: readonly Waiting[]): Promise<void> {
    const steps = batch.map(({ step }) => step)
    const bytes = await packed(steps)
    const content =
      bytes.length <= INLINE_BYTES
        ? { steps: { B: bytes.toString('base64') } }
        : { blob: { S: JSON.stringify(await blobs.put(steps)) } }
    const writeId = { S: randomUUID() }
    for (let tries = 0; tries < TRIES; tries += 1) {
      const number = (loaded?.last ?? seen ?? (await newest())) + 1
      const item = { pk: { S: MIRROR }, sk: { S: stepKey(number) }, writeId, ...content }
      const isPut = await put(item, {
        ConditionExpression: 'attribute_not_exists(pk) OR writeId = :mine',
        ExpressionAttributeValues: { ':mine': writeId },
      })
      if (isPut !== undefined) return taking(batch, number, bytes.length)
      if (loaded === undefined) seen = await newest()
      else await synced()
    }
    throw new ClientError(
      'store_unavailable',
      'Too many processes write to the mirror of the clients at once. Try again later.',
      { retryAfter: 1 },
    )
  }

  function taking(batch: readonly Waiting[], number: number, characters: number): void {
    seen = number
    for (const { step, resolve } of batch)
      resolve(loaded === undefined ? {} : take(loaded.state, step))
    if (loaded === undefined) return
    loaded.last = number
    loaded.characters += characters
  }

  async function newest(): Promise<number> {
    const range = { from: FIRST, to: BEHIND, newestFirst: true, limit: 1 }
    const [item] = await query(MIRROR, range)
    return item === undefined ? 0 : (numberOf(item) ?? manifestOf([item])?.upTo ?? 0)
  }

  /** Makes a snapshot of what has changed since the last one, where so many items came after it. */
  async function snapshotFrom(now: Loaded, after: typeof SNAPSHOT_AFTER.reading): Promise<void> {
    const isDue = () =>
      now.last - (now.manifest?.upTo ?? 0) >= after.items || now.characters >= after.characters
    if (!isDue()) return
    // Another process may have made one meanwhile: what has changed since is less than what has changed here.
    const [item] = await query(MIRROR, { from: MANIFEST, to: MANIFEST })
    const before = item && manifestOf([item])
    if ((before?.upTo ?? 0) > now.last) return
    const upTo = before?.upTo ?? 0
    if (upTo !== (now.manifest?.upTo ?? 0)) now.characters = 0
    now.manifest = before
    if (!isDue()) return
    const attempt = await pending.begin(now.state.dirty.size + 1)
    const next = await written(now, before, attempt.ids)
    await trim(now, upTo, before?.former ?? [])
    attempt.check()
    const text = JSON.stringify(next.manifest)
    const isPut = await put(
      { pk: { S: MIRROR }, sk: { S: MANIFEST }, manifest: { S: text } },
      item === undefined
        ? {
            ConditionExpression: 'attribute_not_exists(pk) OR manifest = :after',
            ExpressionAttributeValues: { ':after': { S: text } },
          }
        : {
            ConditionExpression: 'manifest = :before OR manifest = :after',
            ExpressionAttributeValues: {
              ':before': { S: item.manifest?.S ?? '' },
              ':after': { S: text },
            },
          },
    )
    if (isPut === undefined) await blobs.remove(next.own)
    await attempt.end()
    if (isPut === undefined) return
    now.manifest = next.manifest
    now.characters = 0
    now.state.dirty.clear()
  }

  /** The segments that have changed, written anew. */
  async function written(now: Loaded, before: Manifest | undefined, ids: readonly string[]) {
    const segments: Record<string, Blob> = { ...before?.segments }
    const former: Blob[] = before === undefined ? [] : [before.rest]
    const own: Blob[] = []
    for (const [index, key] of [...now.state.dirty].entries()) {
      const replaced = segments[key]
      if (replaced !== undefined) former.push(replaced)
      const segment = segmentOf(now.state, key)
      if (segment === undefined) delete segments[key]
      else {
        const blob = await blobs.put(segment, ids[index])
        own.push(blob)
        segments[key] = blob
      }
    }
    const rest = await blobs.put(restOf(now.state), ids.at(-1))
    own.push(rest)
    const from = before?.upTo ?? 0
    const manifest: Manifest = { from, upTo: now.last, rest, segments, former }
    return { manifest, own }
  }

  /** The ids of all blobs that the manifest in the table names. */
  async function named(): Promise<ReadonlySet<string>> {
    const manifest = manifestOf(await query(MIRROR, { from: MANIFEST, to: MANIFEST }))
    if (manifest === undefined) return new Set()
    const { rest, segments, former } = manifest
    return new Set([rest, ...Object.values(segments), ...former].map(([id]) => id))
  }

  /** Removes what the last snapshot has made needless; those who are reading it have what they need. */
  async function trim(now: Loaded, upTo: number, former: readonly Blob[]): Promise<void> {
    await blobs.remove(former)
    const count = Math.max(upTo - now.first + 1, 0)
    const numbers = Array.from({ length: count }, (_, index) => now.first + index)
    await blobs.inTurns(numbers, (number) =>
      remove({ pk: { S: MIRROR }, sk: { S: stepKey(number) } }),
    )
    now.first = upTo + 1
  }

  return {
    /** Appends a step, and gives what it came to where this process knows the state. */
    append: (step: Step): Promise<Effect> => {
      const done = new Promise<Effect>((resolve, reject) => {
        waiting.push({ step, resolve, reject })
      })
      void inTurn(flush)
      return done
    },
    /** The state as it is in the table now. */
    now: async (): Promise<MirrorState> => (await inTurn(synced)).state,
    /** The state as it was a moment ago. */
    recent: async (withinMs: number): Promise<MirrorState> =>
      loaded !== undefined && performance.now() - syncedAt <= withinMs
        ? loaded.state
        : (await inTurn(synced)).state,
    /** Removes what is left of snapshots that were never named, and makes a new one where a round of reading has come so far. */
    tidy: (): Promise<void> =>
      inTurn(async () => {
        await pending.sweep(unfinished, named)
        if (loaded !== undefined) await snapshotFrom(loaded, SNAPSHOT_AFTER.refreshing)
      }),
    behind: (): readonly Item[] => behind,
  }
}

/** As many as one item takes; one at least. */
function taken(waiting: readonly Waiting[]): readonly Waiting[] {
  let characters = 0
  const end = waiting.findIndex(({ step }, index) => {
    characters += JSON.stringify(step).length
    return index > 0 && (index >= BATCH.steps || characters > BATCH.characters)
  })
  return end < 0 ? waiting : waiting.slice(0, end)
}

function numberOf({ sk }: Item): number | undefined {
  return sk?.S?.startsWith('1:') === true ? Number(sk.S.slice(2)) : undefined
}

function manifestOf(items: readonly Item[]): Manifest | undefined {
  const text = items.find(({ sk }) => sk?.S === MANIFEST)?.manifest?.S
  return text === undefined ? undefined : (JSON.parse(text) as Manifest)
}
