/**
 * Rolls a client back to an earlier revision: the changes made through Clientry since then are undone, newest
 * first. Nothing else is touched: what someone else set, in any field, stays.
 */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { type Blocked, type Undone, undoPatch } from '../../core/plan/undo.ts'
import type { Entry, Intent } from '../../store/log/entry.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Rollback } from '../base/request.ts'
import { type Bases, openSealed, whyUnopened } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import { withoutLeased } from '../lease/leases.ts'
import { settlementOf } from '../operation/actions.ts'
import type { RequestFor } from './change-target.ts'
import { restoring } from './restorable.ts'

/** A patch that follows from the history. */
export interface Prepared {
  readonly fields: ReadonlySet<string>
  over(base: Native): {
    readonly patch: Patch
    readonly warnings: readonly Warning[]
    readonly restores: readonly Native[]
  }
}

/**
 * Collects what to undo.
 * @throws ClientError `invalid_field` for a revision that does not exist or is too far back; `over` throws
 *   `not_restorable` if something cannot be restored and a partial rollback was not requested
 */
export async function prepareRollback(
  service: Service,
  request: RequestFor<Rollback>,
  head: Entry | undefined,
): Promise<Prepared> {
  const { provider, ref, patch: rollback } = request
  const { mapping } = provider
  checkDistance(rollback.to, head)
  const entries = await entriesSince(service, resourceOf(ref), Math.max(rollback.to, 1))
  checkRevision(rollback.to, entries, head)
  const intents = changesSince(rollback.to, entries)
  const undone: Undone[] = []
  const lost: Blocked[] = []
  const bases: Bases = new Map()
  for (const intent of intents) {
    const sealed = await openSealed(service, intent, bases)
    if (sealed?.next) undone.push(withoutLeased(mapping, sealed.base, sealed.next, intent.standing))
    else {
      const why = `the record of the change ${whyUnopened(service, intent)}`
      lost.push(...intent.changes.map(({ field }) => ({ field, why })))
    }
  }
  const paths = undone.flatMap(({ base, next }) => diffClients(mapping, base, next, () => ''))
  return {
    fields: new Set(paths.map(({ field }) => field.split('.')[0] ?? field)),
    over: (base) => {
      const restores = undone.map((one) => one.base)
      const { fields, blocked } = undoPatch(restoring(mapping, restores), base, undone)
      const warnings = warningsOf([...lost, ...blocked], request.dryRun || rollback.allowPartial)
      return { patch: { kind: 'merge', fields }, warnings, restores }
    },
  }
}

/** The changes made through Clientry after a revision that took effect at least in part, newest first. */
function changesSince(to: number, entries: readonly Entry[]): readonly Intent[] {
  return entries
    .filter((entry, index): entry is Intent => {
      const closing = entries[index + 1]
      const undone = closing?.kind === 'outcome' && closing.outcome === 'not_applied'
      return entry.kind === 'intent' && settlementOf(entry).undoable && entry.seq > to && !undone
    })
    .toReversed()
}

/** The most records that a rollback goes back: each takes some milliseconds, and all are in memory. */
export const MAX_DISTANCE = 1_000

/**
 * The most characters of these records: enough for the full number of small ones, fewer if the
 * client is large.
 */
export const MAX_CHARACTERS = 33_554_432
/** Records that are read at once. */
const BATCH = 16

async function entriesSince(
  { store }: Service,
  resource: string,
  from: number,
): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  let characters = 0
  for (;;) {
    const batch = await store.entries(resource, { from: from + entries.length, limit: BATCH })
    entries.push(...batch)
    if (batch.length < BATCH) return entries
    characters += batch.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0)
    if (characters > MAX_CHARACTERS) throw tooFar('the records since then are too large')
  }
}

function tooFar(why: string): ClientError {
  return new ClientError(
    'invalid_field',
    `to is too far back: ${why}. Restore the settings with a PATCH instead.`,
    { field: 'to' },
  )
}

function checkDistance(to: number, head: Entry | undefined): void {
  const newest = head?.seq ?? 0
  if (newest - to <= MAX_DISTANCE) return
  throw tooFar(`it can be at most ${MAX_DISTANCE} records back, and the newest is ${newest}`)
}

function checkRevision(to: number, entries: readonly Entry[], head: Entry | undefined): void {
  const [first] = entries
  if (to === 0 || (first?.seq === to && first.kind !== 'intent')) return
  throw new ClientError(
    'invalid_field',
    `to must be a revision that GET /clients/{clientId}/history lists, or 0; the newest is ${head?.seq ?? 0}.`,
    { field: 'to' },
  )
}

/**
 * What cannot be restored, as warnings.
 * @throws ClientError `not_restorable` if there is any and a partial result was not requested
 */
export function warningsOf(blocked: readonly Blocked[], partWillDo: boolean): readonly Warning[] {
  const once = new Map(blocked.map((one) => [one.field, one]))
  const warnings = [...once.values()].map(({ field, why }) => ({
    code: 'not_restored',
    field: `client.${field}`,
    message: `client.${field} cannot be restored: ${why}.`,
  }))
  if (warnings.length > 0 && !partWillDo) throw notRestorable(warnings)
  return warnings
}

/** What cannot be restored, as a refusal. */
export function notRestorable(warnings: readonly Warning[]): ClientError {
  const [first] = warnings
  return new ClientError(
    'not_restorable',
    `${warnings.map(({ message }) => message).join(' ')} Nothing was sent. To restore the rest, set "allowPartial": true.`,
    first?.field === undefined ? {} : { field: first.field },
  )
}
