/**
 * The history across clients on the index of the DynamoDB table. The index follows the table within a
 * second or so, and an item may get there after a younger one: a reader that continues from a cursor looks
 * a little further back.
 */

import type { Head } from '../log/entry.ts'
import { newestOf } from '../log/heads.ts'
import { jobIdOf, requestIdOf } from '../resource.ts'
import type { Search, Store } from '../store.ts'
import {
  FEED,
  FIRST,
  feedAtOf,
  type Item,
  OTHERS,
  placeOf,
  resourceOfItem,
} from './dynamodb-items.ts'
import type { Queries } from './dynamodb-query.ts'

/** No item gets into the index later than this (milliseconds); ours, with ample room for clocks too. */
const LATEST_MS = 60_000
/** Items that are looked at for the heads of one checkpoint, beside those that may be late. */
const HEADS = 1_000

export function createFeed(
  { queryFeed }: Pick<Queries, 'queryFeed'>,
  now: () => number,
): Pick<Store, 'search' | 'heads'> {
  return {
    search: async ({ provider, actor, outcome, from, to, after, limit }: Search) => {
      const begin = from === undefined ? FIRST : startOf(from)
      const end = to === undefined ? undefined : startOf(to)
      const place = after === undefined ? undefined : feedAtOf(after)
      const last = end === undefined || place === undefined ? (end ?? place) : earlier(end, place)
      // DynamoDB refuses a range that ends before it begins.
      if (last !== undefined && last < begin) return []
      const items = await queryFeed({
        equal: {
          provider,
          ...(actor === undefined ? {} : { actor }),
          ...(outcome === undefined ? {} : { outcome }),
        },
        from: begin,
        ...(last === undefined ? {} : { to: last }),
        // One more, since the place that a page begins after belongs to the range.
        limit: limit + 1,
        newestFirst: true,
      })
      return items
        .filter((item) => item.feedAt?.S !== place)
        .slice(0, limit)
        .map((item) => ({ place: placeOf(item), ...headOf(item) }))
    },
    heads: async (since = '0', of = 'clients') => {
      const isMeant = of === 'clients' ? isOfClient : () => true
      // What a clock that is ahead has written waits for its time: no reader looks back from there.
      const time = now()
      const before = Math.min(Number(since), time)
      const between = (at: number, end: number) => ({
        partition: of === 'clients' ? FEED : OTHERS,
        equal: {},
        from: startOf(at),
        to: startOf(end),
      })
      const late = await queryFeed(between(Math.max(before - LATEST_MS, 0), before + 1))
      let begin = before + 1
      for (;;) {
        const grown = await queryFeed({ ...between(begin, time + 1), limit: HEADS })
        const last = grown.at(-1) ?? late.at(-1)
        const more = grown.length === HEADS
        // Jobs alone give no checkpoint, which would then be looked for here for ever.
        if (more && last !== undefined && !grown.map(headOf).some(isMeant)) {
          begin = Math.max(placeOf(last).at, begin + 1)
          continue
        }
        return {
          heads: newestOf([...late, ...grown].map(headOf).filter(isMeant)),
          cursor: last === undefined ? since : String(placeOf(last).at),
          more,
        }
      }
    },
  }
}

/** Before every item of a time. */
const startOf = (at: number) => feedAtOf({ at, mark: '' })

function headOf(item: Item): Head {
  return {
    resource: resourceOfItem(item),
    seq: Number(item.sk?.S),
    hash: item.hash?.S ?? '',
  }
}

const isOfClient = ({ resource }: Head) =>
  jobIdOf(resource) === undefined && requestIdOf(resource) === undefined

const earlier = (one: string, other: string) => (one < other ? one : other)
