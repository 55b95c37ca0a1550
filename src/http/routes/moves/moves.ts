/** `GET` and `POST /clients/{clientId}/move`, `…/narrow` and `…/end`: redirect URIs that give way to others. */

import type { MOVE_OPERATIONS } from '../../../contract/operations/moves.ts'
import { ClientError, isClientError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/json/json.ts'
import type { Warning } from '../../../core/mapping/row.ts'
import type {
  ChangeRequest,
  ChangeResult,
  MoveStart,
  Standing,
} from '../../../service/base/request.ts'
import { confirmOnceAccepted } from '../../../service/move/acceptance.ts'
import { MOVED } from '../../../service/move/moves.ts'
import { readClient } from '../../../service/reading/read.ts'
import type { Answer } from '../../answer.ts'
import { actorOf, rightsOf } from '../../auth/principal.ts'
import { absent, changeHeaders, performChange, planAnswer, reading, writing } from '../../change.ts'
import { etagOf } from '../../etag.ts'
import type { Exchange } from '../../exchange.ts'
import type { Handlers } from '../../route.ts'
import { moveRequest, openMoveRequest } from '../../schemas/moves/moves.ts'
import { moveBody } from '../../standing.ts'
import { requireAlso, type Target, targetOf } from '../../target.ts'
import { readJsonBody } from '../../wire/body.ts'
import { checkMembers, memberOf } from '../../wire/members.ts'
import { timeIn } from '../../wire/query.ts'

export const MOVE_HANDLERS: Handlers<keyof typeof MOVE_OPERATIONS> = {
  listMoves,
  moveRedirect,
  narrowMove: (exchange) => endOpenMove(exchange, 'narrow_move'),
  endMove: (exchange) => endOpenMove(exchange, 'end_move'),
}

/** What a request leaves for recording what it has seen (milliseconds). */
const RECORDING_MS = 5_000

/** The open moves of a client. */
async function listMoves(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const { tag, warnings, standing } = await absent(
    readClient(exchange.settings.service, reading(exchange, target)),
  )
  const own = warnings.filter(({ code }) => code.startsWith('move_'))
  const body = movesBody(target, standing, own)
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** Begins a move or goes on with it, and looks whether the provider accepts the new redirect URI. */
async function moveRedirect(exchange: Exchange): Promise<Answer> {
  const body = readJsonBody(exchange.request, 'from')
  checkMembers(moveRequest, body)
  const target = await targetIn(exchange, body)
  const at = memberOf(moveRequest, body, 'narrowAt')
  const patch: MoveStart = {
    kind: 'move',
    from: memberOf(moveRequest, body, 'from'),
    to: memberOf(moveRequest, body, 'to'),
    ...(at === undefined ? {} : { narrowAt: timeIn(at) }),
  }
  const token = rightsOf(target.principal)
  const result = await perform(exchange, target, { ...patch, token }, patch).catch((error) => {
    throw namedInRequest(error)
  })
  if (result.outcome === 'planned') return planAnswer(exchange, target, result)
  const standing = (await confirmed(exchange, target, result, patch)) ?? result.standing
  return answerMoves(exchange, target, { ...result, standing })
}

/** The standing once the new redirect URI is seen to be accepted; what fails here the server tries again by itself. */
async function confirmed(
  exchange: Exchange,
  target: Target,
  { standing }: ChangeResult,
  { from, to }: MoveStart,
): Promise<Standing | undefined> {
  const move = standing?.moves?.find((one) => one.from === from && one.to === to)
  if (move === undefined || move.widened !== undefined) return undefined
  const { ref, provider, principal } = target
  const { requestId, deadline, onUpstream } = writing(exchange, target, undefined)
  const confirming = { ref, provider, move, requestId, deadline, onUpstream }
  const until = exchange.request.deadline - RECORDING_MS
  return confirmOnceAccepted(
    exchange.settings.service,
    { ...confirming, actor: actorOf(principal) },
    until,
  ).catch((error: unknown) => {
    if (!isClientError(error)) throw error
    return undefined
  })
}

/** Ends an open move, by removing one of its redirect URIs. */
async function endOpenMove(exchange: Exchange, kind: 'narrow_move' | 'end_move'): Promise<Answer> {
  const body = readJsonBody(exchange.request, 'from')
  checkMembers(openMoveRequest, body)
  const target = await targetIn(exchange, body)
  const patch = { kind, from: memberOf(openMoveRequest, body, 'from') } as const
  const result = await perform(exchange, target, patch)
  if (result.outcome === 'planned') return planAnswer(exchange, target, result)
  return answerMoves(exchange, target, result)
}

/** `asked`: what of the patch the request itself says. */
const perform = (
  exchange: Exchange,
  target: Target,
  patch: ChangeRequest['patch'],
  asked: ChangeRequest['patch'] = patch,
) =>
  performChange(exchange, target, patch, {
    asked: asked as unknown as Json,
    shown: ({ standing }) => movesBody(target, standing, []),
  })

function answerMoves(exchange: Exchange, target: Target, result: ChangeResult): Answer {
  const body = movesBody(target, result.standing, result.warnings)
  const shown = movesBody(target, result.standing, [])
  return { status: 200, headers: changeHeaders(exchange, result, shown), body }
}

function movesBody(
  { ref }: Target,
  standing: Standing | undefined,
  warnings: readonly Warning[],
): JsonObject {
  return {
    ...ref,
    moves: (standing?.moves ?? []).map(moveBody) as unknown as Json,
    ...(warnings.length === 0 ? {} : { warnings: warnings as unknown as Json }),
  }
}

/**
 * The body may name the client's place; else the query does. What comes of a move depends on what the client has, so
 * its caller may read it too.
 */
async function targetIn(exchange: Exchange, body: JsonObject): Promise<Target> {
  const { query, row } = exchange
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  const target = await targetOf(exchange, { provider, userPoolId, ownClient })
  for (const permission of row.also ?? []) requireAlso(exchange, target, permission)
  return target
}

/** What is wrong with the new redirect URI, under its name in the request. */
function namedInRequest(error: unknown): unknown {
  const path = `client.${MOVED}.add[0]`
  if (!isClientError(error) || error.field !== path) return error
  const { code, message, details } = error
  return new ClientError(code, message.replaceAll(path, 'to'), { ...details, field: 'to' })
}
