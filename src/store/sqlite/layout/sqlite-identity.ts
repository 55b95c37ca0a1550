/** The id of the store in a SQLite file: one row that is written once. */

import { type Database, storing, transaction } from '../connection.ts'

/** The id of the store, which gets a new one where it has none, as files had before. */
export function storeIdIn(database: Database, newId: () => string): string {
  return storing(() =>
    transaction(database, () => {
      database
        .prepare('insert into identity select ? where not exists (select 1 from identity)')
        .run(newId())
      return String(database.prepare('select id from identity').get()?.id)
    }),
  )
}
