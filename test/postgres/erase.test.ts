/** The same as in a SQLite file: sealed texts that are old enough are removed from the rows of PostgreSQL. */

import { describeErasing } from '../store/erase-cases.ts'
import { describePostgres, openPlace } from './place.ts'

describePostgres('on PostgreSQL', () => {
  describeErasing(async () => {
    const place = await openPlace()
    const entries = async (where: string) => {
      const rows = await place.query(`select entry from log ${where} order by position`)
      return rows.map(({ entry }) => String(entry)).join()
    }
    return {
      store: place.store(),
      stored: (resource) => entries(`where resource = '${resource}'`),
      everything: () => entries(''),
      close: place.close,
    }
  })
})
