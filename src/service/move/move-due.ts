/** Goes on with moves without a request: what is accepted is recorded, and narrowed when its time has come. */

import { isClientError } from '../../core/errors.ts'
import type { Purpose } from '../../core/rights/access.ts'
import { dueOf, type Move } from '../../store/log/standing.ts'
import { granteeOf, heldToday, laterOnBehalfOf, noLonger } from '../access/on-behalf.ts'
import { asAgreed } from '../approval/pending-change.ts'
import type { Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'
import { DUE, type Due } from '../upkeep/duty.ts'
import { forgetDue, isLongOver } from '../upkeep/forget.ts'
import { confirmOnceAccepted } from './acceptance.ts'
import { moveState } from './moves.ts'

/**
 * Goes on with each by itself, so that one that cannot go on does not hold up the others.
 * @throws ClientError the reason why the first one could not go on
 */
export async function goOnWithMoves(service: Service, due: Due): Promise<void> {
  const failures: unknown[] = []
  for (const move of due.standing.moves ?? []) {
    const at = dueOf(move)
    if (at === undefined || at > service.now()) continue
    await goOn(service, due, move, at).catch((error) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
}

/** `at`: since when that has been due. */
async function goOn(service: Service, due: Due, move: Move, at: number): Promise<void> {
  const work = move.widened === undefined ? confirm : narrow
  await work(service, due, move).catch(async (error) => {
    const isGone = isClientError(error, 'not_found')
    if (!isGone || !isLongOver([at], service.now())) throw error
    await forgetDue(service, due, move.actor, 'end_move')
  })
}

const requestOf = (service: Service, { ref, provider, deadline }: Due, { actor }: Move) => ({
  ref,
  provider,
  actor,
  caller: DUE,
  requestId: service.newId(),
  deadline,
})

async function confirm(service: Service, due: Due, move: Move): Promise<void> {
  const confirming = { ...requestOf(service, due, move), move }
  const standing = await confirmOnceAccepted(service, confirming, service.now())
  if (standing === undefined)
    throw moveState('The provider does not accept the new redirect URI yet.')
}

/**
 * By the grants that its caller has today: a caller who lost them removes no redirect URI that others use. Both stay until someone
 * narrows or ends the move.
 */
async function narrow(service: Service, due: Due, move: Move): Promise<void> {
  await changeClient(today(service, due, move), {
    ...requestOf(service, due, move),
    patch: { kind: 'narrow_move', from: move.from, whenDue: true },
    dryRun: false,
  })
}

/** Narrowing is what its beginning was for. */
const MOVING: Purpose = { operation: 'moveRedirect', permission: 'clients:write' }

/**
 * The service as it works for who began a move.
 * @throws ClientError `insufficient_scope` where that caller may change no client there any more
 */
function today(service: Service, { ref }: Due, { actor, token }: Move): Service {
  if (token === undefined) return service
  const caller = granteeOf(actor, token)
  const { permission } = MOVING
  if (heldToday(service, caller, MOVING, ref.provider)?.has(permission) === false) {
    throw noLonger(permission)
  }
  return { ...laterOnBehalfOf(service, caller, MOVING), approval: asAgreed() }
}
