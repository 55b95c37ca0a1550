/** Who may know of a request for approval, and who may decide it: callers who could ask for it themselves. */

import { isDeepStrictEqual } from 'node:util'
import { OPERATIONS, type Operation, type OperationName } from '../../contract/operations.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import { isAtOnce } from '../../core/rights/access.ts'
import type { Grant } from '../../core/rights/limit.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { lookFor } from '../../service/access/fresh-look.ts'
import {
  type ApprovalView,
  findRequest,
  openAsked,
  sourceOf,
} from '../../service/approval/approval-log.ts'
import { wholeAccessOf } from '../auth/permissions.ts'
import { actorOf, type Principal } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, lookingFor, type Site } from '../target.ts'
import { checkJobDecider, type DecidedJob, jobToDecide } from './job-decider.ts'

/** A request as its reader may see it. */
export interface ReadRequest {
  readonly view: ApprovalView
  readonly isOwn: boolean
  /** The job that it sets to work, to a reader who could do so at once. */
  readonly job?: DecidedJob
  may: Site['may']
}

/**
 * The request that the path names.
 * @throws ClientError `not_found`, the same for one that the caller may not know of
 */
export async function requestOf(exchange: Exchange): Promise<ReadRequest> {
  const view = await findRequest(exchange.settings.service, exchange.params.requestId ?? '')
  const read = view && (await readerOf(exchange, view))
  if (read !== undefined) return read
  throw new ClientError('not_found', 'There is no such request, or none that you may know of.')
}

/** A request to its reader; `undefined`: it is hidden. */
export async function readerOf(
  exchange: Exchange,
  view: ApprovalView,
): Promise<ReadRequest | undefined> {
  const isOwn = isDeepStrictEqual(view.requested.actor, actorOf(callerOf(exchange)))
  if (view.requested.job !== undefined) {
    if (isOwn) return { view, isOwn, may: () => false }
    const job = await jobToDecide(exchange, view)
    return job && { view, isOwn, job, may: () => false }
  }
  const rights = await rightsAt(exchange, view, () => true)
  const may = rights && (await withinSource(exchange, view, rights))
  if (may === undefined) return isOwn ? { view, isOwn, may: () => false } : undefined
  return { view, isOwn, may }
}

/** The differences of a copy show what its source is like: to callers who may read that as well. */
async function withinSource(
  exchange: Exchange,
  { requested }: ApprovalView,
  rights: Site['may'],
): Promise<Site['may']> {
  const { service, permissions } = exchange.settings
  const source = sourceOf(requested)
  if (source === undefined) return rights
  const hidden = (one: Permission) => one !== 'clients:read' && rights(one)
  const provider = service.providers.get(source.provider)
  const route = { ...OPERATIONS.getClient, operationId: 'getClient' }
  const access = wholeAccessOf(permissions, callerOf(exchange), route)(source)
  if (provider === undefined || !access.reaches('clients:read')) return hidden
  const looking = { ...lookingFor(exchange, provider, source), removedToo: true }
  try {
    await lookFor(service, access, looking)
  } catch (error) {
    if (isClientError(error, 'not_found')) return hidden
    throw error
  }
  return access.may('clients:read') ? rights : hidden
}

/**
 * Refuses a caller who may not decide a request: it takes the right to do it oneself, at once.
 * @throws ClientError `insufficient_scope`
 */
export async function checkDecider(
  exchange: Exchange,
  { view, job }: Pick<ReadRequest, 'view' | 'job'>,
): Promise<void> {
  if (isSame(view.requested.actor, callerOf(exchange))) {
    throw new ClientError(
      'insufficient_scope',
      'Someone else must decide this request: neither the caller who submitted it, nor a token of the same client. Two people can decide for each other at the console.',
    )
  }
  if (job !== undefined) return checkJobDecider(exchange, view, job)
  const { permission } = view.requested
  if ((await rightsAt(exchange, view, isAtOnce)) !== undefined) return
  throw new ClientError(
    'insufficient_scope',
    `To decide this request takes the permission ${permission} on its client, by a grant without approval.`,
  )
}

/**
 * One person or program can have several tokens: by its subject, or by the client that holds them. Of a session of the console
 * only the person counts: its client is the same for everyone, and its tokens never leave this server.
 */
function isSame(
  submitter: { readonly subject: string; readonly issuer: string; readonly clientId?: string },
  { subject, issuer, clientId, session }: Principal,
): boolean {
  if (submitter.issuer !== issuer) return false
  const names = [submitter.subject, submitter.clientId].filter((one) => one !== undefined)
  const own = session === undefined ? [subject, clientId] : [subject]
  return own.some((one) => one !== undefined && names.includes(one))
}

/** What the caller may do by grants that count, on the client before and after; `undefined`: not what was asked for. */
async function rightsAt(
  exchange: Exchange,
  { requested }: ApprovalView,
  counts: (grant: Grant) => boolean,
): Promise<Site['may'] | undefined> {
  const { service, permissions } = exchange.settings
  const { operation, place, permission } = requested
  const { id } = place
  const row: Operation | undefined = OPERATIONS[operation as OperationName]
  const provider = service.providers.get(place.provider)
  const opened = openAsked(service, requested)
  if (row === undefined || provider === undefined || opened === undefined) return undefined
  const route = { ...row, operationId: operation }
  const access = wholeAccessOf(permissions, callerOf(exchange), route, counts)(place)
  const { after } = opened
  const covers = (one: Permission) => after === undefined || access.sees(after, one)
  if (!access.reaches(permission) || !covers(permission)) return undefined
  if (id === undefined) return covers
  const looking = lookingFor(exchange, provider, { ...place, id })
  try {
    await lookFor(service, access, { ...looking, removedToo: true })
  } catch (error) {
    if (isClientError(error, 'not_found')) return undefined
    throw error
  }
  return access.may(permission) ? (one) => access.may(one) && covers(one) : undefined
}
