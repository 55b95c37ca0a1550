/** Opens a store on PostgreSQL; loaded only where a configuration names one. */

import { randomUUID } from 'node:crypto'
import type { PostgresPlace } from '../config/store/config-store.ts'
import type { StoreKeys } from '../store/keys/keys.ts'
import { checkOpen } from '../store/layout/layout.ts'
import { type Connections, createConnections } from '../store/postgres/connections.ts'
import { postgresLayout } from '../store/postgres/layout/postgres-layout.ts'
import { createPostgresSchema } from '../store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../store/postgres/postgres.ts'
import type { OpenedStore } from './opened-store.ts'
import { checkId, checkMissing } from './store-check.ts'

/** @throws ClientError `store_unavailable`, and `invalid_request` if it is not the intended store */
export async function openPostgres(
  store: PostgresPlace,
  mayCreate: boolean,
  evenClosed = false,
): Promise<OpenedStore> {
  const connections = connectionsTo(store)
  try {
    const schema = createPostgresSchema(connections)
    const place = `the schema ${store.schema} of the database ${store.database} on ${store.host}`
    const isNew = !(await schema.isThere())
    if (isNew) checkMissing(store, place, mayCreate)
    const id = await schema.open(randomUUID)
    checkId(store, place, id)
    const layout = postgresLayout(connections)
    if (!evenClosed) checkOpen(layout.place, await layout.read())
    const documents = async (keys: StoreKeys) =>
      (await import('../store/postgres/documents.ts')).createPostgresDocuments(connections, {
        keys,
      })
    return { store: createPostgresStore(connections), id, isNew, documents }
  } catch (error) {
    await connections.close()
    throw error
  }
}

/** The connections that a configuration means. */
export function connectionsTo({ password, ...settings }: PostgresPlace): Connections {
  return createConnections({ ...settings, password: password?.reveal() })
}
