/** Pages of the local clients, sorted by id, so that none is shown twice or skipped when others come or go. */

import { isRecord, type Json } from '../../core/json/json.ts'
import { tooLarge } from '../../core/patch/bounds.ts'
import type { Documents } from '../../store/documents.ts'
import type { Listed, ListPage } from '../provider.ts'
import { CLIENTS, clientIds } from './clients.ts'
import { providing } from './records.ts'

const PAGE_SIZE = 100

/** The page after the client that the cursor names. */
export function listClients(documents: Documents, cursor = ''): Promise<ListPage> {
  return providing(async () => {
    const remaining = (await clientIds(documents)).filter((id) => id > cursor)
    const page = remaining.slice(0, PAGE_SIZE)
    const last = page.at(-1)
    const items: Listed[] = []
    for (const id of page) items.push(...(await listed(documents, id)))
    return {
      items,
      ...(remaining.length > PAGE_SIZE && last !== undefined ? { next: last } : {}),
    }
  })
}

async function listed(documents: Documents, id: string): Promise<readonly Listed[]> {
  const native: Json | undefined = await documents.get(CLIENTS, id)
  if (native === undefined) return []
  // Reading it shows what is wrong with it.
  if (!isRecord(native) || tooLarge(native) !== undefined) return [{ id }]
  const { client_name: name } = native
  return [typeof name === 'string' ? { id, name, native } : { id, native }]
}
