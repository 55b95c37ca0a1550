/**
 * What holds for a client after an intent whose end is not what it was to be: one that ended in a conflict or
 * half done, or that was taken for lost and came into force after all. An action without a row does not compile.
 */

import { type ActionName, actionOf, type Intent } from './entry.ts'
import { isSame, isSameMove, type Standing, withKept } from './standing.ts'

export interface Uncertain {
  /** Whether a conflict, or an end half-way, leaves what it was to hold: what may be there is to be taken away, or given back. */
  readonly holdsInConflict: boolean
  /** The standing with what it came to hold after all. */
  late(standing: Standing | undefined, intent: Intent): Standing | undefined
}

/** Values that it may have put there to stay, stay. */
const PLAIN: Uncertain = {
  holdsInConflict: false,
  late: (standing, { becomes }) => withKept(standing, becomes),
}

export type UncertainActions = { readonly [A in ActionName]: Uncertain }

export const UNCERTAIN: UncertainActions = {
  change: PLAIN,
  create: PLAIN,
  remove: PLAIN,
  protect: PLAIN,
  unprotect: PLAIN,
  assign: PLAIN,
  // Only then is what it took away given back.
  suspend: { holdsInConflict: true, late: withSuspension },
  resume: PLAIN,
  // Its value may be there, and is to go some day.
  lease: { holdsInConflict: true, late: withTaken },
  end_lease: PLAIN,
  // The new value may be there: the move can go on, or be ended.
  move: { holdsInConflict: true, late: withMoved },
  confirm_move: PLAIN,
  narrow_move: PLAIN,
  end_move: PLAIN,
  rotate: PLAIN,
  retire: PLAIN,
  retire_later: PLAIN,
  retain: PLAIN,
  adopt: PLAIN,
  restore: PLAIN,
  add_key: PLAIN,
  remove_key: PLAIN,
}

/** By the action of an intent. */
export const uncertainOf = (intent: Pick<Intent, 'action'>): Uncertain =>
  UNCERTAIN[actionOf(intent)]

function withSuspension(
  standing: Standing | undefined,
  { operationId, becomes = {} }: Intent,
): Standing | undefined {
  const { suspended } = becomes
  if (suspended === undefined) return withKept(standing, becomes)
  const operations = new Set([...(standing?.suspended?.operations ?? []), operationId])
  return { ...standing, suspended: { since: suspended.since, operations: [...operations] } }
}

function withTaken(
  standing: Standing | undefined,
  { standing: before, becomes = {} }: Intent,
): Standing | undefined {
  const leases = standing?.leases ?? []
  const additions = (becomes.leases ?? []).filter(
    (one) => !(before?.leases ?? []).some(isSame(one)) && !leases.some(isSame(one)),
  )
  return additions.length === 0 ? standing : { ...standing, leases: [...leases, ...additions] }
}

function withMoved(
  standing: Standing | undefined,
  { standing: before, becomes = {} }: Intent,
): Standing | undefined {
  const moves = standing?.moves ?? []
  const additions = (becomes.moves ?? []).filter(
    (one) => !(before?.moves ?? []).some(isSameMove(one)) && !moves.some(isSameMove(one)),
  )
  return additions.length === 0 ? standing : { ...standing, moves: [...moves, ...additions] }
}
