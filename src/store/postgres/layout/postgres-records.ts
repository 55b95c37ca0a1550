/** All entries of a store on PostgreSQL, as they are stored. */

import { createPacking, type Packing } from '../../log/packing.ts'
import { recordOf } from '../../log/row.ts'
import type { RawRecord } from '../../store.ts'
import type { Session } from '../connections.ts'
import { digestOf } from '../digests.ts'
import { LOG } from '../log-statements.ts'

/** What reads one stored text. */
export const packingOn = ({ run }: Session): Packing =>
  createPacking(async (resource, seq) => {
    const rows = await run(LOG.oldestFirst, [digestOf(resource), seq, seq + 1, 1])
    return rows[0] && String(rows[0].entry)
  })

/** Everything, or one log; the entries of one log in their order. */
export async function* recordsOn(
  session: Session,
  resource?: string,
  packing: Packing = packingOn(session),
): AsyncIterable<RawRecord> {
  // From before the first place that anyone could write.
  for (let place = Number.MIN_SAFE_INTEGER; ; ) {
    const rows =
      resource === undefined
        ? await session.run(LOG.all, [place])
        : await session.run(LOG.whole, [place, digestOf(resource)])
    for (const record of rows.map(recordOf)) {
      const [text = ''] = await packing.unpack([record]).catch(() => [])
      yield { ...record, text }
    }
    const last = rows.at(-1)
    if (last === undefined) return
    place = Number(last.place)
  }
}
