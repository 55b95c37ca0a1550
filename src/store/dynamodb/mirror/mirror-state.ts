/**
 * The mirror as one process has it in its memory: what it comes to when the steps of its log are taken one after the other.
 * Each step decides by the state before it alone, so that every process comes to the same.
 */

import type { Claim, Place, Task } from '../../mirror.ts'
import type { ClientName } from '../../resource.ts'

/** A client, without its record. */
export interface Row {
  readonly offset: number
  readonly id: string
  at: number
  /** As a change of ours left it. */
  own: boolean
  text: string
  terms: readonly string[]
  /** When the last round that saw it began. */
  seen: number
}

export interface Unread {
  readonly id: string
  tries: number
}

export interface PlaceState {
  readonly number: number
  readonly place: Place
  next: number
  complete: boolean
  claimedBy: string | undefined
  claimedUntil: number
  /** When the round that runs began; absent: none runs. */
  started: number | undefined
  begunAt: number | undefined
  listed: boolean
  cursor: string | undefined
  /** By their offset. */
  rows: (Row | undefined)[]
  readonly ids: Map<string, Row>
  readonly removed: Map<string, number>
  unread: Unread[]
}

export interface MirrorState {
  readonly places: Map<string, PlaceState>
  /** By term, once someone has asked for one. */
  terms: Map<string, Row | Set<Row>> | undefined
  /** What has changed since the last snapshot. */
  readonly dirty: Set<string>
}

interface ByClaim {
  readonly place: Place
  readonly owner: string
}

/** One step of the log. */
export type Step =
  | {
      readonly do: 'put'
      readonly client: ClientName
      readonly at: number
      readonly own: boolean
      readonly text: string
      readonly terms: readonly string[]
    }
  | { readonly do: 'remove'; readonly client: ClientName; readonly at: number }
  | { readonly do: 'forget'; readonly place: Place }
  | (ByClaim & { readonly do: 'claim'; readonly now: number; readonly until: number })
  | (ByClaim & { readonly do: 'release' | 'relist' | 'removeUnseen' })
  | (ByClaim & { readonly do: 'round'; readonly now: number; readonly due: number })
  | (ByClaim & {
      readonly do: 'listed'
      readonly seen: readonly string[]
      readonly unread: readonly string[]
      readonly next?: string
    })
  | (ByClaim & { readonly do: 'settled'; readonly id: string; readonly failed: boolean })

/** What a step came to, as far as someone wants to know. */
export interface Effect {
  readonly holds?: boolean
  readonly began?: number
  readonly removed?: readonly ClientName[]
}

/** A client that cannot be read so often is left as it is until the next round. */
const MAX_TRIES = 3
/** Clients that are removed in one step. */
const REMOVED_AT_ONCE = 200
/** A reading that began before a removal has ended by then (milliseconds). */
const LONGEST_READING_MS = 600_000
/** Clients that a place can ever have had. */
export const ROWS_OF_PLACE = 2 ** 40
/** Clients of one segment of a snapshot. */
export const SEGMENT = 2_048

export const emptyState = (): MirrorState => ({
  places: new Map(),
  terms: undefined,
  dirty: new Set(),
})

export const placeKey = ({ provider, userPoolId }: Place) =>
  JSON.stringify([provider, userPoolId ?? null])

export const segmentKey = (number: number, offset: number) =>
  `${number}:${Math.floor(offset / SEGMENT)}`

export const positionOf = ({ number }: PlaceState, { offset }: Row) =>
  number * ROWS_OF_PLACE + offset

export const clientOf = ({ place }: PlaceState, { id }: Pick<Row, 'id'>): ClientName => ({
  ...place,
  id,
})

export const emptyPlace = (number: number, { provider, userPoolId }: Place): PlaceState => ({
  number,
  place: { provider, ...(userPoolId === undefined ? {} : { userPoolId }) },
  next: 1,
  complete: false,
  claimedBy: undefined,
  claimedUntil: 0,
  started: undefined,
  begunAt: undefined,
  listed: false,
  cursor: undefined,
  rows: [],
  ids: new Map(),
  removed: new Map(),
  unread: [],
})

export const placeIn = ({ places }: MirrorState, place: Place): PlaceState | undefined =>
  places.get(placeKey(place))

/** Takes one step. */
export function take(state: MirrorState, step: Step): Effect {
  const place = ensured(state, step.do === 'put' || step.do === 'remove' ? step.client : step.place)
  switch (step.do) {
    case 'put':
      put(state, place, step)
      return {}
    case 'remove':
      remove(state, place, step)
      return {}
    case 'forget':
      for (const row of place.ids.values()) drop(state, place, row)
      Object.assign(place, {
        started: undefined,
        begunAt: undefined,
        cursor: undefined,
        complete: false,
        unread: [],
      })
      return {}
    case 'claim': {
      const holds = mayClaim(place, step, step.now)
      if (holds) Object.assign(place, { claimedBy: step.owner, claimedUntil: step.until })
      return { holds }
    }
    default:
      return place.claimedBy === step.owner ? inRound(state, place, step) : {}
  }
}

export const mayClaim = (
  { claimedBy, claimedUntil }: PlaceState,
  { owner }: Pick<Claim, 'owner'>,
  now: number,
) => claimedBy === owner || claimedUntil <= now

/** When the round that runs or is due began, or would begin. */
export function roundAt(place: PlaceState, now: number, due: number): number | undefined {
  if (place.started !== undefined) return place.started
  return place.begunAt !== undefined && place.begunAt > due ? undefined : now
}

/** What is to be done next in the round of a place. */
export function taskOf(place: PlaceState | undefined): Task {
  if (place?.started === undefined) return { kind: 'done' }
  const open = place.unread.filter(({ tries }) => tries < MAX_TRIES)
  const fewest = Math.min(...open.map(({ tries }) => tries))
  const next = open.find(({ tries }) => tries === fewest)
  // What failed is tried again when everything else has been done.
  if (next?.tries === 0) return { kind: 'read', id: next.id }
  if (!place.listed) return { kind: 'list', cursor: place.cursor }
  return next === undefined ? { kind: 'remove' } : { kind: 'read', id: next.id }
}

type RoundStep = Extract<
  Step,
  { readonly do: 'release' | 'relist' | 'removeUnseen' | 'round' | 'listed' | 'settled' }
>

/** A step of the one who has the claim. */
function inRound(state: MirrorState, place: PlaceState, step: RoundStep): Effect {
  switch (step.do) {
    case 'release':
      Object.assign(place, { claimedBy: undefined, claimedUntil: 0 })
      return {}
    case 'relist':
      Object.assign(place, { cursor: undefined, listed: false })
      return {}
    case 'round': {
      const began = roundAt(place, step.now, step.due)
      if (began === undefined) return {}
      if (place.started === undefined) {
        Object.assign(place, { started: began, begunAt: began, listed: false, cursor: undefined })
      }
      return { began }
    }
    case 'listed':
      listed(state, place, step)
      return {}
    case 'settled':
      if (!step.failed) place.unread = place.unread.filter(({ id }) => id !== step.id)
      else for (const one of place.unread) if (one.id === step.id) one.tries += 1
      return {}
    case 'removeUnseen':
      return { removed: removeUnseen(state, place) }
  }
}

function listed(
  state: MirrorState,
  place: PlaceState,
  { seen, unread, next }: Extract<Step, { readonly do: 'listed' }>,
): void {
  const started = place.started ?? 0
  for (const id of seen) {
    const row = place.ids.get(id)
    if (row === undefined) continue
    row.seen = started
    state.dirty.add(segmentKey(place.number, row.offset))
  }
  const waiting = new Set(place.unread.map(({ id }) => id))
  for (const id of unread) {
    // One that has been read since the round began needs no reading.
    const isRead = (place.ids.get(id)?.at ?? Number.NEGATIVE_INFINITY) >= started
    if (!isRead && !waiting.has(id)) place.unread.push({ id, tries: 0 })
  }
  Object.assign(place, { cursor: next, listed: next === undefined })
}

function removeUnseen(state: MirrorState, place: PlaceState): readonly ClientName[] {
  const { started } = place
  if (started === undefined) return []
  const unseen: Row[] = []
  for (const row of place.ids.values()) {
    if (row.seen >= started || row.at >= started) continue
    unseen.push(row)
    if (unseen.length === REMOVED_AT_ONCE) break
  }
  for (const row of unseen) drop(state, place, row)
  const removed = unseen.map((row) => clientOf(place, row))
  if (unseen.length === REMOVED_AT_ONCE) return removed
  const complete = place.unread.every(({ id }) => place.ids.has(id))
  Object.assign(place, { started: undefined, cursor: undefined, complete, unread: [] })
  for (const [id, at] of place.removed) {
    if (at < started - LONGEST_READING_MS) place.removed.delete(id)
  }
  return removed
}

function ensured(state: MirrorState, place: Place): PlaceState {
  const key = placeKey(place)
  const before = state.places.get(key)
  if (before !== undefined) return before
  const made = emptyPlace(state.places.size + 1, place)
  state.places.set(key, made)
  return made
}

function put(
  state: MirrorState,
  place: PlaceState,
  { client: { id }, at, own, text, terms }: Extract<Step, { readonly do: 'put' }>,
): void {
  const isOlder = (stored: number | undefined) =>
    stored !== undefined && (own ? at < stored : at <= stored)
  const before = place.ids.get(id)
  if (isOlder(place.removed.get(id)) || isOlder(before?.at)) return
  place.removed.delete(id)
  const row = before ?? { offset: place.next, id, at, own, text, terms: [], seen: 0 }
  if (before === undefined) {
    place.next += 1
    place.ids.set(id, row)
    place.rows[row.offset] = row
  }
  unindex(state, row)
  Object.assign(row, { at, own, text, terms })
  index(state, row)
  state.dirty.add(segmentKey(place.number, row.offset))
}

function remove(
  state: MirrorState,
  place: PlaceState,
  { client: { id }, at }: Extract<Step, { readonly do: 'remove' }>,
): void {
  const row = place.ids.get(id)
  if (row !== undefined && row.at > at) return
  place.removed.set(id, Math.max(at, place.removed.get(id) ?? at))
  if (row !== undefined) drop(state, place, row)
}

function drop(state: MirrorState, place: PlaceState, row: Row): void {
  unindex(state, row)
  place.ids.delete(row.id)
  delete place.rows[row.offset]
  state.dirty.add(segmentKey(place.number, row.offset))
}

/** The clients that have a term, by an index that is made at the first call. */
export function rowsWith(state: MirrorState, term: string): readonly Row[] {
  if (state.terms === undefined) {
    state.terms = new Map()
    for (const { ids } of state.places.values()) for (const row of ids.values()) index(state, row)
  }
  const rows = state.terms.get(term) ?? []
  return rows instanceof Set ? [...rows] : [rows].flat()
}

/** Most terms belong to one client, for which no set is made. */
function index({ terms }: MirrorState, row: Row): void {
  if (terms === undefined) return
  for (const term of row.terms) {
    const rows = terms.get(term)
    if (rows === undefined) terms.set(term, row)
    else if (rows instanceof Set) rows.add(row)
    else terms.set(term, new Set([rows, row]))
  }
}

function unindex({ terms }: MirrorState, row: Row): void {
  if (terms === undefined) return
  for (const term of row.terms) {
    const rows = terms.get(term)
    if (rows instanceof Set) rows.delete(row)
    else if (rows === row) terms.delete(term)
  }
}
