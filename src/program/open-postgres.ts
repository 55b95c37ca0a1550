/** Opens a store on PostgreSQL; loaded only where a configuration names one. */

import { randomUUID } from 'node:crypto'
import type { PostgresPlace } from '../config/store/config-store.ts'
import { checkOpen } from '../store/layout/layout.ts'
import { type Connections, createConnections } from '../store/postgres/connections.ts'
import { postgresLayout } from '../store/postgres/layout/postgres-layout.ts'
import { createPostgresSchema } from '../store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../store/postgres/postgres.ts'
import type { Store } from '../store/store.ts'
import { checkId, checkMissing } from './store-check.ts'

interface OpenedPostgres {
  readonly store: Store
  readonly id: string
  /** It was made just now. */
  readonly isNew: boolean
  /** Those of the store, which closes them. */
  readonly connections: Connections
}

/** @throws ClientError `store_unavailable`, and `invalid_request` if it is not the intended store */
export async function openPostgres(
  store: PostgresPlace,
  mayCreate: boolean,
  evenClosed = false,
): Promise<OpenedPostgres> {
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
    return { store: createPostgresStore(connections), id, isNew, connections }
  } catch (error) {
    await connections.close()
    throw error
  }
}

/** The connections that a configuration means. */
export function connectionsTo({ password, ...settings }: PostgresPlace): Connections {
  return createConnections({ ...settings, password: password?.reveal() })
}
