/**
 * The mirror on DynamoDB, which every process has in its memory: a snapshot that is read when it is first needed, and the log
 * of what came after it. Only the records of the clients on a page are read, all of them by one call. What waits in the log of a client
 * has a marker that is put before its intent (`behind`), and comes with the query for what is new.
 */

import type { JsonObject } from '../../../core/json/json.ts'
import { PAGE_CHARACTERS } from '../../../core/patch/bounds.ts'
import { joinedHolders, type Mirror, type MirrorEntry } from '../../mirror.ts'
import {
  type Item,
  logOf,
  MIRROR,
  markerOf,
  mirrorMarkerKey,
  sortKeyOf,
  timeOf,
} from '../dynamodb-items.ts'
import type { Queries } from '../dynamodb-query.ts'
import { createBlobs } from './mirror-blobs.ts'
import { findRows, holdersAt } from './mirror-finder.ts'
import { createMirrorLog } from './mirror-log.ts'
import { createRecords } from './mirror-records.ts'
import {
  clientOf,
  mayClaim,
  type PlaceState,
  placeIn,
  positionOf,
  type Row,
  roundAt,
  taskOf,
} from './mirror-state.ts'

/** What was asked for so lately is not asked for again (milliseconds): a request begins with `behind`, which always asks. */
const RECENT_MS = 500
/** A marker whose intent never came is removed after this time (milliseconds). */
const ABANDONED_MS = 3_600_000

interface Calls extends Pick<Queries, 'put' | 'query' | 'getAll'> {
  /** Removes an item, if the condition holds; never fails. */
  remove(key: Item, condition?: JsonObject): Promise<void>
  now(): number
}

export function createDynamodbMirror({ put, query, getAll, remove, now }: Calls): Mirror {
  const blobs = createBlobs({ put, query, getAll, remove })
  const records = createRecords({ put, getAll, blobs, removeIf: remove })
  const log = createMirrorLog({ put, query, remove, blobs, now })
  const recent = () => log.recent(RECENT_MS)

  async function caughtUp(resource: string, at: number): Promise<void> {
    await remove(mirrorMarkerKey(resource), {
      ConditionExpression: '#at <= :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': { S: timeOf(at) } },
    })
  }

  /** Whether there is an outcome after the intent of a marker; the marker then goes with any outcome. */
  async function hasOutcome(item: Item): Promise<boolean> {
    const { resource, seq } = markerOf(item)
    const from = sortKeyOf(seq)
    const items = await query(logOf(resource), { from, limit: 2 })
    if (items.length === 2) {
      if (Number(item.at?.S) > 0) await put(...settledMarker(item))
      return true
    }
    if (items.length === 0 && Number(item.at?.S) < now() - ABANDONED_MS)
      await caughtUp(resource, now())
    return false
  }

  async function entriesOf(
    found: readonly { readonly place: PlaceState; readonly row: Row }[],
  ): Promise<readonly (MirrorEntry | undefined)[]> {
    const wanted = found.map(({ place, row }) => ({ client: clientOf(place, row), row }))
    const kept = await records.getAll(wanted)
    return found.map(({ place, row }, index) => {
      const one = kept[index]
      if (one === undefined) return undefined
      const { tag, record, at } = one
      return { client: clientOf(place, row), tag, record, at, position: positionOf(place, row) }
    })
  }

  return {
    put: async ({ client, tag, record, at, text, terms }, own, resource) => {
      await records.put({ client, tag, record, at }, own)
      await log.append({ do: 'put', client: nameOf(client), at, own, text, terms })
      if (resource !== undefined) await caughtUp(resource, at)
    },
    remove: async (client, at, resource) => {
      await log.append({ do: 'remove', client: nameOf(client), at })
      await records.remove(client, at)
      if (resource !== undefined) await caughtUp(resource, at)
    },
    find: async (client) => {
      const place = placeIn(await recent(), client)
      const row = place?.ids.get(client.id)
      return place && row && (await entriesOf([{ place, row }]))[0]
    },
    search: async (search) => {
      const { rows, next } = await findRows(await recent(), search)
      const entries = await entriesOf(rows)
      const matches: MirrorEntry[] = []
      let characters = 0
      for (const [index, one] of entries.entries()) {
        if (one === undefined) continue
        matches.push(one)
        characters += one.record.length
        if (characters >= PAGE_CHARACTERS && index < entries.length - 1)
          return { matches, next: one.position }
      }
      return { matches, ...(next === undefined ? {} : { next }) }
    },
    holders: async (term, places, limit) => {
      const state = await recent()
      return joinedHolders(
        places.map((place) => holdersAt(state, term, place, limit)),
        limit,
      )
    },
    knowledge: async (places) => {
      const state = await recent()
      return places.map((place) => {
        const known = placeIn(state, place)
        let oldest = Number.POSITIVE_INFINITY
        for (const { at } of known?.ids.values() ?? []) oldest = Math.min(oldest, at)
        return {
          place,
          complete: known?.complete === true,
          ...(Number.isFinite(oldest) ? { oldest } : {}),
        }
      })
    },
    sizes: async (places) => {
      const state = await recent()
      return places.map((place) => placeIn(state, place)?.ids.size ?? 0)
    },
    behind: async (limit) => {
      await log.now()
      const markers = [...log.behind()].sort(
        (one, other) => Number(one.at?.S) - Number(other.at?.S),
      )
      const resources: string[] = []
      for (const item of markers.slice(0, limit)) {
        if (await hasOutcome(item)) resources.push(markerOf(item).resource)
      }
      return resources
    },
    caughtUp,
    forget: async (place) => {
      await log.append({ do: 'forget', place })
    },
    claim: async (claim, at, until) => {
      const state = await log.now()
      await log.tidy()
      const place = placeIn(state, claim.place)
      if (place !== undefined && !mayClaim(place, claim, at)) return false
      // A claim that is good for half of that time need not be renewed.
      const isOwn = place?.claimedBy === claim.owner
      if (isOwn && place.claimedUntil - at > (until - at) / 2) return true
      return (await log.append({ do: 'claim', ...claim, now: at, until })).holds === true
    },
    release: async (claim) => {
      await log.append({ do: 'release', ...claim })
    },
    round: async (claim, at, due) => {
      const place = placeIn(await recent(), claim.place)
      if (place === undefined || place.claimedBy !== claim.owner) return undefined
      if (place.started !== undefined) return place.started
      if (roundAt(place, at, due) === undefined) return undefined
      return (await log.append({ do: 'round', ...claim, now: at, due })).began
    },
    task: async (place) => taskOf(placeIn(await recent(), place)),
    listed: async (claim, { seen, unread }, next) => {
      await log.append({
        do: 'listed',
        ...claim,
        seen,
        unread,
        ...(next === undefined ? {} : { next }),
      })
    },
    relist: async (claim) => {
      await log.append({ do: 'relist', ...claim })
    },
    settled: async (claim, id, failed) => {
      await log.append({ do: 'settled', ...claim, id, failed })
    },
    removeUnseen: async (claim) => {
      await recent()
      const { removed = [] } = await log.append({ do: 'removeUnseen', ...claim })
      await blobs.inTurns(removed, (client) => records.remove(client, now()))
      return removed.length
    },
  }
}

/** Its own members alone: what else a caller's object has is no matter of the log. */
const nameOf = ({ provider, userPoolId, id }: MirrorEntry['client']) => ({
  provider,
  ...(userPoolId === undefined ? {} : { userPoolId }),
  id,
})

/** A marker whose intent has its outcome: it goes with any outcome that is stored. */
const settledMarker = (item: Item) =>
  [
    { pk: { S: MIRROR }, sk: item.sk ?? {}, marker: item.marker ?? {}, at: { S: timeOf(0) } },
    {
      ConditionExpression: '#at = :at AND marker = :marker',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': item.at ?? {}, ':marker': item.marker ?? {} },
    },
  ] as const
