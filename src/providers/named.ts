/** Looking for clients by name, where a provider has no such search. */

import { isClientError } from '../core/errors.ts'
import type { Native } from '../core/mapping.ts'
import type { ListPage } from './provider.ts'

/** Whole records of all clients of a name, over all pages; those that go meanwhile are passed over. */
export async function recordsNamed(
  name: unknown,
  pageAt: (cursor: string | undefined) => Promise<ListPage>,
  read: (id: string) => Promise<Native>,
): Promise<readonly Native[]> {
  const found: Native[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await pageAt(cursor)
    for (const item of items.filter((one) => one.name === name)) {
      const record = item.native ?? (await read(item.id).catch(gone))
      if (record !== undefined) found.push(record)
    }
    if (next === undefined) return found
    cursor = next
  }
}

function gone(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}
