/** Every client of some places as it is now, to be compared with files. */

import type { LiveClient } from '../../files/compare.ts'
import type { Api, ClientAddress, JsonObject, ListedClient } from '../../sdk/index.ts'
import type { Terminal } from '../terminal.ts'

/** The largest page that the server returns. */
const PAGE = 100

/** Reads them from their providers; without a pool, those of all pools. */
export async function readLive(
  { clients }: Pick<Api, 'clients'>,
  terminal: Terminal,
  places: readonly Omit<ClientAddress, 'id'>[],
): Promise<readonly LiveClient[]> {
  const live: LiveClient[] = []
  for (const place of places) {
    for await (const client of clients({ ...place, fresh: true, limit: PAGE })) {
      live.push(liveOf(client))
      terminal.progress(`read ${live.length} clients`)
    }
  }
  terminal.progress('')
  return live
}

function liveOf(client: ListedClient): LiveClient {
  const { provider, userPoolId, id, name, protected: isProtected, leases, suspension } = client
  return {
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    id,
    name,
    ...(isProtected === true ? { protected: true } : {}),
    ...(leases === undefined ? {} : { leases }),
    ...(suspension === undefined ? {} : { suspension }),
    attributes: client as unknown as JsonObject,
  }
}
