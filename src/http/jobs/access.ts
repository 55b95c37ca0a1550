/** Who may know of a job, and control it: permissions at every provider that it touches. */

import { ClientError } from '../../core/errors.ts'
import {
  OWN_PERMISSIONS,
  type OwnPermission,
  type Permission,
} from '../../core/rights/permissions.ts'
import { findJob, type JobView } from '../../service/jobs/log.ts'
import { requirePermission } from '../auth/permissions.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf, permissionOf, visibleProviders } from '../target.ts'

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

/** Whether the caller has a permission at every provider that a job touches. */
export function mayAtAll(exchange: Exchange, { job }: JobView, permission: Permission): boolean {
  const { permissions } = exchange.settings
  const principal = callerOf(exchange)
  return job.providers.every((id) => permissions.of(principal, id).has(permission))
}

/**
 * Refuses who lacks one of some permissions at a provider that a job touches.
 * @throws ClientError `insufficient_scope`
 */
export function checkAtAll(
  exchange: Exchange,
  { job }: JobView,
  needed: readonly Permission[],
): void {
  const { permissions } = exchange.settings
  const principal = callerOf(exchange)
  for (const providerId of job.providers) {
    for (const permission of needed) {
      requirePermission(permissions, { principal, providerId, permission })
    }
  }
}

/**
 * Refuses who has a permission nowhere at all.
 * @throws ClientError `insufficient_scope`
 */
export function providersWith(exchange: Exchange, permission = permissionOf(exchange)): void {
  const { permissions } = exchange.settings
  const principal = callerOf(exchange)
  const visible = visibleProviders(exchange)
  if (visible.some((id) => permissions.of(principal, id).has(permission))) return
  requirePermission(permissions, { principal, providerId: visible[0] ?? '', permission })
}

/** Permissions beside `clients:write` that the caller has at each of some providers. */
export function rightsOver(
  exchange: Exchange,
  providers: readonly string[],
): readonly OwnPermission[] {
  const { permissions } = exchange.settings
  const principal = callerOf(exchange)
  return OWN_PERMISSIONS.filter((one) =>
    providers.every((id) => permissions.of(principal, id).has(one)),
  )
}

/** The log line of a request names a provider where there is but one. */
export function traceProviders({ trace }: Exchange, providers: readonly string[]): void {
  const [provider, ...more] = new Set(providers)
  if (provider === undefined || more.length > 0) delete trace.ref
  else trace.ref = { provider }
}
