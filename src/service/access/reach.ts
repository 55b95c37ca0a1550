/**
 * What follows from the grants of a caller without the record of a client, which only its provider knows as it is now: from its
 * id, its user pool, and the team that it was assigned to here. So neither a provider nor the mirror is asked.
 */

import type { Permission } from '../../core/rights/permissions.ts'
import type { ClientName } from '../../store/resource.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'

/** `every`: the caller has the permission on each client. `some`: on those of which it is known. `unknown`: it takes their records. */
export type Reach = 'every' | 'some' | 'unknown'

/** Where a client lives; absent members: anywhere at the provider. */
type At = Pick<ClientName, 'provider' | 'userPoolId'>

/** On which clients of a place the caller has a permission. */
export function reachAt(
  { access, providers }: Pick<Service, 'access' | 'providers'>,
  { provider, userPoolId }: At,
  permission: Permission,
): Reach {
  const limits = access?.({ provider, userPoolId })
  if (limits === undefined || limits.sees({ userPoolId, name: null }, permission)) return 'every'
  const isNamed = providers.get(provider)?.mapping.namesTeam === true
  return limits.goesByName || (limits.goesByRecord && isNamed) ? 'unknown' : 'some'
}

/** Whether the caller is known to have a permission on a client. */
export async function isWithinReach(
  service: Pick<Service, 'access' | 'providers' | 'store'>,
  client: ClientName,
  permission: Permission,
): Promise<boolean> {
  const reach = reachAt(service, client, permission)
  const limits = service.access?.(client)
  if (reach !== 'some' || limits === undefined) return reach === 'every'
  const head = limits.goesByRecord ? await service.store.last(resourceOf(client)) : undefined
  return limits.sees({ ...client, name: null, team: head?.standing?.team }, permission)
}
