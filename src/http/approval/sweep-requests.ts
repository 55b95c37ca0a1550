/** Ends requests for approval that no one decides any more, and goes on with approvals that were interrupted. */

import {
  type ApprovalView,
  endRequest,
  findRequest,
  isOver,
} from '../../service/approval/approval-log.ts'
import { dueRequests } from '../../service/approval/due-requests.ts'
import { withinDeadline } from '../../service/base/deadline.ts'
import { principalAgain } from '../auth/principal.ts'
import type { HttpSettings } from '../exchange.ts'
import { carryOutRequest } from './carry-out-request.ts'
import { perform } from './perform.ts'

/** How long one request may take (milliseconds). */
const LIMIT_MS = 30_000

/** Does what is due; returns how many requests have ended, and how many are tried again at the next sweep. */
export async function sweepRequests(
  settings: HttpSettings,
): Promise<{ readonly ended: number; readonly left: number }> {
  let [ended, left] = [0, 0]
  for (const id of await dueRequests(settings.service)) {
    const isEnded = await sweepOne(settings, id).catch(() => false)
    if (isEnded) ended += 1
    else left += 1
  }
  return { ended, left }
}

async function sweepOne(settings: HttpSettings, id: string): Promise<boolean> {
  const deadline = settings.service.now() + LIMIT_MS
  const service = withinDeadline(settings.service, deadline)
  const view = await findRequest(service, id)
  if (view === undefined || view.ended !== undefined) return true
  const after = await endOf({ ...settings, service }, view, deadline)
  return after.ended !== undefined
}

async function endOf(
  settings: HttpSettings,
  view: ApprovalView,
  deadline: number,
): Promise<ApprovalView> {
  const { service, permissions } = settings
  const { decided, requested } = view
  if (decided === undefined) {
    return isOver(service, requested.expiresAt)
      ? endRequest(service, view, { end: 'expired' })
      : view
  }
  const approver = principalAgain({ ...decided.actor, ...decided.token })
  const carrying = {
    ...{ service, permissions, approver, deadline },
    perform: (one: Parameters<typeof perform>[1]) => perform(settings, one),
    requestId: `request:${view.id}`,
    trace: { upstream: [] },
  }
  return carryOutRequest(carrying, view)
}
