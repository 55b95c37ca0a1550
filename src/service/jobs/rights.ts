/**
 * What a job may do besides changing clients: no more than its submitter may do at every provider
 * of the job.
 */

import { ClientError } from '../../core/errors.ts'
import type { OwnPermission, Permission } from '../../core/rights/permissions.ts'
import type { Need } from '../../core/rights/rights.ts'
import type { Job } from '../../store/log/job-entry.ts'

/** Jobs of earlier versions record the fields that they may not change, and set no credentials. */
export function rightsOf({ rights, withheld = [] }: Job): readonly OwnPermission[] {
  return rights ?? (withheld.includes('disabled') ? [] : ['clients:suspend'])
}

/**
 * Refuses what a job may not do. No job sets a secret, since many people would see its value.
 * @throws ClientError `insufficient_scope`
 */
export function checkRights(rights: readonly Permission[], needs: readonly Need[]): void {
  const refused = needs.find(
    ({ permission, field }) => field === 'client.secret' || !rights.includes(permission),
  )
  if (refused === undefined) return
  const { field } = refused
  throw new ClientError(
    'insufficient_scope',
    `This job may not change ${field}. Leave it out to change the rest.`,
    { field },
  )
}
