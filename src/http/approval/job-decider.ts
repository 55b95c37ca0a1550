/** Who may know of a job that waits for an approval, and decide it: callers who could set it to work at once. */

import { OPERATIONS, type Operation, type OperationName } from '../../contract/operations.ts'
import { isClientError } from '../../core/errors.ts'
import { wholeAccessTo } from '../../core/rights/access.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { type ApprovalView, findRequest } from '../../service/approval/approval-log.ts'
import { findJob, type JobView } from '../../service/jobs/log.ts'
import { purposeOf } from '../../service/jobs/run/job-access.ts'
import { coversJob, judgeJob } from '../../service/jobs/run/within-grants.ts'
import { accessOf, permissionsAtOnce, wholeAccessOf } from '../auth/permissions.ts'
import type { Exchange } from '../exchange.ts'
import { checkWork, isLimitedReader, jobOf, traceProviders } from '../jobs/access.ts'
import { callerOf, callFor, heldAt, permissionOf } from '../target.ts'

/** A job, to a caller who could set it to work at once. */
export interface DecidedJob {
  readonly view: JobView
  /** By grants that are limited, and cover each of its clients. */
  readonly isLimited: boolean
}

/** A job, to a caller who may know of it. */
interface ReadJob {
  readonly view: JobView
  /** By grants that are limited, and let the caller read not each of its clients, maybe. */
  readonly isLimited: boolean
}

/**
 * The job of a request; `undefined`: it is hidden.
 * @param also what the caller must be granted as well for each of its clients
 */
export async function jobToDecide(
  exchange: Exchange,
  request: ApprovalView,
  also: readonly Permission[] = [],
): Promise<DecidedJob | undefined> {
  const worker = asWorker(exchange, request)
  try {
    return { view: await jobOf(worker), isLimited: false }
  } catch (error) {
    if (!isClientError(error, 'not_found', 'insufficient_scope')) throw error
  }
  const view = await findJob(worker.settings.service, worker.params.jobId ?? '')
  const isCovered = view !== undefined && (await covers(worker, view, also))
  return isCovered ? { view, isLimited: true } : undefined
}

/** Whether the grants of a caller cover each client of a job. */
async function covers(
  worker: Exchange,
  view: JobView,
  also: readonly Permission[],
): Promise<boolean> {
  const { settings, row, operation } = worker
  const permissions = [permissionOf(worker), ...(row.also ?? []), ...also]
  const isHeld = (id: string) => permissions.every((one) => heldAt(worker, id).has(one))
  if (!view.job.providers.every(isHeld)) return false
  const route = { ...row, operationId: operation }
  const access = wholeAccessOf(settings.permissions, callerOf(worker), route)
  return coversJob(settings.service, view, { access, permissions, call: callFor(worker) })
}

/**
 * Refuses who may not set a job to work, or make one of its changes.
 * @throws ClientError `insufficient_scope`
 */
export async function checkJobDecider(
  exchange: Exchange,
  request: ApprovalView,
  { view, isLimited }: DecidedJob,
): Promise<void> {
  const worker = asWorker(exchange, request)
  await checkWork(worker, view)
  if (!isLimited) return
  const { service, permissions } = worker.settings
  const grantsAt = (id: string) => permissions.grantsAt(callerOf(worker), id)
  const access = wholeAccessTo(grantsAt, purposeOf(view.job))
  await judgeJob(service, view, { access, call: callFor(worker) })
}

/**
 * The job that the path names, with what its dry run says, also to callers who could decide the request that was made last of it.
 * @throws ClientError `insufficient_scope`, `not_found`
 */
export async function jobToRead(exchange: Exchange): Promise<ReadJob> {
  try {
    const view = await jobOf(exchange)
    return { view, isLimited: isLimitedReader(exchange, view) }
  } catch (error) {
    if (!isClientError(error, 'not_found')) throw error
    const { service } = exchange.settings
    const asked = await findJob(service, exchange.params.jobId ?? '')
    const { request: id } = asked?.last.progress ?? {}
    const request = id === undefined ? undefined : await findRequest(service, id)
    const job = request && (await jobToDecide(exchange, request, [permissionOf(exchange)]))
    if (job === undefined) throw error
    traceProviders(exchange, job.view.job.providers)
    // Its grants cover each client of the job, as this takes.
    return { view: job.view, isLimited: false }
  }
}

/** What a caller could do who asked for the same, at once. */
function asWorker(exchange: Exchange, { requested, id }: ApprovalView): Exchange {
  const { operation, job } = requested
  const { settings } = exchange
  const row: Operation | undefined = OPERATIONS[operation as OperationName]
  if (row === undefined || job === undefined) throw new TypeError(`${id} is about no job`)
  const permissions = permissionsAtOnce(settings.permissions)
  const route = { ...row, operationId: operation }
  const access = accessOf(permissions, callerOf(exchange), route)
  const service = { ...settings.service, access }
  return {
    ...exchange,
    settings: { ...settings, permissions, service },
    operation,
    row,
    params: { jobId: job.id },
  }
}
