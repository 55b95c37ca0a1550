/**
 * Snapshots of the mirror: of each place a segment for each so many clients, in columns, and one blob for the rest. One item
 * names them, the manifest, with the number of the last step that is in them. A conditional put replaces it.
 */

import type { Json } from '../../../core/json/json.ts'
import type { Blob } from './mirror-blobs.ts'
import {
  emptyPlace,
  emptyState,
  type MirrorState,
  type PlaceState,
  placeKey,
  type Row,
  SEGMENT,
  type Unread,
} from './mirror-state.ts'

export interface Manifest {
  /** The numbers of the last step that is in the snapshot before, after which none was removed, and in this one. */
  readonly from: number
  readonly upTo: number
  /** What is no part of a segment. */
  readonly rest: Blob
  /** By the key of the segment. */
  readonly segments: Readonly<Record<string, Blob>>
  /** What the snapshot before had beside that: those who are reading it find it until the next one. */
  readonly former: readonly Blob[]
}

type Rest = Omit<PlaceState, 'rows' | 'ids' | 'removed' | 'unread'> & {
  readonly removed: readonly (readonly [string, number])[]
  readonly unread: readonly Unread[]
}

/** Columns compress better than rows. */
interface Segment {
  readonly offsets: readonly number[]
  readonly ids: readonly string[]
  readonly ats: readonly number[]
  /** Offsets of those that a change of ours left so. */
  readonly own: readonly number[]
  readonly seen: readonly number[]
  readonly texts: readonly string[]
  readonly dictionary: readonly string[]
  /** Of each, by their places in the dictionary. */
  readonly terms: readonly (readonly number[])[]
}

export const restOf = ({ places }: MirrorState): readonly Rest[] =>
  Array.from(places.values(), ({ rows: _, ids: __, removed, unread, ...rest }) => ({
    ...rest,
    removed: [...removed],
    unread,
  }))

/** A segment by its key; `undefined`: there is no one in it any more. */
export function segmentOf({ places }: MirrorState, key: string): Segment | undefined {
  const [number = 0, block = 0] = key.split(':').map(Number)
  const place = [...places.values()].find((one) => one.number === number)
  const rows = (place?.rows.slice(block * SEGMENT, (block + 1) * SEGMENT) ?? []).filter(
    (row): row is Row => row !== undefined,
  )
  if (rows.length === 0) return undefined
  const dictionary = new Map<string, number>()
  const numberOf = (term: string) => {
    const known = dictionary.get(term) ?? dictionary.size
    dictionary.set(term, known)
    return known
  }
  return {
    offsets: rows.map(({ offset }) => offset),
    ids: rows.map(({ id }) => id),
    ats: rows.map(({ at }) => at),
    own: rows.filter(({ own }) => own).map(({ offset }) => offset),
    seen: rows.map(({ seen }) => seen),
    texts: rows.map(({ text }) => text),
    terms: rows.map(({ terms }) => terms.map(numberOf)),
    dictionary: [...dictionary.keys()],
  }
}

/** The state of a snapshot. */
export function stateOf(rest: Json | undefined, segments: ReadonlyMap<string, Json>): MirrorState {
  const state = emptyState()
  const numbers = new Map<number, PlaceState>()
  for (const { removed, unread, ...one } of (rest ?? []) as unknown as readonly Rest[]) {
    const place: PlaceState = {
      ...emptyPlace(one.number, one.place),
      ...one,
      removed: new Map(removed),
      unread: unread.map((each) => ({ ...each })),
    }
    state.places.set(placeKey(place.place), place)
    numbers.set(place.number, place)
  }
  // Clients have most of their terms in common.
  const shared = new Map<string, string>()
  for (const [key, segment] of segments) {
    const place = numbers.get(Number(key.split(':')[0]))
    if (place !== undefined) fill(place, segment as unknown as Segment, shared)
  }
  return state
}

function fill(place: PlaceState, segment: Segment, shared: Map<string, string>): void {
  const { offsets, ids, ats, own, seen, texts, dictionary, terms } = segment
  const ours = new Set(own)
  const words = dictionary.map((term) => {
    const before = shared.get(term) ?? term
    shared.set(term, before)
    return before
  })
  for (const [index, offset] of offsets.entries()) {
    const row: Row = {
      offset,
      id: ids[index] ?? '',
      at: ats[index] ?? 0,
      own: ours.has(offset),
      text: texts[index] ?? '',
      terms: (terms[index] ?? []).map((at) => words[at] ?? ''),
      seen: seen[index] ?? 0,
    }
    place.rows[offset] = row
    place.ids.set(row.id, row)
  }
}
