/** Pages of the clients that are known here: no server with RFC 7592 lists its own. */

import type { ListPage } from '../provider.ts'
import type { Custody } from './custody.ts'

const PAGE_SIZE = 100

/** The page after the place that the cursor names. Ids alone: what they hold comes with the read of each. */
export async function listClients(custody: Custody, cursor = '0'): Promise<ListPage> {
  const { ids, next } = await custody.list(Number(cursor), PAGE_SIZE)
  return {
    items: ids.map(({ id }) => ({ id })),
    ...(next === undefined ? {} : { next: String(next) }),
  }
}
