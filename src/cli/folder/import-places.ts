/** Where imported clients are to be: the provider of their type that the server has, or the one that is named. */

import type { Destination } from '../../files/import/client-text.ts'
import type { ImportedClient, Loss } from '../../files/import/imported.ts'
import type { Capabilities } from '../../files/render.ts'
import { mappingOf, type ProviderType } from '../../providers/configured.ts'
import type { Api } from '../../sdk/index.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'

export interface Placed {
  readonly client: ImportedClient
  readonly destination: Omit<Destination, 'isList'>
}

/**
 * The destination of each client; of what is for another type of provider than the one that is named, that is reported.
 * @throws UsageError
 */
export async function importPlaces(
  { options, connect }: Invocation,
  clients: readonly ImportedClient[],
): Promise<{ readonly clients: readonly Placed[]; readonly losses: readonly Loss[] }> {
  const api = await connect()
  const { provider, pool } = options
  const types = [...new Set(clients.map(({ type }) => type))]
  const capabilities = new Map<string | undefined, ProviderCapabilities>()
  for (const type of types) {
    const id = provider ?? (await onlyProvider(api, type))
    const { body } = await api.getProvider(id)
    if (type === undefined || body.type === type) {
      capabilities.set(type, { ...(body as unknown as Capabilities), id, type: body.type })
    }
  }
  const placed = clients.map((client) => ({ client, to: capabilities.get(client.type) }))
  const destinations = await Promise.all(
    placed.flatMap(({ client, to }) => (to === undefined ? [] : [placedAt(client, to, pool)])),
  )
  if (destinations.length === 0) {
    throw new UsageError(`These are clients of ${types.join(', ')}, which ${provider} is not.`)
  }
  const losses = placed
    .filter(({ to }) => to === undefined)
    .map(({ client: { about, type = '' } }) => ({
      about,
      what: 'the client',
      why: `it is one of ${type}; import it with --provider`,
    }))
  return { clients: destinations, losses }
}

type ProviderCapabilities = Capabilities & { readonly id: string; readonly type: string }

async function placedAt(
  client: ImportedClient,
  to: ProviderCapabilities,
  pool: string | undefined,
): Promise<Placed> {
  const { id, type, ...capabilities } = to
  const userPoolId = pool ?? client.userPoolId
  return {
    client,
    destination: {
      mapping: await mappingOf(type as ProviderType),
      capabilities,
      place: { provider: id, ...(userPoolId === undefined ? {} : { userPoolId }) },
    },
  }
}

async function onlyProvider(api: Api, type: string | undefined): Promise<string> {
  const { body } = await api.listProviders()
  const fitting = body.providers.filter((one) => type === undefined || one.type === type)
  const [only, ...more] = fitting
  if (only !== undefined && more.length === 0) return only.id
  const which =
    fitting.length === 0 ? `none of type ${type}` : fitting.map(({ id }) => id).join(', ')
  throw new UsageError(
    `Name the provider of these clients with --provider; the server has ${which}.`,
  )
}
