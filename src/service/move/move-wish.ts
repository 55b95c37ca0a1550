/** The changes that a move of a redirect URI consists of: both registered, the new one accepted, the old one gone. */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { isOff } from '../../core/mapping/suspension.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { planChange } from '../../core/plan/plan.ts'
import { UNKNOWN_AUTHORIZATION } from '../../providers/authorization/authorization.ts'
import { isSameMove, type Move, type Standing } from '../../store/log/standing.ts'
import type { MoveConfirmation, MoveEnding, MoveNarrowing, MoveStart } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { RequestFor, Target, Wish } from '../change/change-target.ts'
import {
  MOVED,
  missingOf,
  movePatch,
  moveState,
  presence,
  withMoves,
  withoutMove,
} from './moves.ts'

/** Each record of a client's history holds its moves (our choice). */
export const MAX_MOVES = 10

const removing = (...values: readonly string[]): Patch => ({
  kind: 'merge',
  fields: values.length === 0 ? {} : { [MOVED]: { remove: [...values] } },
})

const NOTHING: Target = { patch: removing(), warnings: [] }

/**
 * Registers the new redirect URI beside the old one, or goes on with a move that is open.
 * @throws ClientError (`over`) `move_state`, `list_full`, `client_suspended`, `invalid_field`
 */
export function moveWish(
  { now }: Pick<Service, 'now'>,
  { provider: { mapping }, actor, patch }: RequestFor<MoveStart>,
  standing: Standing | undefined,
  operationId: string,
): Wish {
  const { from, to, narrowAt, token } = patch
  const by = { actor, ...(token && { token }) }
  const begun: Move = { from, to, operationId, ...by, startedAt: now() }
  const timed = ({ actor: first, token: rights, ...move }: Move): Move =>
    narrowAt === undefined || narrowAt === move.narrowAt
      ? { ...move, actor: first, ...(rights && { token: rights }) }
      : { ...move, ...by, narrowAt }
  return {
    fields: [MOVED],
    over: (base) => {
      checkWorking(mapping, standing, base)
      const moves = standing?.moves ?? []
      const open = moves.find(isSameMove(patch))
      const isThere = presence(mapping, base, patch)
      if (open === undefined) checkStart(patch, standing, isThere)
      else if (!isThere.from) throw moveState(`The move cannot go on: ${missingOf(isThere)}`)
      const move = timed(open === undefined ? begun : continued(open, begun, isThere.to))
      const others = moves.filter((one) => one !== open)
      return {
        patch: isThere.to ? removing() : movePatch(patch),
        warnings: isThere.to ? [] : lasting(mapping, base, patch),
        aim: { action: 'move', becomes: withMoves(standing, [...others, move]) },
      }
    },
  }
}

/** A move whose new redirect URI someone has removed begins anew. */
function continued(open: Move, begun: Move, isThere: boolean): Move {
  if (isThere) return open
  return open.narrowAt === undefined ? begun : { ...begun, narrowAt: open.narrowAt }
}

function checkStart(
  { from, to }: MoveStart,
  standing: Standing | undefined,
  isThere: { readonly from: boolean; readonly to: boolean },
): void {
  const { moves = [], leases = [] } = standing ?? {}
  if (from === to) {
    const says = 'to must be another redirect URI than from.'
    throw new ClientError('invalid_field', says, { field: 'to' })
  }
  const other = moves.find((one) => [one.from, one.to].some((uri) => uri === from || uri === to))
  if (other !== undefined) {
    throw moveState(
      `Another move is open, of ${quote(other.from)} to ${quote(other.to)}. Narrow or end it first.`,
      { field: other.from === from || other.to === from ? 'from' : 'to' },
    )
  }
  if (!isThere.from) {
    const says = `${quote(from)} is not among client.${MOVED}, so there is nothing to move. Add ${quote(to)} with a PATCH instead.`
    throw moveState(says, { field: 'from' })
  }
  if (isThere.to) {
    const says = `${quote(to)} is among client.${MOVED} already. If logins with it succeed, remove ${quote(from)} with a PATCH.`
    throw moveState(says, { field: 'to' })
  }
  const lease = leases.find((one) => one.field === MOVED && one.value === from && !one.kept)
  if (lease !== undefined) {
    const says = `${quote(from)} is leased by ${quote(lease.owner)} and goes by itself. Lease ${quote(to)} instead of moving it.`
    throw moveState(says, { field: 'from' })
  }
  if (moves.length < MAX_MOVES) return
  const says = `The client has ${moves.length} open moves, which is the limit. Narrow or end one first.`
  throw new ClientError('list_full', says)
}

/** Warns of an old redirect URI that could not be removed in the present state. */
function lasting(mapping: Mapping, base: Native, { from, to }: MoveStart): readonly Warning[] {
  const { next } = planChange(mapping, base, movePatch({ to }))
  try {
    planChange(mapping, next, removing(from))
    return []
  } catch (error) {
    if (!isClientError(error)) throw error
    const message = `In the client's present state, the move cannot be narrowed: ${error.message}`
    return [{ code: 'cannot_end', field: `client.${MOVED}`, message }]
  }
}

/** Notes that the provider accepts the new redirect URI. */
export function confirmationWish(
  { now }: Pick<Service, 'now'>,
  { provider, patch }: Pick<RequestFor<MoveConfirmation>, 'provider' | 'patch'>,
  standing: Standing | undefined,
): Wish {
  const { authorization = UNKNOWN_AUTHORIZATION, mapping } = provider
  const { by, codeSeconds = authorization.codeSeconds } = patch
  return {
    fields: [],
    over: (base) => {
      const moves = standing?.moves ?? []
      const move = moves.find(isSameMove(patch))
      if (move === undefined || move.widened !== undefined) return NOTHING
      const missing = missingOf(presence(mapping, base, move))
      if (missing !== undefined) throw moveState(`The move cannot go on: ${missing}`)
      const at = now()
      const widened = { at, by, narrowFrom: at + codeSeconds * 1_000 }
      const becomes = withMoves(
        standing,
        moves.map((one) => (one === move ? { ...move, widened } : one)),
      )
      return { ...NOTHING, aim: { action: 'confirm_move', becomes } }
    },
  }
}

/**
 * Removes the old redirect URI.
 * @throws ClientError (`over`) `move_state`, `client_suspended`, and as planning does
 */
export function narrowingWish(
  { now }: Pick<Service, 'now'>,
  { provider: { mapping }, patch }: Pick<RequestFor<MoveNarrowing>, 'provider' | 'patch'>,
  standing: Standing | undefined,
): Wish {
  return {
    fields: [MOVED],
    over: (base) => {
      const move = openMove(standing, patch.from, patch.whenDue)
      if (
        move === undefined ||
        (patch.whenDue && (move.narrowAt ?? Number.POSITIVE_INFINITY) > now())
      )
        return NOTHING
      checkWorking(mapping, standing, base)
      checkNarrowing(move, now())
      const isThere = presence(mapping, base, move)
      if (!isThere.to) throw moveState(`The move cannot be narrowed: ${missingOf(isThere)}`)
      return {
        patch: isThere.from ? removing(move.from) : removing(),
        warnings: [],
        aim: { action: 'narrow_move', becomes: withoutMove(standing, move) },
      }
    },
  }
}

function checkNarrowing({ widened, to }: Move, now: number): void {
  if (widened === undefined) {
    const says = `The provider is not known yet to accept ${quote(to)}, so the move cannot be narrowed. GET /clients/{clientId}/move shows when it is.`
    throw moveState(says)
  }
  const { narrowFrom } = widened
  if (narrowFrom <= now) return
  const says = `The move can be narrowed from ${new Date(narrowFrom).toISOString()} on: until then codes that were issued for the old redirect URI can be redeemed.`
  throw moveState(says, { retryAfter: Math.ceil((narrowFrom - now) / 1_000) })
}

/**
 * Ends a move: the new redirect URI is removed, unless the old one is no longer there.
 * @throws ClientError (`over`) `move_state`, `client_suspended`, and as planning does
 */
export function moveEndWish(
  { provider: { mapping }, patch }: Pick<RequestFor<MoveEnding>, 'provider' | 'patch'>,
  standing: Standing | undefined,
): Wish {
  return {
    fields: [MOVED],
    over: (base) => {
      const move = openMove(standing, patch.from)
      if (move === undefined) return NOTHING
      checkWorking(mapping, standing, base)
      const isThere = presence(mapping, base, move)
      const goes = isThere.from && isThere.to
      return {
        patch: goes ? removing(move.to) : removing(),
        warnings: isThere.from || !isThere.to ? [] : [STAYS],
        aim: { action: 'end_move', becomes: withoutMove(standing, move) },
      }
    },
  }
}

const STAYS: Warning = {
  code: 'value_stays',
  field: `client.${MOVED}`,
  message: 'The old redirect URI is no longer registered, so the new one stays.',
}

/** @throws ClientError `move_state` where none is open, unless that is meant to do nothing */
function openMove(
  standing: Standing | undefined,
  from: string,
  nothingWillDo?: true,
): Move | undefined {
  const move = standing?.moves?.find((one) => one.from === from)
  if (move !== undefined || nothingWillDo) return move
  const says = `No move of ${quote(from)} is open. GET /clients/{clientId}/move lists those that are.`
  throw moveState(says, { field: 'from' })
}

/** At a client that is off no login shows anything, and a suspension may hold the list. */
function checkWorking(mapping: Mapping, standing: Standing | undefined, base: Native): void {
  if (standing?.suspended === undefined && !isOff(mapping, base)) return
  throw new ClientError(
    'client_suspended',
    'A redirect URI cannot be moved while the client is suspended. End the suspension first: POST /clients/{clientId}/resume.',
  )
}

const quote = (value: string) => JSON.stringify(value)
