/** Stores a change that needs the approval of someone else, as its caller asked for it. */

import type { OperationName } from '../../contract/operations.ts'
import { ClientError } from '../../core/errors.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { type AskedFor, storeRequest } from '../../service/approval/approval-log.ts'
import {
  type Approval,
  cannotWait,
  type PendingChange,
} from '../../service/approval/pending-change.ts'
import { actorOf, rightsOf } from '../auth/principal.ts'
import { keyLogOf } from '../conditions.ts'
import type { Exchange } from '../exchange.ts'
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
  const principal = callerOf(exchange)
  const view = await storeRequest(
    settings.service,
    {
      actor: actorOf(principal),
      token: rightsOf(principal),
      operation,
      permission: permissionOf(exchange),
      asked: askedOf(exchange),
      key: keyLogOf(exchange),
    },
    change,
  )
  const { place } = change
  const held = heldAt(exchange, place.provider)
  const access = settings.service.access?.(place)
  const may = (permission: Permission) => access?.may(permission) ?? held.has(permission)
  const body = requestBody(settings.service, view, may)
  throw new ClientError(
    'approval_required',
    'Someone else has to approve this change. It was stored as a request, and nothing was sent.',
    { request: { id: view.id, body } },
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
