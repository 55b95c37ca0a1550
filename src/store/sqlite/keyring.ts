/** The keyring on SQLite: one row. What it replaces is overwritten in the file, not only freed. */

import type { KeyringCell } from '../keys/keyring.ts'
import { type Database, storing } from './connection.ts'

/** The keyring of an open database; `replace`: the write below, by the writer of the file. */
export function createKeyringCell(
  database: Database,
  replace: (before: string | null, after: string) => Promise<boolean>,
): KeyringCell {
  return {
    read: async () => storing(() => ringIn(database)),
    replace: (before, after) => replace(before ?? null, after),
  }
}

/** A file that is only read may be from before there was a table. */
function ringIn(database: Database): string | undefined {
  const table = "select 1 as found from sqlite_schema where name = 'keyring'"
  if (database.prepare(table).get() === undefined) return undefined
  const row = database.prepare('select ring from keyring').get()
  return row && String(row.ring)
}

/** The write, a part of a transaction. */
export function keyringWrites(database: Database) {
  const insert = database.prepare('insert into keyring values (1, ?) on conflict do nothing')
  const update = database.prepare('update keyring set ring = ? where ring = ?')
  return {
    /** `false`: it is no longer what it was. */
    replace: (before: string | null, after: string): boolean => {
      // https://www.sqlite.org/pragma.html#pragma_secure_delete
      database.exec('pragma secure_delete = on')
      const { changes } = before === null ? insert.run(after) : update.run(after, before)
      return Number(changes) === 1
    },
  }
}
