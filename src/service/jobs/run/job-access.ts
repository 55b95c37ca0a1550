/**
 * On whose behalf a job works: its submitter, by the grants that the submitter has today. They are looked up for each
 * client anew, so that a job does nothing that its submitter may not do any more.
 */

import { ClientError } from '../../../core/errors.ts'
import { isAtOnce, type Purpose, wholeAccessTo } from '../../../core/rights/access.ts'
import { jointAccess } from '../../../core/rights/joint-access.ts'
import type { OwnPermission } from '../../../core/rights/permissions.ts'
import type { Call } from '../../../providers/call.ts'
import type { Job, JobApproval } from '../../../store/log/job-entry.ts'
import { lookFor } from '../../access/fresh-look.ts'
import { granteeOf, heldToday, onBehalfOf } from '../../access/on-behalf.ts'
import type { ClientRequest } from '../../base/request.ts'
import type { Service } from '../../base/service.ts'
import { REAPING } from '../../reap/reap-end.ts'

/** What a job is for, as its submitter's grants are held against it. */
export const purposeOf = ({ undoes, reap }: Pick<Job, 'undoes' | 'reap'>): Purpose =>
  reap === undefined
    ? { operation: undoes === undefined ? 'createJob' : 'undoJob', permission: 'clients:write' }
    : REAPING

/**
 * The service as it works for the submitter of a job; jobs of earlier versions have the rights of that time. Where its work
 * was approved, each client must be within the grants of who did that as well.
 */
export function onBehalf(service: Service, job: Job, approval?: JobApproval): Service {
  const { actor, token, reap } = job
  const rights = reap ?? token
  if (rights === undefined) return service
  const submitter = granteeOf(actor, rights)
  const purpose = purposeOf(job)
  const { grantsOf } = service
  if (approval === undefined || grantsOf === undefined) {
    return onBehalfOf(service, submitter, purpose)
  }
  const approver = granteeOf(approval.approvedBy, approval.token)
  const access = jointAccess(
    wholeAccessTo((id) => grantsOf(submitter, id), purpose),
    wholeAccessTo((id) => grantsOf(approver, id).filter(isAtOnce), purpose),
  )
  return { ...service, access }
}

/**
 * What a job may do at a provider beside changing clients, of what it might when it was submitted. What reaping takes
 * is judged by itself.
 * @throws ClientError `insufficient_scope` where its submitter may not change clients any more
 */
export function rightsToday(
  service: Pick<Service, 'grantsOf'>,
  job: Job,
  provider: string,
  rights: readonly OwnPermission[],
): readonly OwnPermission[] {
  const { actor, token, reap } = job
  if (token === undefined || reap !== undefined) return rights
  const held = heldToday(service, granteeOf(actor, token), purposeOf(job), provider)
  if (held === undefined) return rights
  if (held.has('clients:write')) return rights.filter((one) => held.has(one))
  throw new ClientError(
    'insufficient_scope',
    `The caller who submitted the job no longer has the permission clients:write at ${provider}.`,
  )
}

/**
 * Looks at a client first, where grants of the submitter are limited.
 * @throws ClientError `not_found`, `insufficient_scope`
 */
export async function lookForJob(
  service: Service,
  { ref, provider }: Pick<ClientRequest, 'ref' | 'provider'>,
  { permission }: Purpose,
  call: Call,
): Promise<void> {
  const access = service.access?.(ref)
  if (access === undefined) return
  await lookFor(service, access, { ref, provider, call, removedToo: false })
  if (access.may(permission)) return
  throw new ClientError(
    'insufficient_scope',
    'No grant of the caller who submitted the job covers a change of this client.',
  )
}
