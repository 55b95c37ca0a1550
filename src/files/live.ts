/** Every client of some places as it is now, to be compared with files. */

import { inParallel } from '../core/in-parallel.ts'
import type { JsonObject } from '../core/json/json.ts'
import { ClientryError } from '../sdk/error.ts'
import type { Api, Client } from '../sdk/index.ts'
import type { ClientFile } from './client-file.ts'
import type { LiveClient } from './compare.ts'
import type { Capabilities } from './render.ts'

/** A provider, or one of its user pools. */
export type Place = Pick<LiveClient, 'provider' | 'userPoolId'>

/** A place, or one client of it, that could not be read. */
export interface Unread extends Place {
  readonly id?: string
  readonly error: ClientryError
}

export interface Live {
  readonly clients: readonly LiveClient[]
  readonly unread: readonly Unread[]
  /** What each provider can hold; only exclusive files need it. */
  readonly capabilities?: ReadonlyMap<string, Capabilities>
}

/** The largest page that the server returns. */
const PAGE = 100
/** Places read at once. */
const AT_ONCE = 4

/** Failures of the Clientry server itself, or of the caller there: no other place would do better. */
const EVERYWHERE: readonly string[] = ['unreachable', 'unexpected_answer', 'unauthenticated']

/**
 * Reads them from their providers; without a pool, those of all pools. A place that cannot be read does not hide the
 * others.
 * @throws ClientryError if the server cannot be asked at all
 */
export async function readLive(
  api: Pick<Api, 'listClients'>,
  places: readonly Place[],
  progress: (count: number) => void = () => {},
): Promise<Live> {
  let count = 0
  const each = await inParallel(places, AT_ONCE, (place) =>
    readPlace(api, place, (more) => {
      count += more
      progress(count)
    }),
  )
  return {
    clients: each.flatMap(({ clients }) => clients),
    unread: each.flatMap(({ unread }) => unread),
  }
}

/** The same with what is to be known of providers for files with exclusive attributes. */
export async function withCapabilities(
  { getProvider }: Pick<Api, 'getProvider'>,
  files: readonly ClientFile[],
  live: Live,
): Promise<Live> {
  const exclusive = files.filter((file) => file.exclusive !== undefined)
  const names = [...new Set(exclusive.map(({ provider }) => provider))]
  const each = await inParallel(
    names.filter((name) => live.clients.some(({ provider }) => provider === name)),
    AT_ONCE,
    async (name) => [name, (await getProvider(name)).body as unknown as Capabilities] as const,
  )
  return { ...live, capabilities: new Map(each) }
}

async function readPlace(
  { listClients }: Pick<Api, 'listClients'>,
  place: Place,
  progress: (count: number) => void,
): Promise<Live> {
  const clients: LiveClient[] = []
  const unread: Unread[] = []
  try {
    let cursor: string | undefined
    do {
      const query = { ...place, fresh: true, limit: PAGE } as const
      const { body } = await listClients(cursor === undefined ? query : { ...query, cursor })
      clients.push(...body.clients.map(liveOf))
      unread.push(...(body.unreadable ?? []).map(unreadClient), ...(body.unread ?? []).map(stale))
      progress(body.clients.length)
      cursor = body.next
    } while (cursor !== undefined)
  } catch (error) {
    if (!(error instanceof ClientryError) || EVERYWHERE.includes(error.code)) throw error
    unread.push({ ...place, error })
  }
  return { clients, unread }
}

type Page = Awaited<ReturnType<Api['listClients']>>['body']

function unreadClient({
  provider,
  userPoolId,
  id,
  error,
}: NonNullable<Page['unreadable']>[number]): Unread {
  return {
    ...placeOf({ provider, ...(userPoolId === undefined ? {} : { userPoolId }) }),
    id,
    error: new ClientryError('provider_unavailable', error),
  }
}

/** What was last seen is not what the provider holds, so nothing is compared with it. */
function stale({ code, clients, ...place }: NonNullable<Page['unread']>[number]): Unread {
  const says = `${clients} of its clients could not be read.`
  return { ...placeOf(place), error: new ClientryError(code, says) }
}

export const placeOf = ({ provider, userPoolId }: Place): Place => ({
  provider,
  ...(userPoolId === undefined ? {} : { userPoolId }),
})

/** Whether a client is where something could not be read. */
export const isUnread =
  (unread: readonly Unread[]) =>
  ({ provider, userPoolId, id }: Place & { readonly id?: string }): boolean =>
    unread.some(
      (one) =>
        one.provider === provider &&
        (one.userPoolId === undefined || one.userPoolId === userPoolId) &&
        (one.id === undefined || id === undefined || one.id === id),
    )

/** A client as files need it. */
export function liveOf(client: Client): LiveClient {
  const { id, name, protected: isProtected, leases, managed, suspension } = client
  return {
    ...placeOf(client as Place),
    id,
    name,
    ...(isProtected === true ? { protected: true } : {}),
    ...(leases === undefined ? {} : { leases }),
    ...(managed === undefined ? {} : { managed }),
    ...(suspension === undefined ? {} : { suspension }),
    attributes: client as unknown as JsonObject,
  }
}
