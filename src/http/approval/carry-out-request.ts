/** What becomes of an approved request: it is carried out exactly as it was shown, once, or ends with the reason. */

import { OPERATIONS, type Operation, type OperationName } from '../../contract/operations.ts'
import { ClientError, type ErrorCode, isClientError } from '../../core/errors.ts'
import { isAtOnce } from '../../core/rights/access.ts'
import { jointAccess, type Refusal } from '../../core/rights/joint-access.ts'
import {
  type ApprovalEnd,
  type ApprovalView,
  ENDS,
  endRequest,
  isOver,
  openAsked,
} from '../../service/approval/approval-log.ts'
import type { Approval } from '../../service/approval/pending-change.ts'
import { printOf } from '../../service/approval/plan-print.ts'
import type { Service } from '../../service/base/service.ts'
import { printOfWork, wasSetToWork } from '../../service/jobs/ask.ts'
import { type Permissions, wholeAccessOf } from '../auth/permissions.ts'
import { actorOf, type Principal, principalAgain, rightsOf } from '../auth/principal.ts'
import type { PassWork, Perform, Performed, Trace } from '../exchange.ts'

/** By what it is carried out. */
export interface Carrying {
  readonly service: Service
  readonly perform: Perform
  readonly approver: Principal
  /** By which the approver's rights are judged. */
  readonly permissions: Permissions
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly trace: Trace
}

/** Failures after which it is not certain that the change cannot come any more, or that pass. */
const PASSING: readonly ErrorCode[] = [
  ...(['key_in_use', 'client_busy', 'too_many_requests', 'deadline_exceeded'] as const),
  ...(['store_unavailable', 'provider_unavailable', 'provider_throttled'] as const),
  ...(['provider_misconfigured', 'outcome_unknown', 'internal'] as const),
]

/**
 * Plans a request once more, on behalf of both callers.
 * @param ended what becomes of it where the plan fails for good
 * @throws ClientError as `ended` says; as the approver is refused
 */
async function plannedAgain(
  carrying: Carrying,
  view: ApprovalView,
  ended: (end: End) => Promise<ClientError>,
): Promise<Performed> {
  const refusal: Refusal = {}
  try {
    return await performAs(carrying, view, { dryRun: true, refusal, shownTo: 'approver' })
  } catch (error) {
    if (refusal.error !== undefined || !isLasting(error)) throw error
    throw await ended(endOf(error, view))
  }
}

/**
 * Plans a request that someone approves: one that cannot be carried out ends here.
 * @throws ClientError `request_state` where it has ended by that; as the approver is refused
 */
export async function checkPlan(carrying: Carrying, view: ApprovalView): Promise<void> {
  await plannedAgain(carrying, view, async (end) =>
    endedAs(await endRequest(carrying.service, view, end)),
  )
}

/**
 * What an approval would do now; nothing is recorded.
 * @throws ClientError `request_state` where it would end otherwise; as the approver is refused
 */
export const planOf = (carrying: Carrying, view: ApprovalView): Promise<Performed> =>
  plannedAgain(carrying, view, async ({ end, code }) => endedBy(end, code))

/**
 * Carries a request out that was approved; the same again where that was interrupted.
 * @throws ClientError `request_state` where it could not be; as its handler where that is not certain
 */
export async function carryOutRequest(
  carrying: Carrying,
  view: ApprovalView,
): Promise<ApprovalView> {
  const { service } = carrying
  try {
    const how = { dryRun: false, refusal: {}, shownTo: 'submitter' } as const
    const answer = await performAs(carrying, view, how)
    return await endRequest(service, view, { end: 'applied', ...resultOf(answer) })
  } catch (error) {
    if (!isLasting(error)) throw error
    return await endRequest(service, view, endOf(error, view))
  }
}

const isLasting = (error: unknown): error is ClientError =>
  isClientError(error) && !PASSING.includes(error.code)

type End = Parameters<typeof endRequest>[2]

/** How a request ends by a failure that lasts. */
function endOf(error: ClientError, { requested }: ApprovalView): End {
  const { code, details } = error
  const { cause, operationId } = details
  const known = ENDS.find((one) => code === 'request_state' && one === cause)
  if (known !== undefined) return { end: known }
  if (operationId !== undefined) return { end: 'failed', operationId, code }
  // No job goes away: one that is not there is hidden from who submitted it.
  const isHidden = requested.job !== undefined && code === 'not_found'
  if (isHidden || VOIDING.includes(code)) return { end: 'void' }
  return OUTDATING.includes(code) ? { end: 'outdated' } : { end: 'failed', code }
}

/** Of a caller who may not do it, or may not know of the place any more. */
const VOIDING: readonly ErrorCode[] = ['insufficient_scope', 'invalid_field']
const OUTDATING: readonly ErrorCode[] = [
  'not_found',
  'client_gone',
  'precondition_failed',
  'job_state',
]

/** What of an answer the request keeps. */
function resultOf({ status, headers = {}, body }: Performed) {
  const operationId = headers['operation-id']
  const id = status === 201 && typeof body !== 'string' ? body.id : undefined
  return {
    ...(operationId === undefined ? {} : { operationId }),
    ...(typeof id === 'string' ? { created: id } : {}),
  }
}

const stateError = (end: ApprovalEnd) => new ClientError('request_state', SAYS[end], { cause: end })

/** The answer to someone who would have a request carried out that has ended otherwise. */
export function endedAs({ ended }: ApprovalView): ClientError {
  if (ended === undefined) {
    return new ClientError('request_state', 'Someone else has decided this request already.')
  }
  return endedBy(ended.end, ended.code)
}

/** The answer where a request ends, or would, otherwise than carried out; `code`: of the failure. */
export const endedBy = (end: ApprovalEnd, code?: string): ClientError =>
  new ClientError('request_state', `${SAYS[end]}${code === undefined ? '' : ` (${code})`}`)

const SAYS: Readonly<Record<ApprovalEnd, string>> = {
  applied: 'The request has been carried out.',
  outdated:
    'The request is outdated: the client is no longer as it was when the request was made. Nothing was sent. Its submitter can make it anew.',
  void: 'The request is void: its submitter may not make this change any more. Nothing was sent.',
  failed: 'The request was approved, and the change failed. Its operation shows why.',
  expired: 'The request has expired. Its submitter can make it anew.',
}

interface How {
  readonly dryRun: boolean
  readonly refusal: Refusal
  /** By whose rights the answer is made; both must have those that it takes. */
  readonly shownTo: 'approver' | 'submitter'
}

function performAs(
  { perform, approver, permissions, service, requestId, deadline, trace }: Carrying,
  view: ApprovalView,
  { dryRun, refusal, shownTo }: How,
): Promise<Performed> {
  const { id, requested } = view
  const { operation, actor, token } = requested
  const opened = openAsked(service, requested)
  const row: Operation | undefined = OPERATIONS[operation as OperationName]
  if (opened === undefined || row === undefined) {
    const says =
      'What the request asks for cannot be read any more: its key or its operation is gone.'
    throw new ClientError('request_state', says)
  }
  const route = { ...row, operationId: operation }
  const approving = wholeAccessOf(permissions, approver, route, isAtOnce)
  return perform({
    operation,
    asked: opened.asked,
    principal: principalAgain({ ...actor, ...token }),
    dryRun,
    // No key of a caller contains a space.
    name: `request ${id}`,
    requestId,
    deadline,
    trace,
    approval: approvalOf(service, view, approver),
    passWork: passWorkOf(service, view, approver),
    access: (own) => {
      const joint = jointAccess(own, approving, refusal)
      if (shownTo === 'submitter') return joint
      return (address) => {
        const both = joint(address)
        return both && { ...both, may: approving(address).may }
      }
    },
  })
}

/** Lets pass what was shown, and nothing else. */
function approvalOf(
  service: Service,
  { id, requested }: ApprovalView,
  approver: Principal,
): Approval {
  return {
    always: true,
    pass: async (change) => {
      if (isOver(service, requested.expiresAt)) throw stateError('expired')
      if (printOf(service, change) !== requested.print) throw stateError('outdated')
      return { requestId: id, approvedBy: actorOf(approver) }
    },
  }
}

/** The same of a job, whose plan does not change any more: it is the one that was approved, unless it was set to work since. */
const passWorkOf =
  (service: Service, { id, requested }: ApprovalView, approver: Principal): PassWork =>
  async (work) => {
    if (printOfWork(service, work) !== requested.print) {
      if (await wasSetToWork(service, work.view, id)) return 'set to work'
      throw stateError('outdated')
    }
    if (isOver(service, requested.expiresAt)) throw stateError('expired')
    return { requestId: id, approvedBy: actorOf(approver), token: rightsOf(approver) }
  }
