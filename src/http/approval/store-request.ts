/** Stores a change that needs the approval of someone else, as its caller asked for it. */

import { isDeepStrictEqual } from 'node:util'
import type { OperationName } from '../../contract/operations.ts'
import { ClientError } from '../../core/errors.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import {
  type ApprovalView,
  type AskedFor,
  contentOf,
  storeRequest,
} from '../../service/approval/approval-log.ts'
import {
  type Approval,
  cannotWait,
  type PendingChange,
} from '../../service/approval/pending-change.ts'
import type { Service } from '../../service/base/service.ts'
import { askForWork, noteRequest, type Work } from '../../service/jobs/ask.ts'
import { cannotTell, stateFor } from '../../service/jobs/control.ts'
import type { JobView } from '../../service/jobs/log.ts'
import { actorOf, rightsOf } from '../auth/principal.ts'
import { keyLogOf } from '../conditions.ts'
import type { Exchange, PassWork } from '../exchange.ts'
import { callerOf, heldAt, permissionOf } from '../target.ts'
import { APPROVALS } from './approvals.ts'
import { requestBody } from './request-body.ts'

/** What of its headers decides what a request does. */
const HEADERS = ['content-type', 'if-match', 'if-none-match']

/**
 * Stores a change of an exchange, and says so.
 * @throws ClientError `approval_required`, always, with the answer to the request
 */
export async function storeChange(
  exchange: Exchange,
  change: PendingChange,
): ReturnType<Approval['pass']> {
  const { operation, settings } = exchange
  if (APPROVALS[operation as OperationName] !== 'request') throw cannotWait()
  const { service } = settings
  const view = await storeRequest(
    service,
    {
      ...askerOf(exchange),
      operation,
      permission: permissionOf(exchange),
      asked: askedOf(exchange),
      key: keyLogOf(exchange),
    },
    contentOf(service, change),
  )
  const { place } = change
  const held = heldAt(exchange, place.provider)
  const access = settings.service.access?.(place)
  const may = (permission: Permission) => access?.may(permission) ?? held.has(permission)
  throw stored(service, view, may)
}

/**
 * Stores what is left of a job, and says so.
 * @throws ClientError `approval_required`, always, with the answer to the request where it is one of the job's submitter
 */
export async function storeWork(exchange: Exchange, work: Work): ReturnType<PassWork> {
  const { service } = exchange.settings
  const asker = askerOf(exchange)
  const { view, control } = work
  const state = stateFor(service, view, control)
  if (state === 'already') return 'set to work'
  if (state === 'impossible') throw cannotTell(view, control)
  if (!isDeepStrictEqual(view.job.actor, asker.actor)) throw notOneself(view)
  const request = await askForWork(service, { ...work, ...asker })
  await noteRequest(service, view, asker.actor, request.id)
  throw stored(service, request, () => false)
}

const askerOf = (exchange: Exchange) => {
  const principal = callerOf(exchange)
  return { actor: actorOf(principal), token: rightsOf(principal) }
}

const stored = (service: Service, view: ApprovalView, may: (one: Permission) => boolean) =>
  new ClientError(
    'approval_required',
    'Someone else has to approve this change. It was stored as a request, and nothing was sent.',
    { request: { id: view.id, body: requestBody(service, view, may) } },
  )

/** To set it to work is to approve it, which is done where that is recorded. */
function notOneself({ last }: JobView): ClientError {
  const { request } = last.progress
  const next =
    request === undefined
      ? 'Its submitter asks for that by the same request as this one, and you approve what comes of it.'
      : `Approve the request ${request} instead.`
  return new ClientError(
    'approval_required',
    `The changes of this job take the approval of someone else than its submitter. ${next}`,
  )
}

function askedOf({ params, query, request }: Exchange): AskedFor {
  const headers = HEADERS.flatMap((name) => {
    const values = request.headers[name]
    return values === undefined ? [] : [[name, values] as const]
  })
  const { body } = request
  return {
    params,
    query,
    headers: Object.fromEntries(headers),
    ...(body instanceof Uint8Array ? { body: Buffer.from(body).toString('base64') } : {}),
  }
}
