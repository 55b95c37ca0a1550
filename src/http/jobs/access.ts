/** Who may know of a job, and control it: permissions at every provider that it touches. */

import { isDeepStrictEqual } from 'node:util'
import { ClientError } from '../../core/errors.ts'
import { grantsFor, isAtOnce } from '../../core/rights/access.ts'
import {
  OWN_PERMISSIONS,
  type OwnPermission,
  type Permission,
} from '../../core/rights/permissions.ts'
import { neededByJob } from '../../service/jobs/job-permissions.ts'
import { findJob, type JobView } from '../../service/jobs/log.ts'
import { rightsOf } from '../../service/jobs/rights.ts'
import { REAP_PERMISSIONS } from '../../service/reap/reap-end.ts'
import { insufficientScope } from '../auth/permissions.ts'
import { actorOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, heldAt, permissionOf, visibleProviders } from '../target.ts'

/**
 * The job that the path names. A caller who lacks what the operation takes at one of its providers cannot distinguish it
 * from one that does not exist.
 * @throws ClientError `insufficient_scope`, `not_found`
 */
export async function jobOf(exchange: Exchange): Promise<JobView> {
  const { also = [] } = exchange.row
  const permissions = [permissionOf(exchange), ...also]
  for (const permission of permissions) providersWith(exchange, permission)
  const view = await findJob(exchange.settings.service, exchange.params.jobId ?? '')
  if (view !== undefined && permissions.every((one) => mayAtAll(exchange, view, one))) {
    traceProviders(exchange, view.job.providers)
    return view
  }
  throw new ClientError('not_found', 'There is no such job, or none that you may know of.')
}

/**
 * Whether the caller has a permission at every provider that a job touches. By a grant that is limited it is about the
 * caller's own jobs only: their clients were judged for this very caller.
 */
export function mayAtAll(exchange: Exchange, { job }: JobView, permission: Permission): boolean {
  const { service } = exchange.settings
  const isOwn = isDeepStrictEqual(job.actor, actorOf(callerOf(exchange)))
  return job.providers.every((id) => {
    const isLimited = service.access?.({ provider: id }) !== undefined
    return heldAt(exchange, id).has(permission) && (isOwn || !isLimited)
  })
}

/** Whether a caller whom `jobOf` lets in is its submitter, and has limited grants at one of its providers. */
export const isLimitedReader = ({ settings }: Exchange, { job }: JobView): boolean =>
  job.providers.some((provider) => settings.service.access?.({ provider }) !== undefined)

/**
 * Refuses who lacks one of some permissions at a provider that a job touches.
 * @throws ClientError `insufficient_scope`
 */
export function checkAtAll(
  exchange: Exchange,
  { job }: JobView,
  needed: readonly Permission[],
): void {
  for (const providerId of job.providers) {
    for (const permission of needed) requireAt(exchange, providerId, permission)
  }
}

/**
 * What a job may change by the rights of its submitter is not set to work by someone who has none of those.
 * @throws ClientError `insufficient_scope`
 */
export async function checkWork(exchange: Exchange, view: JobView): Promise<void> {
  if (view.job.reap !== undefined) checkAtAll(exchange, view, REAP_PERMISSIONS)
  const rights = rightsOver(exchange, view.job.providers)
  const lacking = rightsOf(view.job).filter((permission) => !rights.includes(permission))
  const need = await neededByJob(exchange.settings.service, view, lacking)
  if (need === undefined) return
  throw new ClientError(
    'insufficient_scope',
    `The job may change ${need.field}, so to set it to work takes the permission ${need.permission} as well.`,
  )
}

/** Whether a change of a client at some providers may take the approval of someone else. */
export const mayTakeApproval = (exchange: Exchange, providers: readonly string[]): boolean => {
  const { settings, operation } = exchange
  const grantsAt = (id: string) => settings.permissions.grantsAt(callerOf(exchange), id)
  return providers.some((id) => !grantsFor(grantsAt, { operation }, id).every(isAtOnce))
}

/**
 * Refuses who has a permission nowhere at all.
 * @throws ClientError `insufficient_scope`
 */
export function providersWith(exchange: Exchange, permission = permissionOf(exchange)): void {
  const visible = visibleProviders(exchange)
  if (visible.some((id) => heldAt(exchange, id).has(permission))) return
  requireAt(exchange, visible[0] ?? '', permission)
}

/**
 * Refuses who lacks a permission at a provider for any client there.
 * @throws ClientError `insufficient_scope`
 */
export function requireAt(exchange: Exchange, providerId: string, permission: Permission): void {
  if (heldAt(exchange, providerId).has(permission)) return
  const demand = { principal: callerOf(exchange), providerId, permission }
  throw insufficientScope(exchange.settings.permissions, demand)
}

/**
 * Permissions beside `clients:write` that the caller has at each of some providers; for which clients, is judged when
 * the job comes to them.
 */
export function rightsOver(
  exchange: Exchange,
  providers: readonly string[],
): readonly OwnPermission[] {
  return OWN_PERMISSIONS.filter((one) => providers.every((id) => heldAt(exchange, id).has(one)))
}

/** The log line of a request names a provider where there is but one. */
export function traceProviders({ trace }: Exchange, providers: readonly string[]): void {
  const [provider, ...more] = new Set(providers)
  if (provider === undefined || more.length > 0) delete trace.ref
  else trace.ref = { provider }
}
