/** Searching the mirror on SQLite, as every mirror is searched. */

import { afterAll, beforeAll } from 'vitest'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteMirror } from '../../src/store/sqlite/mirror/sqlite-mirror.ts'
import { describeSearches } from './mirror-searches.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase(':memory:')
})
afterAll(() => database.close())
describeSearches(() => createSqliteMirror(database))
