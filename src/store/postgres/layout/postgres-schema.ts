/** The schema of a store on PostgreSQL: found, made and brought up to date, whole or not at all. */

import { migrate } from '../../layout/migrate.ts'
import type { Connections, Session } from '../connections.ts'
import { isSchemaThere, lockSchema, MIGRATION_MS, postgresLayout } from './postgres-layout.ts'

/** A store in a schema of a database. */
export interface PostgresSchema {
  /** Whether there is one. */
  isThere(): Promise<boolean>
  /**
   * Makes the tables, or brings them up to date; several instances may do so at once. Returns the id of the store.
   * @throws ClientError `store_unavailable`
   */
  open(newId: () => string): Promise<string>
}

/** The schema that connections work in. */
export function createPostgresSchema(connections: Connections): PostgresSchema {
  const { within, settings } = connections
  const { schema } = settings
  const access = within(() => MIGRATION_MS)
  const alone: Session = {
    run: async (statement, values) => (await access.run(statement, values)).result,
  }
  return {
    isThere: () => isSchemaThere(alone, schema),
    open: async (newId) => {
      await migrate(postgresLayout(connections))
      const id = await idOn(alone)
      if (id !== undefined) return id
      return access.transaction('durable', async (session) => {
        await lockSchema(session, schema)
        const insert = 'insert into identity select $1 where not exists (select 1 from identity)'
        await session.run({ name: '', text: insert }, [newId()])
        return String(await idOn(session))
      })
    },
  }
}

async function idOn({ run }: Session): Promise<string | undefined> {
  const [row] = await run({ name: '', text: 'select id from identity' })
  return row && String(row.id)
}
