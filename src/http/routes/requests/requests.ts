/** Requests for approval: listed, shown, approved and rejected. */

import type { REQUEST_OPERATIONS } from '../../../contract/operations/requests.ts'
import type { ApprovalPlan } from '../../../contract/requests/requests.ts'
import { ClientError } from '../../../core/errors.ts'
import {
  type ApprovalView,
  decide,
  endRequest,
  stateOf,
} from '../../../service/approval/approval-log.ts'
import { listRequests as listPage } from '../../../service/approval/list-requests.ts'
import type { RequestState } from '../../../service/approval/request-states.ts'
import { type Answer, planBody } from '../../answer.ts'
import {
  carryOutRequest,
  checkPlan,
  endedAs,
  endedBy,
  planOf,
} from '../../approval/carry-out-request.ts'
import { requestBody } from '../../approval/request-body.ts'
import {
  checkDecider,
  type ReadRequest,
  readerOf,
  requestOf,
} from '../../approval/request-reader.ts'
import { actorOf, principalAgain, rightsOf } from '../../auth/principal.ts'
import type { Exchange } from '../../exchange.ts'
import type { Handlers } from '../../route.ts'
import { decisionRequest } from '../../schemas/requests/requests.ts'
import { callerOf } from '../../target.ts'
import { readOptionalJsonBody } from '../../wire/body.ts'
import { pageLimit, placeOf, placeText } from '../../wire/cursor.ts'
import { checkMembers, memberOf } from '../../wire/members.ts'

export const REQUEST_HANDLERS: Handlers<keyof typeof REQUEST_OPERATIONS> = {
  listRequests,
  getRequest,
  planRequest,
  approveRequest,
  rejectRequest,
}

/** Requests that the caller may know of, newest first. */
async function listRequests(exchange: Exchange): Promise<Answer> {
  const { query, settings, request } = exchange
  const { service } = settings
  const { state } = query
  const after = placeOf(query.cursor)
  const { items, next } = await listPage(service, {
    limit: pageLimit(query.limit),
    deadline: request.deadline,
    ...(after === undefined ? {} : { after }),
    read: async (view) =>
      state === undefined || stateOf(service, view) === state
        ? readerOf(exchange, view)
        : undefined,
  })
  return {
    status: 200,
    body: {
      items: items.map(({ view, may }) => requestBody(service, view, may)),
      ...(next === undefined ? {} : { next: placeText(next) }),
    },
  }
}

/** One request and how it stands. */
async function getRequest(exchange: Exchange): Promise<Answer> {
  return answerOf(exchange, await requestOf(exchange))
}

const answerOf = ({ settings }: Exchange, { view, may }: ReadRequest): Answer => ({
  status: 200,
  body: requestBody(settings.service, view, may),
})

/** What an approval would do now: nothing is decided, recorded or sent. */
async function planRequest(exchange: Exchange): Promise<Answer> {
  const read = await requestOf(exchange)
  await checkDecider(exchange, read)
  const { view, may } = read
  const state = stateOf(exchange.settings.service, view)
  if (state !== 'pending') throw notPending(view, state)
  const { body } = await planOf(carryingOf(exchange, view, callerOf(exchange)), view)
  const { changes = [], requests = [], warnings = [] } = body as unknown as Partial<ApprovalPlan>
  return { status: 200, body: planBody(may, { changes, requests, warnings }) }
}

/** Approves a request and carries it out; sent again, it goes on with that where it was interrupted. */
async function approveRequest(exchange: Exchange): Promise<Answer> {
  const comment = commentIn(exchange)
  const read = await requestOf(exchange)
  await checkDecider(exchange, read)
  const principal = callerOf(exchange)
  const isAgain = isDecidedBy(exchange, read.view, 'approved')
  const view = isAgain ? read.view : await approved(exchange, read.view, comment)
  const after =
    view.ended === undefined
      ? await carryOutRequest(carryingOf(exchange, view, principal), view)
      : view
  if (after.ended?.end !== 'applied') throw endedAs(after)
  const { operationId } = after.ended
  if (operationId !== undefined) exchange.trace.operationId = operationId
  return answerOf(exchange, { ...read, view: after })
}

/** Records the approval, once it is certain that the plan still holds. */
async function approved(
  exchange: Exchange,
  view: ApprovalView,
  comment: string | undefined,
): Promise<ApprovalView> {
  const { service } = exchange.settings
  await checkPending(exchange, view)
  const principal = callerOf(exchange)
  await checkPlan(carryingOf(exchange, view, principal), view)
  const decided = await decide(service, view, {
    decision: 'approved',
    ...deciderOf(exchange),
    comment,
    deadline: exchange.request.deadline + (service.store.aheadMs?.() ?? 0),
  })
  if (decided === undefined) throw endedAs(view)
  return decided
}

/** Rejects a request; its submitter withdraws it. */
async function rejectRequest(exchange: Exchange): Promise<Answer> {
  const comment = commentIn(exchange)
  const read = await requestOf(exchange)
  const decision = read.isOwn ? 'withdrawn' : 'rejected'
  if (!read.isOwn) await checkDecider(exchange, read)
  if (isDecidedBy(exchange, read.view, decision)) return answerOf(exchange, read)
  await checkPending(exchange, read.view)
  const decided = await decide(exchange.settings.service, read.view, {
    decision,
    ...deciderOf(exchange),
    comment,
  })
  if (decided === undefined) throw endedAs(read.view)
  return answerOf(exchange, { ...read, view: decided })
}

function commentIn({ request }: Exchange): string | undefined {
  const body = readOptionalJsonBody(request)
  checkMembers(decisionRequest, body)
  return memberOf(decisionRequest, body, 'comment')
}

/** @throws ClientError `request_state` for a request that no longer waits */
async function checkPending({ settings }: Exchange, view: ApprovalView): Promise<void> {
  const { service } = settings
  const state = stateOf(service, view)
  if (state === 'pending') return
  const isNew = state === 'expired' && view.ended === undefined
  if (isNew) throw endedAs(await endRequest(service, view, { end: 'expired' }))
  throw notPending(view, state)
}

/** The answer to someone who would decide about a request that does not wait. */
function notPending(view: ApprovalView, state: RequestState): ClientError {
  if (view.ended !== undefined) return endedAs(view)
  if (state === 'expired') return endedBy(state)
  return new ClientError('request_state', `The request has been ${state} already.`)
}

function isDecidedBy(exchange: Exchange, { decided }: ApprovalView, decision: string): boolean {
  const { subject, issuer } = callerOf(exchange)
  return (
    decided?.decision === decision &&
    decided.actor.subject === subject &&
    decided.actor.issuer === issuer
  )
}

function deciderOf(exchange: Exchange) {
  const principal = callerOf(exchange)
  return { actor: actorOf(principal), token: rightsOf(principal) }
}

function carryingOf(
  exchange: Exchange,
  { decided }: ApprovalView,
  caller: ReturnType<typeof callerOf>,
) {
  const { settings, perform, requestId, request, trace } = exchange
  const approver =
    decided === undefined ? caller : principalAgain({ ...decided.actor, ...decided.token })
  const { service, permissions } = settings
  const { deadline } = request
  return { service, perform, approver, permissions, requestId, deadline, trace }
}
