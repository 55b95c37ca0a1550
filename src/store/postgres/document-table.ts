/** The documents in a schema of PostgreSQL as rows, for a copy of the whole store. */

import {
  type DocumentTable,
  documentStatements,
  valuesOf,
  walkDocuments,
} from '../document-table.ts'
import { CALL_MS, type Connections } from './connections.ts'

const SQL = documentStatements(Array.from({ length: 8 }, (_, index) => `$${index + 1}`))

/** The table in the schema that connections work in. */
export function documentTableOn({ within }: Connections): DocumentTable {
  const access = within(() => CALL_MS)
  return {
    all: () =>
      walkDocuments(async (collection, id) => {
        const { result } = await access.run({ name: '', text: SQL.page }, [collection, id])
        return result
      }),
    put: async (row) => {
      await access.run({ name: '', text: SQL.put }, valuesOf(row))
    },
  }
}
