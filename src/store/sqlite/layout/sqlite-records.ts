/** All entries of a store in a SQLite file, as they are stored: of any layout, and whatever else is in the file. */

import { createPacking, type Packing } from '../../log/packing.ts'
import { recordOf } from '../../log/row.ts'
import type { RawRecord } from '../../store.ts'
import { type Database, type Row, storing } from '../connection.ts'

/** Rows of one answer while everything is walked through. */
const PAGE = 500

const COLUMNS = 'resource, seq, entry'

/** The statements that read what no index is needed for. */
const RECORDS = {
  one: `select ${COLUMNS} from log where resource = ? and seq = ?`,
  all: `select position as place, ${COLUMNS} from log where position > ? order by position limit ${PAGE}`,
  whole: `select seq as place, ${COLUMNS} from log where seq > ? and resource = ? order by seq limit ${PAGE}`,
} as const

/** What reads one stored text. */
export function packingIn(database: Database): Packing {
  const one = database.prepare(RECORDS.one)
  return createPacking(async (resource, seq) => {
    const row = storing(() => one.get(resource, seq))
    return row && String(row.entry)
  })
}

/** Everything, or one log; the entries of one log in their order. */
export async function* recordsIn(
  database: Database,
  resource?: string,
  packing: Packing = storing(() => packingIn(database)),
): AsyncIterable<RawRecord> {
  const statement = storing(() =>
    database.prepare(resource === undefined ? RECORDS.all : RECORDS.whole),
  )
  const page = (place: number): readonly Row[] =>
    storing(() => (resource === undefined ? statement.all(place) : statement.all(place, resource)))
  // From before the first place that anyone could write.
  for (let place = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = page(place)
    for (const record of rows.map(recordOf)) {
      const [text = ''] = await packing.unpack([record]).catch(() => [])
      yield { ...record, text }
    }
    const last = rows.at(-1)
    if (last === undefined) return
    place = Number(last.place)
  }
}
