/** What the history has of a client that was removed through this program. */

import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import { isUnreadable } from '../../providers/unreadable.ts'
import type { Intent, Outcome } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import { openSealed, whyUnopened } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'

/**
 * The last record of a client that was removed through this program; `undefined`: that is not what its log ends with.
 * @throws ClientError `not_restorable` for a record that can no longer be opened
 */
export async function removedRecord(
  service: Service,
  ref: ClientRef,
): Promise<{ readonly native: Native; readonly standing: Standing | undefined } | undefined> {
  const removal = await lastRemoval(service, ref)
  if (removal === undefined) return undefined
  const sealed = await openSealed(service, removal)
  if (sealed !== undefined && isUnreadable(sealed.base)) {
    throw new ClientError(
      'not_restorable',
      'The client was removed, and its provider held no record of it that could be read.',
    )
  }
  if (sealed !== undefined) return { native: sealed.base, standing: removal.standing }
  throw new ClientError(
    'not_restorable',
    `The client was removed, and its last record ${whyUnopened(service, removal)}.`,
  )
}

/**
 * How many entries are read at once: an outcome and its intent, and one that came too late. More would take longer for a client
 * that is there than for one that never was.
 */
const BATCH = 3

/**
 * The removal that a client's log ends with, apart from what instances that resumed too late wrote after it, and from
 * restorations that came to nothing.
 */
async function lastRemoval({ store }: Service, ref: ClientRef): Promise<Intent | undefined> {
  let outcome: Outcome | undefined
  for (let below: number | undefined; ; ) {
    const from = below === undefined ? {} : { below }
    const entries = await store.entries(resourceOf(ref), {
      newestFirst: true,
      limit: BATCH,
      ...from,
    })
    for (const entry of entries) {
      below = entry.seq
      if (entry.kind === 'outcome') outcome = entry.outcome
      if (entry.kind === 'outcome' || entry.kind === 'overlap') continue
      if (entry.kind !== 'intent') return undefined
      if (entry.action === 'remove') return outcome === 'applied' ? entry : undefined
      const isUndone = entry.action === 'restore' && outcome !== undefined && outcome !== 'applied'
      if (!isUndone) return undefined
      outcome = undefined
    }
    if (entries.length < BATCH) return undefined
  }
}
