/** Rows of the stores that keep a log in a table of SQL, read as what the log is made of. */

import type { RawRecord } from '../store.ts'
import type { Head } from './entry.ts'
import { storedHash } from './packing.ts'

/** A row with these columns, whatever the driver makes of their types. */
type LogRow = Readonly<Record<string, unknown>>

/** The stored text of an entry, with its place. */
export const recordOf = ({ resource, seq, entry }: LogRow): RawRecord => ({
  resource: String(resource),
  seq: Number(seq),
  text: String(entry),
})

/** The end of a log, by the row of its newest entry. */
export const headOf = ({ resource, seq, entry }: LogRow): Head => ({
  resource: String(resource),
  seq: Number(seq),
  hash: storedHash(String(entry)),
})
