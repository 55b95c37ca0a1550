/** Pages one after the other, as one sequence. */

import type { Answer } from './api.ts'
import type { Page, PageQuery } from './types.ts'

/** The items of all pages from `query` on; the next page is asked for when it is needed. */
export async function* itemsOf<Item, Query extends PageQuery>(
  pageOf: (query: Query) => Promise<Answer<Page<Item>>>,
  query: Query,
): AsyncGenerator<Item, void, undefined> {
  let next: string | undefined
  do {
    const { body } = await pageOf(next === undefined ? query : { ...query, cursor: next })
    yield* body.items
    next = body.next
  } while (next !== undefined)
}
