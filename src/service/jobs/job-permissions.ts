/** The permissions that a job may need besides `clients:write`, as far as its patches show. */

import type { OwnPermission } from '../../core/rights/permissions.ts'
import { type Need, neededByName } from '../../core/rights/rights.ts'
import type { Service } from '../base/service.ts'
import { type JobItem, openItems, openPatch } from './items.ts'
import { type JobView, jobEntries } from './log.ts'

/**
 * The first of the given permissions that a job may need; an undo can need any.
 * @throws ClientError `internal` when the job was sealed with a key that is gone
 */
export async function neededByJob(
  service: Service,
  { job }: JobView,
  permissions: readonly OwnPermission[],
): Promise<Need | undefined> {
  if (permissions.length === 0) return undefined
  const neededBy = (patch: JobItem['patch'], provider: string) =>
    patch === undefined ? undefined : needOf(service, { patch, provider }, permissions)
  const common = openPatch(service, job)
  for (const provider of job.providers) {
    const need = neededBy(common, provider)
    if (need !== undefined) return need
  }
  for await (const entry of jobEntries(service, job.resource)) {
    if (entry.kind !== 'job_items') continue
    const needs = openItems(service, entry).map(({ patch, ref }) => neededBy(patch, ref.provider))
    const first = needs.find((need) => need !== undefined)
    if (first !== undefined) return first
  }
  return undefined
}

function needOf(
  { providers }: Service,
  { patch, provider }: { readonly patch: NonNullable<JobItem['patch']>; readonly provider: string },
  permissions: readonly OwnPermission[],
): Need | undefined {
  const [any] = permissions
  if (patch.kind === 'suspension') {
    return permissions.includes('clients:suspend')
      ? { permission: 'clients:suspend', field: 'client.disabled' }
      : undefined
  }
  if (patch.kind === 'undo') return any && { permission: any, field: 'client' }
  const { mapping, ownApi } = providers.get(provider) ?? {}
  // The provider is no longer configured, so nothing can be done there.
  if (mapping === undefined) return undefined
  return neededByName(mapping, patch, ownApi !== undefined).find((need) =>
    permissions.some((permission) => permission === need.permission),
  )
}
