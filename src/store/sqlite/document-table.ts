/** The documents in a SQLite file as rows, for a copy of the whole store. */

import {
  type DocumentTable,
  documentStatements,
  valuesOf,
  walkDocuments,
} from '../document-table.ts'
import { type Database, storing, transaction } from './connection.ts'

const SQL = documentStatements(Array.from({ length: 8 }, () => '?'))

/** The table, on a connection that no one else uses meanwhile. */
export function documentTableIn(database: Database): DocumentTable {
  const { page, put } = storing(() => ({
    page: database.prepare(SQL.page),
    put: database.prepare(SQL.put),
  }))
  return {
    all: () => walkDocuments(async (collection, id) => storing(() => page.all(collection, id))),
    put: async (row) => {
      storing(() => transaction(database, () => put.run(...valuesOf(row))))
    },
  }
}
