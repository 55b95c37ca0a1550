/**
 * On whose behalf a job works: its submitter, by the grants that the submitter has today. They are looked up for each
 * client anew, so that a job does nothing that its submitter may not do any more.
 */

import { ClientError } from '../../../core/errors.ts'
import { accessTo, grantsFor } from '../../../core/rights/access.ts'
import type { OwnPermission } from '../../../core/rights/permissions.ts'
import type { Call } from '../../../providers/call.ts'
import { rightsIn } from '../../../store/log/actor.ts'
import type { Job } from '../../../store/log/job-entry.ts'
import { lookFor } from '../../access/fresh-look.ts'
import type { ClientRequest } from '../../base/request.ts'
import type { Service } from '../../base/service.ts'

/** The service as it works for the submitter of a job; jobs of earlier versions have the rights of that time. */
export function onBehalf(service: Service, { actor, token, undoes, reap }: Job): Service {
  const { grantsOf } = service
  if (token === undefined || grantsOf === undefined || reap !== undefined) return service
  const caller = { ...actor, ...rightsIn(token) }
  const operation = undoes === undefined ? 'createJob' : 'undoJob'
  const purpose = { operation, permission: 'clients:write' } as const
  const access = accessTo((provider) => grantsOf(caller, provider), purpose)
  return { ...service, access }
}

/**
 * What a job may do at a provider beside changing clients, of what it might when it was submitted.
 * @throws ClientError `insufficient_scope` where its submitter may not change clients any more
 */
export function rightsToday(
  { grantsOf }: Pick<Service, 'grantsOf'>,
  { actor, token, undoes, reap }: Job,
  provider: string,
  rights: readonly OwnPermission[],
): readonly OwnPermission[] {
  if (token === undefined || grantsOf === undefined || reap !== undefined) return rights
  const operation = undoes === undefined ? 'createJob' : 'undoJob'
  const caller = { ...actor, ...rightsIn(token) }
  const grants = grantsFor((one) => grantsOf(caller, one), { operation }, provider)
  const held = new Set(grants.flatMap((one) => one.grants))
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
  call: Call,
): Promise<void> {
  const access = service.access?.(ref)
  if (access === undefined) return
  await lookFor(service, access, { ref, provider, call, removedToo: false })
  if (access.may('clients:write')) return
  throw new ClientError(
    'insufficient_scope',
    'No grant of the caller who submitted the job covers a change of this client.',
  )
}
