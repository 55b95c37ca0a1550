/**
 * Moves of redirect URIs: what remains of them after any change, and what a reader of the client should know. As long
 * as a move is open, both of its URIs stay in the list: no change takes one away without naming the move.
 */

import { ClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { heldPaths } from '../../core/mapping/suspension.ts'
import type { Patch } from '../../core/patch/patch.ts'
import {
  dueOf,
  isSameMove,
  type Move,
  type Standing,
  withStanding,
} from '../../store/log/standing.ts'
import type { ChangeRequest } from '../base/request.ts'
import { listOf } from '../lease/leases.ts'

/** The list that redirect URIs are in. */
export const MOVED = 'callbacks'

/** The patch by which a move begins. */
export const movePatch = ({ to }: Pick<Move, 'to'>): Patch => ({
  kind: 'merge',
  fields: { [MOVED]: { add: [to] } },
})

/** A refusal that says what a move lacks. */
export const moveState = (says: string, details: { field?: string; retryAfter?: number } = {}) =>
  new ClientError('move_state', says, details)

/** The standing with these moves. */
export const withMoves = (standing: Standing | undefined, moves: readonly Move[]): Standing =>
  withStanding(standing, { moves: moves.length === 0 ? undefined : moves })

/** The standing without a move. */
export const withoutMove = (standing: Standing | undefined, move: Move): Standing =>
  withMoves(
    standing,
    (standing?.moves ?? []).filter((one) => !isSameMove(move)(one)),
  )

/** Which of the two redirect URIs are in the client's list. */
export function presence(
  mapping: Mapping,
  native: Native,
  { from, to }: Pick<Move, 'from' | 'to'>,
) {
  const list = listOf(mapping, native, MOVED)
  return { from: list.includes(from), to: list.includes(to) }
}

/** Whether a suspension has the list of redirect URIs, and gives it back. */
const isHeld = (mapping: Mapping, { suspended }: Standing): boolean =>
  suspended !== undefined && (heldPaths(mapping) as readonly string[]).includes(MOVED)

/** Kinds of changes that say which operations they undo: these may take back a new redirect URI. */
const UNDOING: readonly ChangeRequest['patch']['kind'][] = ['rollback', 'undo']

/**
 * The standing after any change from `base` to `next`. A change that undoes the beginning of a move ends it; any
 * other that takes away one of its redirect URIs is refused.
 * @throws ClientError `move_state`
 */
export function movesAfter(
  mapping: Mapping,
  [base, next]: readonly [Native, Native],
  { kind }: Pick<ChangeRequest['patch'], 'kind'>,
  standing: Standing | undefined,
): { readonly standing: Standing | undefined; readonly warnings: readonly Warning[] } {
  const moves = standing?.moves
  if (
    standing === undefined ||
    moves === undefined ||
    kind === 'suspension' ||
    isHeld(mapping, standing)
  )
    return { standing, warnings: [] }
  const ended = moves.filter((move) => {
    const [before, after] = [presence(mapping, base, move), presence(mapping, next, move)]
    const isNewLost = before.to && !after.to
    if ((before.from && !after.from) || (isNewLost && !UNDOING.includes(kind))) throw wouldLose()
    return isNewLost
  })
  if (ended.length === 0) return { standing, warnings: [] }
  const remaining = moves.filter((move) => !ended.includes(move))
  return { standing: withMoves(standing, remaining), warnings: ended.map(endsWith) }
}

/** It names no value: the caller may be one who may not read the client. */
const wouldLose = () =>
  moveState(
    `client.${MOVED} would lose a redirect URI that is being moved; GET /clients/{clientId}/move shows it. Keep both until the move is narrowed (POST /clients/{clientId}/move/narrow) or ended (POST /clients/{clientId}/move/end). Nothing was sent.`,
    { field: `client.${MOVED}` },
  )

const endsWith = ({ from, to }: Move): Warning => ({
  code: 'move_ended',
  field: `client.${MOVED}`,
  message: `The move of ${quote(from)} to ${quote(to)} ends with this: the new redirect URI is taken back, the old one stays.`,
})

/** What a reader of the client should know of its moves. */
export function moveWarnings(
  mapping: Mapping,
  native: Native,
  standing: Standing | undefined,
  now: number,
): readonly Warning[] {
  if (standing?.moves === undefined || isHeld(mapping, standing)) return []
  return standing.moves.flatMap((move) => {
    const missing = missingOf(presence(mapping, native, move))
    if (missing !== undefined)
      return [warningOf('move_changed', `${spelled(move)} cannot go on: ${missing}`)]
    if (move.widened === undefined || (dueOf(move) ?? Number.POSITIVE_INFINITY) > now) return []
    return [warningOf('move_over', `${spelled(move)} is to be narrowed, and could not be yet.`)]
  })
}

/** What has happened to the redirect URIs of a move, and what to do about it; `undefined`: both are there. */
export function missingOf({
  from,
  to,
}: {
  readonly from: boolean
  readonly to: boolean
}): string | undefined {
  if (from && to) return undefined
  if (to) return 'someone has removed the old redirect URI. Narrow the move to close it.'
  const which = from ? 'the new redirect URI' : 'both redirect URIs'
  return `someone has removed ${which}. Nothing was narrowed. Move it again to register the new one, or end the move.`
}

const warningOf = (code: string, message: string): Warning => ({
  code,
  field: `client.${MOVED}`,
  message,
})

const spelled = ({ from, to }: Move) => `The move of ${quote(from)} to ${quote(to)}`
const quote = (value: string) => JSON.stringify(value)
