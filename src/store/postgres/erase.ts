/** Entries on PostgreSQL from which sealed texts were removed. What they were is in the files until the next vacuum. */

import { ClientError } from '../../core/errors.ts'
import { stringifyJson } from '../../core/json/json-text.ts'
import type { Entry } from '../log/entry.ts'
import { rewritten } from '../log/packing.ts'
import { recordOf } from '../log/row.ts'
import type { Access } from './connections.ts'
import { digestOf } from './digests.ts'
import { requireCurrentOn } from './layout/postgres-layout.ts'
import { LOG } from './log-statements.ts'

/** Puts entries of one log in the place of what they were; `false`: the log has changed meanwhile. */
export async function eraseOn(
  access: Access,
  schema: string,
  entries: readonly Entry[],
): Promise<boolean> {
  const log = digestOf(entries[0]?.resource ?? '')
  const { result } = await access.run(LOG.oldestFirst, [log, 1, END, END])
  const texts = new Map(entries.map((entry) => [entry.seq, stringifyJson(entry)]))
  const rows = rewritten(result.map(recordOf), texts)
  const end = Number(result.at(-1)?.seq ?? 0)
  const work = access.transaction('durable', async (session) => {
    await requireCurrentOn(session, schema)
    // No append is under way until the end of this transaction.
    await session.run(LOG.settle)
    const [newest] = await session.run(LOG.newest, [log])
    if (Number(newest?.seq ?? 0) !== end) throw CHANGED
    for (const { seq, before, text } of rows) {
      const changed = await session.run(LOG.rewrite, [log, seq, before, text])
      if (changed.length === 0) throw CHANGED
    }
    return true
  })
  return work.catch((error: unknown) => {
    if (error === CHANGED) return false
    throw error
  })
}

/** Undoes the transaction. */
const CHANGED = new ClientError('internal', 'The log has changed meanwhile.')

/** Beyond every sequence number. */
const END = Number.MAX_SAFE_INTEGER
