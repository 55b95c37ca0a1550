/** Looking for clients by name, where a provider has no such search. */

import type { ListPage } from './provider.ts'

/** Ids of all clients of a name, over all pages. */
export async function idsNamed(
  name: unknown,
  pageAt: (cursor: string | undefined) => Promise<ListPage>,
): Promise<readonly string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await pageAt(cursor)
    ids.push(...items.filter((item) => item.name === name).map(({ id }) => id))
    if (next === undefined) return ids
    cursor = next
  }
}
