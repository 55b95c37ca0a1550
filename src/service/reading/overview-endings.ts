/** What ends by itself soon: leases, secrets and clients, as the logs say. */

import { inParallel } from '../../core/in-parallel.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Place } from '../../store/mirror.ts'
import { type ClientName, refOf } from '../../store/resource.ts'
import { isWithinReach, reachAt } from '../access/reach.ts'
import type { Service } from '../base/service.ts'

/** Clients that are looked at for one answer, those first for which something is due first. */
const MOST_CLIENTS = 500
const MOST = 50
/** How many are looked at at the same time. */
const AT_ONCE = 8

export interface Ending {
  readonly client: ClientName
  readonly what: 'lease' | 'secret' | 'removal'
  /** Epoch milliseconds; in the past where it could not be ended yet. */
  readonly at: number
  readonly field?: string
  readonly value?: string
  readonly owner?: string
  readonly secretId?: string
}

/**
 * What ends at some places until a time (epoch milliseconds), the first ones first; of clients that the caller may read.
 * @throws ClientError `store_unavailable`
 */
export async function endingsUntil(
  service: Service,
  places: readonly Place[],
  until: number,
): Promise<{ readonly items: readonly Ending[]; readonly isCut: boolean }> {
  const { store } = service
  const isThere = ({ provider, userPoolId }: ClientName) =>
    places.some((place) => place.provider === provider && place.userPoolId === userPoolId)
  const logs = (await store.due(until)).filter((resource) => isThere(refOf(resource)))
  const each = await inParallel(logs.slice(0, MOST_CLIENTS), AT_ONCE, async (resource) => {
    const client = refOf(resource)
    if (!(await isWithinReach(service, client, 'clients:read'))) return []
    return endingsIn(client, (await store.last(resource))?.standing)
  })
  const items = each
    .flat()
    .filter(({ at }) => at <= until)
    .sort((one, other) => one.at - other.at)
  const isLimited = places.some((place) => reachAt(service, place, 'clients:read') !== 'every')
  // Whether there are more than are looked at must not show that there are others.
  const isCut = isLimited || logs.length > MOST_CLIENTS || items.length > MOST
  return { items: items.slice(0, MOST), isCut }
}

function endingsIn(
  client: ClientName,
  { leases = [], retirements = [], removal }: Standing = {},
): readonly Ending[] {
  return [
    ...leases.map(({ field, value, owner, expiresAt: at }): Ending => {
      return { client, what: 'lease', at, field, value, owner }
    }),
    ...retirements.map(({ secretId, at }): Ending => ({ client, what: 'secret', at, secretId })),
    ...(removal === undefined ? [] : [{ client, what: 'removal' as const, at: removal.at }]),
  ]
}
