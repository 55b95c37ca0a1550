/**
 * How far the events for a webhook have come: the newest entry of a log of its own. The server that appends the next entry
 * delivers, so that only one of several does, and a server that died is followed once its claim is over.
 */

import { following } from '../../store/log/chain.ts'
import type { Delivery } from '../../store/log/entry.ts'
import { deliveryResource } from '../../store/resource.ts'
import type { Store } from '../../store/store.ts'
import type { Service } from '../base/service.ts'

/** How long no one else delivers (milliseconds); longer than a round and the last request of it. */
export const CLAIM_MS = 60_000

/** What is to be delivered, and where it begins. */
export interface Course {
  readonly name: string
  /** When a replay begins (RFC 3339); each new value is one more replay. */
  readonly from?: string
}

/** A position without what only its log needs. */
export type Position = Omit<
  Delivery,
  'kind' | 'resource' | 'seq' | 'at' | 'previous' | 'hash' | 'standing' | 'claim'
>

export interface Taken {
  readonly position: Position
  /** Appends the position; with `until` (epoch ms) no one else delivers before. `false`: someone else has. */
  keep(position: Position, until?: number): Promise<boolean>
}

/**
 * The position of a webhook, if no one else works on it. One that is new begins now, and one that is replayed at its
 * beginning.
 */
export async function positionOf(
  service: Pick<Service, 'store' | 'now'>,
  course: Course,
  owner: string,
): Promise<Taken | undefined> {
  const { store, now } = service
  const resource = deliveryResource(course.name)
  let last = (await store.last(resource)) as Delivery | undefined
  if (last?.claim !== undefined && last.claim.owner !== owner && last.claim.until > now()) {
    return undefined
  }
  const keep: Taken['keep'] = async (position, until) => {
    const claim = until === undefined ? {} : { claim: { owner, until } }
    const body = { kind: 'delivery' as const, resource, at: now(), ...position, ...claim }
    const next: Delivery = following(last, body)
    if (!(await store.append(next))) return false
    last = next
    return true
  }
  const isReplay = course.from !== undefined && course.from !== last?.from
  if (last !== undefined && !isReplay) return { position: withoutLink(last), keep }
  const position = await firstPosition({ store, now }, course)
  // The next server would begin later.
  return (await keep(position)) ? { position, keep } : undefined
}

async function firstPosition(
  { store, now }: Pick<Service, 'store' | 'now'>,
  { from }: Course,
): Promise<Position> {
  const reachedAt = now()
  const rest = { delivered: {}, overdue: [], endings: { lookedAt: 0, ids: [] } }
  if (from !== undefined) {
    const notBefore = Date.parse(from)
    return { ...rest, cursor: START, reachedAt: notBefore, notBefore, from }
  }
  return { ...rest, cursor: await endOf(store), reachedAt, notBefore: reachedAt }
}

/** The cursor before everything, in every store. */
const START = '0'

async function endOf(store: Store): Promise<string> {
  for (let since: string | undefined; ; ) {
    const { cursor, more } = await store.heads(since)
    if (!more) return cursor
    since = cursor
  }
}

function withoutLink(entry: Delivery): Position {
  const { cursor, reachedAt, notBefore, from, delivered, overdue, endings } = entry
  const replay = from === undefined ? {} : { from }
  return { cursor, reachedAt, notBefore, ...replay, delivered, overdue, endings }
}
