/**
 * The history across clients on the index of the DynamoDB table. The index follows the table within a
 * second or so, and an item may get there after a younger one: whoever reads on from a cursor looks a
 * little further back.
 */

import { FIRST, feedAtOf, type Item, placeOf, resourceOfItem } from './dynamodb-items.ts'
import type { Queries } from './dynamodb-query.ts'
import type { Head } from './entry.ts'
import type { Search, Store } from './store.ts'

/** No item gets into the index later than this (milliseconds); ours, with ample room. */
const LATEST_MS = 60_000

export function createFeed({
  queryFeed,
}: Pick<Queries, 'queryFeed'>): Pick<Store, 'search' | 'heads'> {
  return {
    search: async ({ provider, actor, outcome, from, to, after, limit }: Search) => {
      const end = to === undefined ? undefined : feedAtOf({ at: to, mark: '' })
      const place = after === undefined ? undefined : feedAtOf(after)
      const items = await queryFeed({
        equal: {
          provider,
          ...(actor === undefined ? {} : { actor }),
          ...(outcome === undefined ? {} : { outcome }),
        },
        from: from === undefined ? FIRST : feedAtOf({ at: from, mark: '' }),
        ...(end === undefined && place === undefined ? {} : { to: earlier(end, place) }),
        // One more, since the place that a page begins after belongs to the range.
        limit: limit + 1,
        newestFirst: true,
      })
      return items
        .filter((item) => item.feedAt?.S !== place)
        .slice(0, limit)
        .map((item) => ({ place: placeOf(item), ...headOf(item) }))
    },
    heads: async (since) => {
      const from =
        since === undefined ? FIRST : feedAtOf({ at: Number(since) - LATEST_MS, mark: '' })
      const items = await queryFeed({ equal: {}, from })
      const found = new Map<string, Head>()
      for (const item of items) found.set(resourceOfItem(item), headOf(item))
      const last = items.at(-1)
      const cursor = last === undefined ? (since ?? '0') : String(placeOf(last).at)
      return { heads: [...found.values()], cursor }
    },
  }
}

function headOf(item: Item): Head {
  return {
    resource: resourceOfItem(item),
    seq: Number(item.sk?.S),
    hash: item.hash?.S ?? '',
  }
}

function earlier(one: string | undefined, other: string | undefined): string {
  if (one === undefined || other === undefined) return one ?? other ?? ''
  return one < other ? one : other
}
